import { type Matchable, matches, type Others } from '../search/match.ts';
import type { Condition } from '../search/query.ts';
import type { Store, StoredVersion } from '../store/store.ts';

/** Whether a resource matches a condition, where what it is linked to is looked up in the store. */
export type Holds = (item: Matchable, condition: Condition) => boolean | Promise<boolean>;

const NO_OTHERS: Others = { read: () => undefined, all: () => [] };

const linked = new WeakMap<Condition, boolean>();

const hasLinks = (condition: Condition): boolean => {
  let known = linked.get(condition);
  if (known === undefined) {
    known =
      condition.kind === 'refersTo' ||
      condition.kind === 'referredBy' ||
      (condition.kind === 'not' && hasLinks(condition.none)) ||
      (condition.kind === 'any' && condition.anyOf.some(hasLinks)) ||
      (condition.kind === 'all' && condition.allOf.some(hasLinks));
    linked.set(condition, known);
  }
  return known;
};

/**
 * Makes the judge of single resources: as `matches`, but for links to what is stored. `itemOf` gives a version as searches see it, with
 * the entries at least that rules are about.
 */
export const createHolds = (
  store: Pick<Store, 'read' | 'search'>,
  itemOf: (version: StoredVersion) => Matchable,
): Holds => {
  const anyHolds = async (item: Matchable, conditions: readonly Condition[], wanted: boolean): Promise<boolean> => {
    for (const condition of conditions) if ((await holds(item, condition)) === wanted) return true;
    return false;
  };
  const refersTo = async (
    { index }: Matchable,
    { parameter, resourceType, where }: Extract<Condition, { kind: 'refersTo' }>,
  ): Promise<boolean> => {
    for (const entry of index) {
      if (entry.kind !== 'reference' || entry.parameter !== parameter || entry.type !== resourceType) continue;
      const target = entry.id === undefined ? undefined : await store.read({ resourceType, id: entry.id });
      if (target === undefined || target.method === 'DELETE') continue;
      if (await holds(itemOf(target), where)) return true;
    }
    return false;
  };
  const holds: Holds = (item, condition) => {
    if (!hasLinks(condition)) return matches(item, condition, NO_OTHERS);
    switch (condition.kind) {
      case 'not':
        return (async () => !(await holds(item, condition.none)))();
      case 'any':
        return anyHolds(item, condition.anyOf, true);
      case 'all':
        return anyHolds(item, condition.allOf, false).then(fails => !fails);
      case 'refersTo':
        return refersTo(item, condition);
      case 'referredBy': {
        const { parameter, resourceType, where } = condition;
        const refers: Condition = {
          kind: 'reference',
          parameter,
          anyOf: [{ type: item.resourceType, id: item.id }],
        };
        return store
          .search({ resourceType, where: [refers, where], sort: [], count: 1, total: 'none' })
          .then(({ versions }) => versions.length > 0);
      }
      default:
        return false;
    }
  };
  return holds;
};
