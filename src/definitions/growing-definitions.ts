import type { Resource } from '../fhir/resource.ts';
import { canonicalKey } from './canonicals.ts';
import type { Definitions, GrowingDefinitions, PostedDefinition } from './definitions.ts';
import { type KnownDefinitions, knownDefinitions, type Loaded } from './known-definitions.ts';
import { postedCanonicals } from './posted-canonicals.ts';
import { type ParametersByCode, postedSearchParameters } from './posted-search-parameters.ts';
import { rememberByName } from './remember-by-name.ts';

type Fixed = Pick<Definitions, 'resourceTypes' | 'operationDefinition' | 'searchParameters' | 'conformanceResource'> & {
  /** Of a resource type what it is a kind of: DomainResource or Resource. */
  baseOf: (resourceType: string) => string;
};
type Posted = ReadonlyMap<string, Required<PostedDefinition>>;

const nameOf = ({ resourceType, id }: PostedDefinition): string => `${resourceType}/${id}`;

const changed = (posted: Posted, changes: readonly PostedDefinition[]): Posted => {
  const result = new Map(posted);
  for (const { resourceType, id, resource } of changes) {
    if (resource === undefined) result.delete(nameOf({ resourceType, id }));
    else result.set(nameOf({ resourceType, id }), { resourceType, id, resource });
  }
  return result;
};

/** Definitions loaded at start, to which others can be posted. Each state between two changes is made anew and never changes. */
export const growingDefinitions = (loaded: Loaded, { baseOf, ...fixed }: Fixed): GrowingDefinitions => {
  const loadedFrom = ({ resourceType, url, version }: Resource): string | undefined => {
    if (typeof url !== 'string') return undefined;
    const same = loaded.canonicals
      .get(canonicalKey(resourceType, url))
      ?.find(each => each.published || each.version === version || !each.version || !version);
    // What is loaded of SNOMED CT has no codes: it is there for others to bring them.
    const isEmpty = same?.resourceType === 'CodeSystem' && loaded.isWithoutCodes(same);
    return isEmpty ? undefined : same?.file;
  };
  const stateOf = (posted: Posted): KnownDefinitions => {
    const resources = [...posted.values()].map(({ resource }) => resource);
    return knownDefinitions(loaded, postedCanonicals(resources.filter(each => loadedFrom(each) === undefined)));
  };

  const searchParametersOf = (all: Posted): ((resourceType: string) => ParametersByCode) =>
    postedSearchParameters(
      [...all.values()].map(({ resource }) => resource).filter(each => loadedFrom(each) === undefined),
      fixed.searchParameters,
      baseOf,
    );
  const withPosted = (added: (resourceType: string) => ParametersByCode): Definitions['searchParameters'] =>
    rememberByName(resourceType => {
      const more = added(resourceType);
      const known = fixed.searchParameters(resourceType);
      return more.size === 0 ? known : new Map([...known, ...more]);
    });

  let posted: Posted = new Map();
  let state = stateOf(posted);
  let added = searchParametersOf(posted);
  let searchParameters = withPosted(added);
  let generation = 0;
  return {
    ...fixed,
    get generation() {
      return generation;
    },
    get posted() {
      return [...posted.values()];
    },
    structureDefinition: urlOrName => state.structureDefinition(urlOrName),
    valueSet: url => state.valueSet(url),
    codeSystem: url => state.codeSystem(url),
    loadedFrom,
    searchParameters: resourceType => searchParameters(resourceType),
    postedSearchParameters: resourceType => added(resourceType),
    post(changes) {
      posted = changed(posted, changes);
      state = stateOf(posted);
      if (changes.some(({ resourceType }) => resourceType === 'SearchParameter')) {
        added = searchParametersOf(posted);
        searchParameters = withPosted(added);
      }
      generation++;
    },
    after(change) {
      const after = changed(posted, [change]);
      const searchParameters = withPosted(searchParametersOf(after));
      return { ...fixed, ...stateOf(after), searchParameters, generation: 0 };
    },
  };
};
