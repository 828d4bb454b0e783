import type { Filter } from 'mongodb';
import type { Condition, RangeValue } from '../../search/query.ts';
import { boundedTime } from '../bounded.ts';
import { anyFilter, compileValues, NOTHING } from './compile-values.ts';
import type { VersionDocument } from './documents.ts';
import { hasTerm } from './terms.ts';

type VersionFilter = Filter<VersionDocument>;
export type Link = Extract<Condition, { kind: 'refersTo' | 'referredBy' }>;

export type Words = Extract<Condition, { kind: 'text' }>;

/**
 * Finds what is at the other end of a link, or has words. Undefined where there is so much of it that each resource must be looked at.
 */
export type FindLooked = (type: string, condition: Link | Words) => Promise<VersionFilter | undefined>;

/** Everything of a type: of the versions that a search may see, those that match `where`. */
export const ofType = (type: string, where: readonly VersionFilter[]): VersionFilter => ({
  $and: [{ terms: type }, ...where],
});

/**
 * The filter of a condition on resources of a type, which `ofType` holds them to; undefined where each resource must be looked at.
 */
export async function compileCondition(
  type: string,
  condition: Condition,
  find: FindLooked,
): Promise<VersionFilter | undefined> {
  switch (condition.kind) {
    case 'id':
      return { name: { $in: condition.anyOf.map(id => `${type}/${id}`) } };
    case 'lastUpdated':
      return changedFilter(type, condition.anyOf);
    case 'missing': {
      const has: VersionFilter = { terms: hasTerm(type, condition.parameter) };
      return condition.isMissing ? { $nor: [has] } : has;
    }
    case 'not': {
      const none = await compileCondition(type, condition.none, find);
      return none && { $nor: [none] };
    }
    case 'any': {
      const filters = await compileAll(type, condition.anyOf, find);
      return filters && anyFilter(filters);
    }
    case 'all': {
      const filters = await compileAll(type, condition.allOf, find);
      return filters && (filters.length === 0 ? {} : { $and: filters });
    }
    case 'text':
    case 'refersTo':
    case 'referredBy':
      return find(type, condition);
    default:
      return condition.anyOf.length === 0 ? NOTHING : compileValues(type, condition);
  }
}

/** The filters of conditions, in their order; undefined where one of them has none. */
export async function compileAll(
  type: string,
  conditions: readonly Condition[],
  find: FindLooked,
): Promise<VersionFilter[] | undefined> {
  const filters: VersionFilter[] = [];
  for (const each of conditions) {
    const filter = await compileCondition(type, each, find);
    if (filter === undefined) return undefined;
    filters.push(filter);
  }
  return filters;
}

const changedFilter = (type: string, values: readonly RangeValue[]): VersionFilter => ({
  $and: [{ type }, anyFilter(values.map(changedIn))],
});

/** The time of a change is an instant, `[updated, updated + 1)`. */
function changedIn({ prefix, ...range }: RangeValue): VersionFilter {
  const [low, high] = [boundedTime(range.low), boundedTime(range.high)];
  switch (prefix) {
    case 'eq':
    case 'ap':
      return { updated: { $gte: low, $lt: high } };
    case 'ne':
      return { $or: [{ updated: { $lt: low } }, { updated: { $gte: high } }] };
    case 'gt':
    case 'sa':
      return { updated: { $gte: high } };
    case 'lt':
    case 'eb':
      return { updated: { $lt: low } };
    case 'ge':
      return { updated: { $gte: low } };
    case 'le':
      return { updated: { $lt: high } };
  }
}
