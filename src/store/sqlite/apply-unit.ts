import type { SortKey } from '../../search/query.ts';
import { keyOf, nameOf } from '../key-name.ts';
import {
  type CommitResult,
  type MatchCondition,
  MOST_REFERRERS,
  type NewestCondition,
  type ResourceKey,
  type TakenIdentity,
} from '../store.ts';
import type { AuditRows } from './audit-rows.ts';
import type { ChangeRows, Current } from './change-rows.ts';
import type { Living } from './living.ts';
import type { OnceNames } from './once-names.ts';
import type { PackedChange, PackedUnit } from './pack-unit.ts';
import type { Search } from './search.ts';

/** What the writer works with inside one transaction. */
export interface Transaction {
  rows: ChangeRows;
  search: Search;
  /** Resources that are known to be there, so that a reference that many resources share is looked up once. */
  living: Living;
  once: OnceNames;
  audit: AuditRows;
  nextSeq: number;
}

const COMMITTED: CommitResult = { outcome: 'committed' };

/** What a unit has done so far, had it been applied change by change. */
interface Draft {
  current: Map<string, Current | undefined>;
  /** Taken (the name of the resource) or released (null) by the unit. */
  identities: Map<string, string | null>;
  /** Resources of the unit that have claimed an identity so far. */
  claimants: Set<string>;
}

/**
 * Judges a unit against what was committed and what earlier units of the transaction did, and applies it if nothing speaks
 * against it and it is no trial. A refused unit changes nothing.
 */
export function applyUnit(unit: PackedUnit, transaction: Transaction): CommitResult {
  const draft: Draft = { current: new Map(), identities: new Map(), claimants: new Set() };
  const before: (Current | undefined)[] = [];
  if (unit.once !== undefined && transaction.once.isTaken(unit.once)) return { outcome: 'used-before' };
  for (const change of unit.changes) {
    const refusal = judgeNoneExist(change, transaction);
    if (refusal) return refusal;
  }
  const isAsItWas =
    unit.matches.every(condition => isMatched(condition, transaction)) &&
    unit.nothingNew.every(condition => isNewest(condition, unit, transaction));
  if (!isAsItWas) return { outcome: 'matches-changed' };
  for (const change of unit.changes) {
    const name = nameOf(change);
    const current = draft.current.has(name)
      ? draft.current.get(name)
      : transaction.rows.current(change.resourceType, change.id);
    const currentVersionId = current?.versionId ?? 0;
    if (currentVersionId !== change.versionId - 1) {
      return { outcome: 'version-conflict', key: keyOf(name), currentVersionId };
    }
    if (current !== undefined && current.seq < transaction.nextSeq) {
      for (const identity of transaction.rows.identities(current.seq)) draft.identities.set(identity, null);
    }
    const seq = transaction.nextSeq + before.push(current) - 1;
    draft.current.set(name, { versionId: change.versionId, seq, deleted: change.method === 'DELETE' });
  }
  for (const { versionId, ...key } of unit.mustBeCurrent) {
    const currentVersionId = transaction.rows.current(key.resourceType, key.id)?.versionId ?? 0;
    if (currentVersionId !== versionId) return { outcome: 'version-conflict', key, currentVersionId };
  }
  const [taken, ...others] = unit.changes.flatMap(change => takenIdentities(change, draft, transaction));
  if (taken !== undefined) return { outcome: 'identity-taken', ...taken, ...(others.length === 0 ? {} : { others }) };
  const missing = unit.mustExist.filter(name => !exists(name, draft, transaction));
  if (missing.length > 0) return { outcome: 'references-missing', missing: missing.map(keyOf) };
  const referred = judgeUnreferred(unit, draft, transaction);
  if (referred) return referred;

  if (!unit.isTrial) apply(unit, before, transaction);
  return COMMITTED;
}

function judgeNoneExist(change: PackedChange, { search }: Transaction): CommitResult | undefined {
  if (change.ifNoneExist === undefined) return undefined;
  const { rows: found } = search.find({ ...change.ifNoneExist, sort: [], count: 2, total: 'none' });
  if (found.length === 0) return undefined;
  if (found.length > 1) return { outcome: 'multiple-matches' };
  return { outcome: 'exists', key: search.key(found[0]!.seq) };
}

function isMatched({ query, id }: MatchCondition, { search }: Transaction): boolean {
  const { rows: found } = search.find({ ...query, sort: [], count: 2, total: 'none' });
  if (found.length !== (id === undefined ? 0 : 1)) return false;
  return id === undefined || search.key(found[0]!.seq).id === id;
}

