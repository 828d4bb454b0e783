import type { SearchQuery, SortKey } from '../../search/query.ts';
import { keyOf, nameOf } from '../key-name.ts';
import {
  type CommitResult,
  type MatchCondition,
  MOST_REFERRERS,
  type NewestCondition,
  type ReferringParameter,
  type ResourceKey,
  type Unit,
} from '../store.ts';
import { search } from './search.ts';
import type { Snapshot } from './snapshot.ts';
import { referenceTerm } from './terms.ts';

/** What the searches that a unit depends on have found. */
export interface SearchAnswers {
  /** What If-None-Exist, or a search that finds something else by now, says against the unit. */
  refusal?: CommitResult;
  /** What refers to resources that nothing may refer to, those left out that the unit itself writes. */
  referrers: readonly { key: ResourceKey; by: readonly ResourceKey[] }[];
}

/** Looks in a snapshot for all that a unit depends on by searches. */
export async function askSearches(unit: Unit, snapshot: Snapshot): Promise<SearchAnswers> {
  for (const { ifNoneExist } of unit.changes) {
    if (ifNoneExist === undefined) continue;
    const [first, ...others] = await keysFound(snapshot, { ...ifNoneExist, sort: [] }, 2);
    if (others.length > 0) return { refusal: { outcome: 'multiple-matches' }, referrers: [] };
    if (first !== undefined) return { refusal: { outcome: 'exists', key: first }, referrers: [] };
  }
  for (const condition of unit.matches ?? []) {
    if (!(await isMatched(snapshot, condition))) return CHANGED;
  }
  const own = new Set(unit.changes.map(nameOf));
  for (const condition of unit.nothingNew ?? []) {
    if (!(await isNewest(snapshot, condition, own))) return CHANGED;
  }
  const { keys = [], by = [] } = unit.unreferred ?? {};
  const referrers: { key: ResourceKey; by: readonly ResourceKey[] }[] = [];
  for (const key of keys) referrers.push({ key, by: await referrersOf(snapshot, key, by, own) });
  return { referrers };
}

const CHANGED: SearchAnswers = { refusal: { outcome: 'matches-changed' }, referrers: [] };

async function keysFound(snapshot: Snapshot, query: SearchQuery, count: number): Promise<ResourceKey[]> {
  const { rows } = await search(snapshot, { ...query, count, total: 'none' });
  return rows.map(({ document: { name } }) => keyOf(name));
}

async function isMatched(snapshot: Snapshot, { query, id }: MatchCondition): Promise<boolean> {
  const found = await keysFound(snapshot, { ...query, sort: [] }, 2);
  return found.length === (id === undefined ? 0 : 1) && found[0]?.id === id;
}

const BY_CHANGE: readonly SortKey[] = [{ kind: 'lastUpdated', parameter: '_lastUpdated', descending: true }];

/** Whether the search finds nothing newer than it did, but for what the unit itself changes, which is held to its versions. */
async function isNewest(
  snapshot: Snapshot,
  { query, newest }: NewestCondition,
  own: ReadonlySet<string>,
): Promise<boolean> {
  const isSame = (key: ResourceKey): boolean => newest !== undefined && nameOf(key) === nameOf(newest);
  const found = await keysFound(snapshot, { ...query, sort: BY_CHANGE }, 1 + own.size);
  const last = found.find(key => isSame(key) || !own.has(nameOf(key)));
  if (last === undefined || !isSame(last)) return last === undefined && newest === undefined;
  const [version] = await snapshot.all({ name: nameOf(last) }, { projection: { versionId: 1 } });
  return version?.versionId === newest!.versionId;
}

async function referrersOf(
  snapshot: Snapshot,
  { resourceType, id }: ResourceKey,
  by: readonly ReferringParameter[],
  own: ReadonlySet<string>,
): Promise<ResourceKey[]> {
  const terms = by.map(each => referenceTerm(each.resourceType, each.parameter, resourceType, id));
  if (terms.length === 0) return [];
  const most = MOST_REFERRERS + 1;
  const found = await snapshot.all(
    { terms: { $in: terms } },
    { projection: { name: 1 }, sort: { _id: 1 }, limit: most + own.size },
  );
  // What the unit writes is held to `mustExist`.
  const others = found.filter(({ name }) => !own.has(name)).slice(0, most);
  return others.map(({ name }) => keyOf(name));
}
