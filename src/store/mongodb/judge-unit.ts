import { keyOf, nameOf } from '../key-name.ts';
import { type CommitResult, MOST_REFERRERS, type TakenIdentity } from '../store.ts';
import type { SearchAnswers } from './ask-searches.ts';
import type { BatchDraft } from './batch-draft.ts';
import type { WaitingUnit } from './waiting-unit.ts';

const COMMITTED: CommitResult = { outcome: 'committed' };

/** What the changes of a unit have come to so far. */
interface Drafted {
  current: Map<string, { versionId: number; isDeleted: boolean }>;
  /** Taken (the name of the resource) or released (null) by the unit. */
  identities: Map<string, string | null>;
  /** Resources of the unit that have claimed an identity so far. */
  claimants: Set<string>;
}

/** Judges a unit against what was stored and what the units before it in the batch did. */
export function judgeUnit({ unit, changes }: WaitingUnit, draft: BatchDraft, answers: SearchAnswers): CommitResult {
  if (unit.once !== undefined && draft.isTaken(unit.once)) return { outcome: 'used-before' };
  if (answers.refusal !== undefined) return answers.refusal;
  const drafted: Drafted = { current: new Map(), identities: new Map(), claimants: new Set() };
  for (const change of changes) {
    const name = nameOf(change);
    const own = drafted.current.get(name);
    const stored = draft.current(name);
    const currentVersionId = (own ?? stored)?.versionId ?? 0;
    if (currentVersionId !== change.versionId - 1) {
      return { outcome: 'version-conflict', key: keyOf(name), currentVersionId };
    }
    if (own === undefined) for (const identity of stored?.identities ?? []) drafted.identities.set(identity, null);
    drafted.current.set(name, { versionId: change.versionId, isDeleted: change.method === 'DELETE' });
  }
  for (const { versionId, resourceType, id } of unit.mustBeCurrent ?? []) {
    const key = { resourceType, id };
    const currentVersionId = draft.current(nameOf(key))?.versionId ?? 0;
    if (currentVersionId !== versionId) return { outcome: 'version-conflict', key, currentVersionId };
  }
  const [taken, ...others] = changes.flatMap(({ identities = [], ...key }) =>
    takenIdentities(nameOf(key), identities, drafted, draft),
  );
  if (taken !== undefined) return { outcome: 'identity-taken', ...taken, ...(others.length === 0 ? {} : { others }) };
  const missing = (unit.mustExist ?? []).filter(key => {
    const name = nameOf(key);
    return (drafted.current.get(name) ?? draft.current(name))?.isDeleted !== false;
  });
  if (missing.length > 0) {
    return { outcome: 'references-missing', missing: missing.map(({ resourceType, id }) => ({ resourceType, id })) };
  }
  const referred = answers.referrers.find(({ by }) => by.length > 0);
  if (referred === undefined) return COMMITTED;
  const isMore = referred.by.length > MOST_REFERRERS;
  const { resourceType, id } = referred.key;
  return { outcome: 'referred', key: { resourceType, id }, by: referred.by.slice(0, MOST_REFERRERS), isMore };
}

function takenIdentities(
  name: string,
  identities: readonly string[],
  drafted: Drafted,
  draft: BatchDraft,
): TakenIdentity[] {
  if (drafted.claimants.has(name)) {
    // Held by an earlier version that this unit wrote itself.
    for (const [identity, holder] of drafted.identities) if (holder === name) drafted.identities.set(identity, null);
  }
  if (identities.length > 0) drafted.claimants.add(name);
  const taken: TakenIdentity[] = [];
  for (const identity of identities) {
    const own = drafted.identities.get(identity);
    const holder = own === undefined ? draft.holder(identity) : (own ?? undefined);
    if (holder !== undefined && holder !== name) taken.push({ identity, key: keyOf(holder) });
    else drafted.identities.set(identity, name);
  }
  return taken;
}
