import { type Matchable, matches, type Others } from '../search/match.ts';
import type { Condition } from '../search/query.ts';
import type { RuleEntries } from '../security/rule-entries.ts';
import type { Store, StoredVersion } from '../store/store.ts';
import type { Trigger } from './subscription-trigger.ts';

/** What changes are judged with. */
export interface Matching {
  store: Pick<Store, 'readVersion' | 'search'>;
  /** What versions are found under, as far as conditions ask for it; taken from each once, for all that wait. */
  entries: RuleEntries;
}

const NO_OTHERS: Others = {
  read: () => {
    throw new Error('A condition on other resources is for the store');
  },
  all: () => {
    throw new Error('A condition on other resources is for the store');
  },
};

/** Whether a condition asks for other resources than the one. */
const needsOthers = (condition: Condition): boolean => {
  switch (condition.kind) {
    case 'refersTo':
    case 'referredBy':
      return true;
    case 'not':
      return needsOthers(condition.none);
    case 'any':
      return condition.anyOf.some(needsOthers);
    case 'all':
      return condition.allOf.some(needsOthers);
    default:
      return false;
  }
};

/** Whether a version matches. Conditions on other resources are judged by what is stored now. */
const isMatch = async (
  { store, entries }: Matching,
  version: StoredVersion,
  where: readonly Condition[],
): Promise<boolean> => {
  if (where.length === 0) return true;
  const own = where.filter(condition => !needsOthers(condition));
  for (const condition of own) entries.learn(version.resourceType, condition);
  const matchable: Matchable = { ...version, index: entries.of(version), text: version.body };
  if (!own.every(condition => matches(matchable, condition, NO_OTHERS))) return false;
  if (own.length === where.length) return true;
  const { resourceType, id } = version;
  const isIt: Condition = { kind: 'id', anyOf: [id] };
  const others = where.filter(needsOthers);
  const query = { resourceType, where: [isIt, ...others], sort: [], count: 1, total: 'none' as const };
  return (await store.search(query)).versions.length > 0;
};

/** Whether a change is what a trigger waits for, and as what. */
export const interactionOf = async (
  matching: Matching,
  trigger: Trigger,
  change: StoredVersion,
): Promise<'create' | 'update' | 'delete' | undefined> => {
  const { resourceType, id, versionId, method } = change;
  if (resourceType !== trigger.resourceType) return undefined;
  const mayDelete = trigger.interactions.has('delete');
  if (method === 'DELETE' && !mayDelete) return undefined;
  const needsBefore = trigger.previous.length > 0 || method === 'DELETE' || trigger.interactions.size < 2;
  const before =
    needsBefore && versionId > 1 ? await matching.store.readVersion({ resourceType, id }, versionId - 1) : undefined;
  const wasThere =
    before !== undefined ? before.method !== 'DELETE' && before.body !== '' : versionId > 1 && !needsBefore;
  if (method === 'DELETE')
    return before !== undefined && wasThere && (await isMatch(matching, before, trigger.current))
      ? 'delete'
      : undefined;
  const interaction = wasThere ? 'update' : 'create';
  if (!trigger.interactions.has(interaction)) return undefined;
  if (!(await isMatch(matching, change, trigger.current))) return undefined;
  if (wasThere && before !== undefined && !(await isMatch(matching, before, trigger.previous))) return undefined;
  return interaction;
};
