import type { Condition } from '../../search/query.ts';
import { type Fragment, fragment, join, sql } from './fragment.ts';
import { plainPath } from './plain.ts';
import { idSource, type Source, scanSource, TABLES, termSource, withinDeadline } from './source.ts';
import type { Statements } from './statements.ts';
import type { TermKeys } from './term-keys.ts';

type Link = Extract<Condition, { kind: 'refersTo' | 'referredBy' }>;

interface Following {
  keys: TermKeys;
  statements: Statements;
}

/** Resources at the other end of a link up to which they are looked up first. */
const LOOKED_UP = 4_000;

/** Distinct sequence numbers that a source finds, up to a bound. */
const take = ({ rows, unique }: Source, limit: number): Fragment =>
  unique
    ? sql`SELECT seq FROM (${rows}) LIMIT ${fragment('?', limit)}`
    : sql`SELECT DISTINCT seq FROM (${rows}) LIMIT ${fragment('?', limit)}`;

/**
 * Resources of a type whose reference `parameter` leads to what `inner` finds. If that is little, they are those that are listed under
 * its ids; else what each of them refers to is looked at.
 */
export function followForth(
  resourceType: string,
  { parameter, resourceType: target }: Link,
  inner: Source,
  every: Source,
  { keys, statements }: Following,
): Source | undefined {
  const bound = LOOKED_UP + 1;
  const { sql: text, params } = sql`SELECT v.id FROM (${take(inner, bound)}) i CROSS JOIN version v ON v.seq = i.seq`;
  const ids = statements.all(text, params);
  if (ids.length === 0) return undefined;
  if (ids.length < bound) {
    return termSource(ids.map(([id]) => keys.reference(resourceType, parameter, { type: target, id: id as string })));
  }
  const path = fragment('?', plainPath(parameter));
  const type = fragment('?', target);
  const prefix = fragment('?', `${target}/`);
  const start = fragment('?', target.length + 1);
  return scanSource(
    every,
    sql`EXISTS (SELECT 1 FROM (SELECT r.seq AS seq FROM version x CROSS JOIN json_each(x.plain, ${path}) l CROSS JOIN resource r
      WHERE x.seq = +c.seq AND substr(l.value, 1, ${start}) = ${prefix} AND r.type = ${type}
      AND r.id = substr(l.value, ${start} + 1) AND r.deleted = 0) c WHERE ${inner.check})`,
  );
}

/**
 * Resources of a type that what `inner` finds refers to by its `parameter`. If that is little, they are those whose ids its references name;
 * else what refers to each of them is looked at.
 */
export function followBack(
  resourceType: string,
  { parameter, resourceType: source }: Link,
  inner: Source,
  every: Source,
  { statements }: Following,
): Source | undefined {
  const bound = LOOKED_UP + 1;
  const prefix = `${resourceType}/`;
  const { sql: text, params } =
    sql`SELECT i.seq, l.value FROM (${take(inner, bound)}) i CROSS JOIN version x ON x.seq = i.seq
    LEFT JOIN json_each(x.plain, ${fragment('?', plainPath(parameter))}) l`;
  const seqs = new Set<unknown>();
  const ids = new Set<string>();
  for (const [seq, value] of statements.all(text, params)) {
    seqs.add(seq);
    if (typeof value === 'string' && value.startsWith(prefix)) ids.add(value.slice(prefix.length));
  }
  if (seqs.size < bound) return ids.size === 0 ? undefined : idSource(resourceType, [...ids]);
  const key = fragment('reference_key(?, ?, v.id)', source, parameter);
  const target = fragment('type_qualifier(?)', resourceType);
  const referring = TABLES.term.map(
    table => sql`EXISTS (SELECT 1 FROM (SELECT t.seq AS seq FROM version v CROSS JOIN ${table} t
      WHERE v.seq = +c.seq AND t.key = ${key} AND t.qualifier = ${target}) c WHERE ${withinDeadline('c')} AND ${inner.check})`,
  );
  return scanSource(every, sql`(${join(referring, ' OR ')})`);
}
