import type { Condition, SearchQuery, TokenValue, TypedConditions } from '../search/query.ts';
import { type Access, NEVER } from './access.ts';
import type { Limits } from './limits.ts';

/** What a client's searches are restricted by. */
export interface Restriction {
  access: Access;
  limits: Limits;
}

/** More than one number at a time is no question about somebody; one in small and in large letters is. */
const isOneCode = (values: readonly TokenValue[]): boolean =>
  values.every(({ code }) => code !== undefined && code.toLowerCase() === values[0]!.code?.toLowerCase());

/** Whether a condition names what it looks for exactly: nothing is found by it that is not known before. */
const namesExactly = (condition: Condition, exact: ReadonlySet<string>): boolean => {
  switch (condition.kind) {
    case 'id':
      return true;
    case 'token':
      return exact.has(condition.parameter) && isOneCode(condition.anyOf);
    case 'reference':
      return exact.has(condition.parameter) && condition.anyOf.every(value => 'id' in value);
    case 'any':
      return condition.anyOf.length > 0 && condition.anyOf.every(each => namesExactly(each, exact));
    case 'all':
      return condition.allOf.some(each => namesExactly(each, exact));
    default:
      return false;
  }
};

/** Whether a search on a type says what it must say: one of those values that its resources are found by alone. */
export const isExactEnough = ({ access }: Restriction, { resourceType, where }: TypedConditions): boolean => {
  const exact = access.rule(resourceType)?.exact;
  return exact === undefined || exact.size === 0 || where.some(condition => namesExactly(condition, exact));
};

/** What the client may find of a type by such conditions, at the end of a link. */
const restrictLinked = (restriction: Restriction, resourceType: string, where: Condition): Condition => {
  if (!isExactEnough(restriction, { resourceType, where: [where] })) return NEVER;
  const limits = restriction.limits(resourceType, 'search');
  const inner = restrictLinks(restriction, where);
  return limits.length === 0 ? inner : { kind: 'all', allOf: [inner, ...limits] };
};

/** Links lead only to what the client may find by itself, so that nothing else can be told by what they find. */
const restrictLinks = (restriction: Restriction, condition: Condition): Condition => {
  switch (condition.kind) {
    case 'not':
      return { kind: 'not', none: restrictLinks(restriction, condition.none) };
    case 'any':
      return { kind: 'any', anyOf: condition.anyOf.map(each => restrictLinks(restriction, each)) };
    case 'all':
      return { kind: 'all', allOf: condition.allOf.map(each => restrictLinks(restriction, each)) };
    case 'refersTo':
    case 'referredBy':
      return { ...condition, where: restrictLinked(restriction, condition.resourceType, condition.where) };
    default:
      return condition;
  }
};

const restrictTyped = (restriction: Restriction, asked: TypedConditions): TypedConditions[] => {
  const { resourceType, where } = asked;
  if (!restriction.access.may(resourceType, 'search') || !isExactEnough(restriction, asked)) return [];
  const limits = restriction.limits(resourceType, 'search');
  return [{ resourceType, where: [...where.map(each => restrictLinks(restriction, each)), ...limits] }];
};

/**
 * The search that finds of what is asked for what the client may find. The rules of its role are held against all that is stored; what
 * the client itself asks, against what it may find only. Where that is nothing, the search finds nothing.
 */
export const restrictQuery = (restriction: Restriction, query: SearchQuery): SearchQuery => {
  const { resourceType, where, others = [], ...rest } = query;
  const [first, ...more] = [{ resourceType, where }, ...others].flatMap(each => restrictTyped(restriction, each));
  if (first === undefined) return { ...rest, resourceType, where: [NEVER] };
  return { ...rest, ...first, ...(more.length > 0 && { others: more }) };
};
