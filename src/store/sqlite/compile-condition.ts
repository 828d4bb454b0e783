import type { Condition } from '../../search/query.ts';
import { changeRanges } from './change-range.ts';
import { followBack, followForth } from './compile-link.ts';
import { compileText } from './compile-text.ts';
import { anySource, compileValues } from './compile-values.ts';
import { type Fragment, fragment, join, sql } from './fragment.ts';
import { shapesBy } from './shapes.ts';
import { idSource, recentOf, type Source, scanSource, typeSource } from './source.ts';
import type { Statements } from './statements.ts';
import type { TermKeys } from './term-keys.ts';

/** What conditions are compiled with, in the transaction of the search. */
export interface Compiling {
  keys: TermKeys;
  statements: Statements;
  /** How many rows a source has, counted up to a bound. */
  count(source: Source, bound: number): number;
  /** What a look gives; undefined where it costs more than a search may. */
  look<T>(take: () => T): T | undefined;
}

/**
 * The source of a condition; undefined where nothing can match. A condition on what a reference leads to is looked up here, if
 * that is little; else it is judged for each resource that comes up.
 */
export function compileCondition(resourceType: string, condition: Condition, compiling: Compiling): Source | undefined {
  const { keys, statements } = compiling;
  const compile = (inner: Condition): Source | undefined => compileCondition(resourceType, inner, compiling);
  /** A label that nothing has, as clearances exclude: what is left may then be taken in the order of an index. */
  const excludesNothing = (each: Condition): boolean => {
    if (each.kind !== 'not' || each.none.kind !== 'token') return false;
    const none = compile(each.none);
    return none === undefined || (none.scans === undefined && compiling.count(none, 1) === 0);
  };
  switch (condition.kind) {
    case 'id':
      return condition.anyOf.length === 0 ? undefined : idSource(resourceType, condition.anyOf);
    case 'lastUpdated':
      return scanSource(everyOf(resourceType, keys), changedCheck(condition, statements));
    case 'text':
      return compileText(condition, everyOf(resourceType, keys), recentOf(keys.ofType(resourceType)), statements);
    case 'missing':
      return missingSource(resourceType, condition, compiling);
    case 'not': {
      const none = compile(condition.none);
      const every = everyOf(resourceType, keys);
      return none === undefined ? every : scanSource(every, sql`NOT ${none.check}`);
    }
    case 'any': {
      const sources = condition.anyOf.map(compile).filter(source => source !== undefined);
      return sources.length === 0 ? undefined : anySource(sources);
    }
    case 'all': {
      const sources = condition.allOf.filter(each => !excludesNothing(each)).map(compile);
      if (sources.length === 0) return everyOf(resourceType, keys);
      if (sources.length === 1) return sources[0];
      return sources.includes(undefined) ? undefined : allSource(sources as Source[], compiling.count);
    }
    case 'refersTo':
    case 'referredBy': {
      const inner = compileCondition(condition.resourceType, condition.where, compiling);
      if (inner === undefined) return undefined;
      const follow = condition.kind === 'refersTo' ? followForth : followBack;
      return follow(resourceType, condition, inner, everyOf(resourceType, keys), compiling);
    }
    default:
      return condition.anyOf.length === 0 ? undefined : compileValues(resourceType, condition, keys);
  }
}

const everyOf = (resourceType: string, keys: TermKeys): Source => typeSource([keys.ofType(resourceType)]);

/** The check for `_lastUpdated`: ranges of sequence numbers. */
export function changedCheck(condition: Extract<Condition, { kind: 'lastUpdated' }>, statements: Statements): Fragment {
  const ranges = changeRanges(condition.anyOf, statements);
  if (ranges.length === 0) return fragment('FALSE');
  return sql`(${join(
    ranges.map(([from, to]) => fragment('c.seq >= ? AND c.seq < ?', from, to)),
    ' OR ',
  )})`;
}

function missingSource(
  resourceType: string,
  { parameter, isMissing }: Extract<Condition, { kind: 'missing' }>,
  { keys, statements }: Compiling,
): Source | undefined {
  const shapes = shapesBy(statements, resourceType, parameter, isMissing);
  if (shapes.length === 0) return undefined;
  return typeSource([keys.ofType(resourceType)], shapes);
}

const FEW = 100;

/** What all of the sources find, from the rarest on. */
export function allSource(sources: readonly Source[], count: Compiling['count']): Source {
  const check = sql`(${join(
    sources.map(source => source.check),
    ' AND ',
  )})`;
  const sizes = sources.map(source => (source.scans ? Number.POSITIVE_INFINITY : count(source, FEW)));
  const rarest = sources[sizes.indexOf(Math.min(...sizes))]!;
  return {
    ...(rarest.scans && { scans: rarest.scans }),
    rows: sql`SELECT c.seq AS seq FROM (${rarest.rows}) c WHERE ${check}`,
    check,
  };
}
