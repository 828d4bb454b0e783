import type { Definitions, SearchParameter } from '../definitions/definitions.ts';
import type { Resource } from '../fhir/resource.ts';
import { codeOf, type IndexEntry } from '../search/index-entry.ts';
import type { Condition } from '../search/query.ts';
import type { StoredVersion } from '../store/store.ts';

/** What rules of access need to know of stored versions: the entries of the search parameters that they are about. */
export interface RuleEntries {
  /** From now on the entries that this condition asks for are there. */
  learn(resourceType: string, condition: Condition): void;
  of(version: StoredVersion): readonly IndexEntry[];
}

/** Versions whose entries are kept; beyond it, all are forgotten. A version never changes, so they are never stale. */
const MOST = 20_000;

const NONE: readonly IndexEntry[] = [];

type IsWanted = (resourceType: string, code: string) => boolean;

/** Definitions with no other search parameters than those that are wanted. */
export const onlyParameters = (definitions: Definitions, isWanted: IsWanted): Definitions => {
  const known = new WeakMap<object, ReadonlyMap<string, SearchParameter>>();
  const searchParameters: Definitions['searchParameters'] = resourceType => {
    const all = definitions.searchParameters(resourceType);
    let wanted = known.get(all);
    if (wanted === undefined) {
      wanted = new Map([...all].filter(([code]) => isWanted(resourceType, code)));
      known.set(all, wanted);
    }
    return wanted;
  };
  return Object.create(definitions, { searchParameters: { value: searchParameters } }) as Definitions;
};

/** Makes them. `extractorOf` gives the function that takes from resources what some of their type's search parameters find. */
export const createRuleEntries = (
  definitions: Pick<Definitions, 'generation'>,
  extractorOf: (isWanted: IsWanted) => (resource: Resource) => IndexEntry[],
): RuleEntries => {
  const wanted = new Map<string, Set<string>>();
  const kept = new Map<string, readonly IndexEntry[]>();
  let extract: ((resource: Resource) => IndexEntry[]) | undefined;
  let { generation } = definitions;

  const want = (resourceType: string, parameter: string): void => {
    const code = codeOf(parameter);
    const codes = wanted.get(resourceType) ?? new Set();
    if (codes.has(code)) return;
    wanted.set(resourceType, codes.add(code));
    kept.clear();
    extract = undefined;
  };

  const learn = (resourceType: string, condition: Condition): void => {
    switch (condition.kind) {
      case 'id':
      case 'lastUpdated':
      case 'referredBy':
      case 'text':
        break;
      case 'not':
        learn(resourceType, condition.none);
        break;
      case 'any':
        for (const each of condition.anyOf) learn(resourceType, each);
        break;
      case 'all':
        for (const each of condition.allOf) learn(resourceType, each);
        break;
      case 'refersTo':
        want(resourceType, condition.parameter);
        learn(condition.resourceType, condition.where);
        break;
      default:
        want(resourceType, condition.parameter);
    }
  };

  return {
    learn,
    of: version => {
      const { resourceType, id, versionId, body } = version;
      if (!wanted.has(resourceType) || body === '') return NONE;
      if (generation !== definitions.generation) {
        generation = definitions.generation;
        kept.clear();
      }
      const key = `${resourceType}/${id}/${versionId}`;
      const known = version.isStaged ? undefined : kept.get(key);
      if (known !== undefined) return known;
      extract ??= extractorOf((type, code) => wanted.get(type)?.has(code) === true);
      const entries = extract(JSON.parse(body) as Resource);
      if (!version.isStaged) {
        if (kept.size >= MOST) kept.clear();
        kept.set(key, entries);
      }
      return entries;
    },
  };
};
