import type { Capability } from '../definitions/capability.ts';
import type { GrowingDefinitions } from '../definitions/definitions.ts';
import type { IndexEntry } from '../search/index-entry.ts';
import { digestOf } from '../search/indexed-as.ts';
import { whyNotSearchable } from '../search/search-types.ts';
import type { ReferringParameter, ResourceKey } from '../store/store.ts';

/** What the index entries of references stand under that no search parameter finds. */
const OTHERS = '*:others';

/** How whoever refers to a resource is found. */
export interface ReferenceEntries {
  /**
   * The entries that a resource needs beside those of search parameters, so that whoever it refers to finds it: for elements without
   * a search parameter, in extensions and in contained resources.
   */
  others(resourceType: string, targets: readonly ResourceKey[], index: readonly IndexEntry[]): IndexEntry[];
  /** A text that changes when the entries of a type's resources do. */
  formOf(resourceType: string): string;
  /** Where references to resources of these types are: of types that hold their references together. */
  into(resourceTypes: ReadonlySet<string>): ReferringParameter[];
}

/** The types that each reference parameter of a type leads to. */
type TargetsByParameter = ReadonlyMap<string, ReadonlySet<string>>;

const targetsOf = (definitions: GrowingDefinitions, resourceType: string): TargetsByParameter =>
  new Map(
    [...definitions.searchParameters(resourceType).values()]
      .filter(parameter => parameter.type === 'reference' && whyNotSearchable(parameter) === undefined)
      .filter(({ code }) => !definitions.postedSearchParameters(resourceType).has(code))
      .map(({ code, target = [] }) => [code, new Set<string>(target)]),
  );

const ANY = 'any';

/** Whether an entry leads to the resource, under a parameter that is looked for when it is deleted. A loop, since every write comes here. */
const isFound = (
  { resourceType, id }: ResourceKey,
  entries: readonly IndexEntry[],
  parameters: TargetsByParameter | typeof ANY,
): boolean => {
  for (const entry of entries) {
    if (entry.kind !== 'reference' || entry.id !== id || entry.type !== resourceType) continue;
    if (parameters === ANY || parameters.get(entry.parameter)?.has(resourceType) === true) return true;
  }
  return false;
};

/** Up to so many targets are compared one by one, which for few is quicker than a set of names. */
const FEW = 32;

const nameOf = (resourceType: string | undefined, id: string | undefined): string => `${resourceType}/${id}`;

/** Names of the resources to which entries lead, under parameters that are looked for when they are deleted. */
const foundNames = (entries: readonly IndexEntry[], parameters: TargetsByParameter): Set<string> => {
  const names = new Set<string>();
  for (const entry of entries) {
    if (entry.kind !== 'reference' || entry.type === undefined) continue;
    if (parameters.get(entry.parameter)?.has(entry.type) === true) names.add(nameOf(entry.type, entry.id));
  }
  return names;
};

/** Made once, with the search parameters that were loaded: those that are posted may go again, and references are held by none of them. */
export const createReferenceEntries = ({ types }: Capability, definitions: GrowingDefinitions): ReferenceEntries => {
  const enforced = [...types.values()].filter(({ enforceReferences }) => enforceReferences);
  const byType = new Map<string, TargetsByParameter>();
  const parametersOf = (resourceType: string): TargetsByParameter => {
    let parameters = byType.get(resourceType);
    if (parameters === undefined) {
      parameters = targetsOf(definitions, resourceType);
      byType.set(resourceType, parameters);
    }
    return parameters;
  };
  return {
    others(resourceType, targets, index) {
      const parameters = parametersOf(resourceType);
      const others: IndexEntry[] = [];
      const names = targets.length > FEW ? foundNames(index, parameters) : undefined;
      for (const target of targets) {
        if (names !== undefined) {
          const name = nameOf(target.resourceType, target.id);
          if (target.resourceType === '' || names.has(name)) continue;
          names.add(name);
          others.push({ kind: 'reference', parameter: OTHERS, type: target.resourceType, id: target.id });
          continue;
        }
        if (target.resourceType === '' || isFound(target, index, parameters) || isFound(target, others, ANY)) continue;
        others.push({ kind: 'reference', parameter: OTHERS, type: target.resourceType, id: target.id });
      }
      return others;
    },
    formOf: resourceType =>
      digestOf([
        types.get(resourceType)?.enforceReferences ?? false,
        [...parametersOf(resourceType)].map(([code, targets]) => [code, ...[...targets].sort()]).sort(),
      ]),
    into: resourceTypes =>
      enforced.flatMap(({ resourceType }) => {
        const leading = [...parametersOf(resourceType)].filter(([, targets]) =>
          [...resourceTypes].some(type => targets.has(type)),
        );
        return [...leading.map(([parameter]) => parameter), OTHERS].map(parameter => ({ resourceType, parameter }));
      }),
  };
};
