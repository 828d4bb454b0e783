import { type Matchable, matches } from '../../search/match.ts';
import type { Condition, SearchQuery } from '../../search/query.ts';
import type { Change, ReferringParameter, ResourceKey, Unit } from '../store.ts';

/**
 * Whether changes may make a difference to a search that a unit depends on. Says so once too often rather than once too seldom: the unit
 * is judged later then, when the changes can be found.
 */
export function mayAffect(changes: readonly Change[], unit: Unit): boolean {
  if (changes.length === 0) return false;
  const { ifNoneExist, matches: found, nothingNew, unreferred } = searchesOf(unit);
  const queries = [...ifNoneExist, ...found, ...nothingNew];
  return changes.some(
    change =>
      queries.some(query => mayFind(query, change)) || unreferred.some(({ keys, by }) => mayRefer(change, keys, by)),
  );
}

function searchesOf({ changes, matches: found = [], nothingNew = [], unreferred }: Unit) {
  return {
    ifNoneExist: changes.flatMap(change => (change.ifNoneExist === undefined ? [] : [change.ifNoneExist])),
    matches: found.map(({ query }) => query),
    nothingNew: nothingNew.map(({ query }) => query),
    unreferred: unreferred === undefined ? [] : [unreferred],
  };
}

function mayFind(query: SearchQuery, change: Change): boolean {
  return [query, ...(query.others ?? [])].some(({ resourceType, where }) => {
    if (where.some(condition => leadsTo(condition, change.resourceType))) return true;
    if (resourceType !== change.resourceType) return false;
    // What was found under before is not known here.
    if (change.versionId > 1) return true;
    const simple = where.filter(condition => !isLinked(condition));
    return simple.every(condition => matches(change satisfies Matchable, condition, NO_OTHERS));
  });
}

const NO_OTHERS = { read: () => undefined, all: () => [] };

/** Whether what a condition finds depends on resources of a type at the other end of a link. */
function leadsTo(condition: Condition, resourceType: string): boolean {
  switch (condition.kind) {
    case 'not':
      return leadsTo(condition.none, resourceType);
    case 'any':
      return condition.anyOf.some(each => leadsTo(each, resourceType));
    case 'all':
      return condition.allOf.some(each => leadsTo(each, resourceType));
    case 'refersTo':
    case 'referredBy':
      return condition.resourceType === resourceType || leadsTo(condition.where, resourceType);
    default:
      return false;
  }
}

function isLinked(condition: Condition): boolean {
  switch (condition.kind) {
    case 'not':
      return isLinked(condition.none);
    case 'any':
      return condition.anyOf.some(isLinked);
    case 'all':
      return condition.allOf.some(isLinked);
    default:
      return condition.kind === 'refersTo' || condition.kind === 'referredBy';
  }
}

function mayRefer(
  { resourceType, versionId, index }: Change,
  keys: readonly ResourceKey[],
  by: readonly ReferringParameter[],
): boolean {
  if (!by.some(each => each.resourceType === resourceType)) return false;
  if (versionId > 1) return true;
  return index.some(
    entry =>
      entry.kind === 'reference' && keys.some(({ resourceType: type, id }) => entry.type === type && entry.id === id),
  );
}
