import type { Resource } from '../fhir/resource.ts';
import type { IndexEntry } from '../search/index-entry.ts';
import type { SearchQuery } from '../search/query.ts';
import type { Include } from '../search/read-include.ts';
import { type Cursor, PAGE_BYTES, type ResourceKey, type StoredVersion } from '../store/store.ts';
import type { Deps } from './context.ts';
import { isPermitted } from './require-permission.ts';

/** Referring resources that are read at a time. */
const PAGE = 200;

/** What a page of matches brings along. */
export interface Included {
  versions: readonly StoredVersion[];
  /** There was more than a page may bring along. */
  isCut: boolean;
}

const nameOf = ({ resourceType, id }: ResourceKey): string => `${resourceType}/${id}`;

/**
 * The resources that includes lead to from a page of matches, each once, none of the matches among them. Includes that are iterated go
 * on from what was included, as long as that is new.
 * https://hl7.org/fhir/R4/search.html#include
 */
export const included = async (
  deps: Deps,
  matches: readonly StoredVersion[],
  includes: readonly Include[],
): Promise<Included> => {
  const found = new Found(matches, deps.settings.maxIncludes);
  let from = matches;
  let going = includes;
  while (from.length > 0 && going.length > 0 && !found.isCut) {
    const before = found.versions.length;
    for (const include of going) {
      if (include.isReverse) await findReferring(deps, from, include, found);
      else await findReferred(deps, from, include, found);
      if (found.isCut) break;
    }
    from = found.versions.slice(before);
    going = includes.filter(({ isIterated }) => isIterated);
  }
  return found;
};

class Found implements Included {
  readonly versions: StoredVersion[] = [];
  isCut = false;
  readonly #seen: Set<string>;
  readonly #most: number;
  #bytes = 0;

  constructor(matches: readonly StoredVersion[], most: number) {
    this.#seen = new Set(matches.map(nameOf));
    this.#most = most;
  }

  has(key: ResourceKey): boolean {
    return this.#seen.has(nameOf(key));
  }

  add(version: StoredVersion): void {
    if (this.has(version)) return;
    if (this.versions.length === this.#most || this.#bytes >= PAGE_BYTES) {
      this.isCut = true;
      return;
    }
    this.#seen.add(nameOf(version));
    this.#bytes += version.bodyBytes;
    this.versions.push(version);
  }
}

type ReferenceEntry = Extract<IndexEntry, { kind: 'reference' }>;

const findReferred = async (
  deps: Deps,
  from: readonly StoredVersion[],
  { source, parameters, target }: Include,
  found: Found,
): Promise<void> => {
  for (const version of from) {
    if (version.resourceType !== source) continue;
    const isMeant = (entry: IndexEntry): entry is ReferenceEntry =>
      entry.kind === 'reference' && parameters.includes(entry.parameter) && (target ?? entry.type) === entry.type;
    for (const { type, id } of deps.extract(JSON.parse(version.body) as Resource).filter(isMeant)) {
      if (type === undefined || id === undefined || !isServed(deps, type) || !isPermitted(deps, type, 'read')) continue;
      const key = { resourceType: type, id };
      if (found.has(key)) continue;
      const referred = await deps.store.read(key);
      if (referred !== undefined && referred.method !== 'DELETE') found.add(referred);
      if (found.isCut) return;
    }
  }
};

const isServed = ({ capability }: Deps, resourceType: string): boolean => capability.types.has(resourceType);

const findReferring = async (
  deps: Deps,
  from: readonly StoredVersion[],
  { source, parameters, target }: Include,
  found: Found,
): Promise<void> => {
  const anyOf = from
    .filter(({ resourceType }) => (target ?? resourceType) === resourceType)
    .map(({ resourceType, id }) => ({ type: resourceType, id }));
  if (anyOf.length === 0) return;
  const query: SearchQuery = {
    resourceType: source,
    where: [{ kind: 'any', anyOf: parameters.map(parameter => ({ kind: 'reference', parameter, anyOf })) }],
    sort: [],
    count: PAGE,
    total: 'none',
  };
  let after: Cursor | undefined;
  do {
    const { versions, next } = await deps.store.search(query, after);
    for (const version of versions) found.add(version);
    after = next;
  } while (after !== undefined && !found.isCut);
};