const BY_CHANGE: readonly SortKey[] = [{ kind: 'lastUpdated', parameter: '_lastUpdated', descending: true }];

/** Whether the search finds nothing newer than it did, but for what the unit itself changes, which is held to its versions. */
function isNewest({ query, newest }: NewestCondition, unit: PackedUnit, { search, rows }: Transaction): boolean {
  const newestOf = (count: number): ResourceKey[] =>
    search.find({ ...query, sort: BY_CHANGE, count, total: 'none' }).rows.map(({ seq }) => search.key(seq));
  const isSame = ({ resourceType, id }: ResourceKey): boolean =>
    resourceType === newest?.resourceType &&
    id === newest.id &&
    rows.current(resourceType, id)?.versionId === newest.versionId;
  const [first] = newestOf(1);
  if (first === undefined) return newest === undefined;
  if (isSame(first)) return true;
  const own = new Set(unit.changes.map(nameOf));
  if (!own.has(nameOf(first))) return false;
  const last = newestOf(own.size + 1).find(key => isSame(key) || !own.has(nameOf(key)));
  return last === undefined ? newest === undefined : isSame(last);
}

function takenIdentities(change: PackedChange, draft: Draft, { rows }: Transaction): TakenIdentity[] {
  const name = nameOf(change);
  if (draft.claimants.has(name)) {
    // Held by an earlier version that this unit wrote itself.
    for (const [identity, holder] of draft.identities) if (holder === name) draft.identities.set(identity, null);
  }
  if (change.identities.length > 0) draft.claimants.add(name);
  const taken: TakenIdentity[] = [];
  for (const identity of change.identities) {
    const drafted = draft.identities.get(identity);
    const holder = drafted === undefined ? rows.holder(identity) : drafted === null ? undefined : keyOf(drafted);
    if (holder !== undefined && nameOf(holder) !== name) taken.push({ identity, key: holder });
    else draft.identities.set(identity, name);
  }
  return taken;
}

function exists(name: string, draft: Draft, { rows, living }: Transaction): boolean {
  if (draft.current.has(name)) return draft.current.get(name)?.deleted === false;
  if (living.has(name)) return true;
  const { resourceType, id } = keyOf(name);
  if (rows.current(resourceType, id)?.deleted !== false) return false;
  living.add(name);
  return true;
}

function judgeUnreferred(
  { unreferred: { keys, by } }: PackedUnit,
  draft: Draft,
  { search }: Transaction,
): CommitResult | undefined {
  for (const key of keys) {
    const referrers: ResourceKey[] = [];
    for (const referrer of search.referrers(key, by)) {
      // What the unit writes is held to `mustExist`.
      if (draft.current.has(nameOf(referrer))) continue;
      if (referrers.push(referrer) > MOST_REFERRERS) break;
    }
    if (referrers.length === 0) continue;
    const isMore = referrers.length > MOST_REFERRERS;
    return { outcome: 'referred', key, by: referrers.slice(0, MOST_REFERRERS), isMore };
  }
  return undefined;
}

function apply(unit: PackedUnit, before: readonly (Current | undefined)[], transaction: Transaction): void {
  const { rows, living } = transaction;
  if (unit.once !== undefined) transaction.once.take(unit.once);
  // First all that goes, then all that comes: an identity may move from one resource of the unit to another.
  unit.changes.forEach((change, i) => {
    const current = before[i];
    if (current !== undefined && current.seq < transaction.nextSeq) rows.supersede(change, current);
  });
  const firstSeq = transaction.nextSeq;
  unit.changes.forEach((change, i) => {
    const current = before[i];
    if (current !== undefined && current.seq >= firstSeq) rows.supersede(change, current);
    rows.add(change, transaction.nextSeq++, current !== undefined);
    if (change.method === 'DELETE') living.delete(nameOf(change));
    if (change.erases) rows.erase(change);
  });
  const { resources, states } = unit.indexing;
  for (const resource of resources) {
    const current = rows.current(resource.resourceType, resource.id);
    if (current?.versionId === resource.versionId && !current.deleted) rows.reindex(resource, current.seq);
  }
  for (const { resourceType, state } of states) rows.rememberIndex(resourceType, state);
  for (const row of unit.audit) transaction.audit.add(row);
  if (unit.forgetAuditBefore > 0) transaction.audit.forget(unit.forgetAuditBefore);
}
