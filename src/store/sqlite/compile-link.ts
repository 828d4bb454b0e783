import type { Condition } from '../../search/query.ts';
import { fragment, join, sql } from './fragment.ts';
import { hasPlain, plainPath } from './plain.ts';
import { idSource, type Source, scanSource, TABLES, termSource, withinDeadline } from './source.ts';
import type { Statements } from './statements.ts';
import type { TermKeys } from './term-keys.ts';

type Link = Extract<Condition, { kind: 'refersTo' | 'referredBy' }>;

interface Following {
  keys: TermKeys;
  statements: Statements;
  count(source: Source, bound: number): number;
  look<T>(take: () => T): T | undefined;
}

/** Resources at the other end of a link up to which they are looked up first. */
const MANY = 4_000;

/** The sequence numbers of what a source finds, as JSON; undefined where they are many. */
function listOfFew(inner: Source, { statements, count, look }: Following): string | undefined {
  // Counting is cheaper than taking what is not used.
  if (inner.scans === undefined && count(inner, MANY + 1) > MANY) return undefined;
  const { sql: text, params } = sql`SELECT DISTINCT seq FROM (${inner.rows}) LIMIT ${fragment('?', MANY + 1)}`;
  const found = look(() => statements.all(text, params));
  return found === undefined || found.length > MANY ? undefined : JSON.stringify(found.map(([seq]) => seq));
}

/**
 * Resources of a type whose reference `parameter` leads to what `inner` finds. If that is little, they are those that are listed under
 * its ids; else what each of them refers to is looked at.
 */
export function followForth(
  resourceType: string,
  { parameter, resourceType: target }: Link,
  inner: Source,
  every: Source,
  following: Following,
): Source | undefined {
  const { keys, statements } = following;
  const few = listOfFew(inner, following);
  if (few !== undefined) {
    const ids = statements
      .all('SELECT v.id FROM json_each(?) f CROSS JOIN version v ON v.seq = f.value', [few])
      .map(([id]) => id as string);
    if (ids.length === 0) return undefined;
    const source = termSource(ids.map(id => keys.reference(resourceType, parameter, { type: target, id })));
    // A single resource is not held against each of many terms, but its references against their list.
    if (source.ordered === undefined) {
      source.check = hasPlain(
        parameter,
        ids.map(id => `${target}/${id}`),
      );
    }
    return source;
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

const REFERENCES = `SELECT l.value FROM json_each(?) f CROSS JOIN version x ON x.seq = f.value
  CROSS JOIN json_each(x.plain, ?) l`;

/**
 * Resources of a type that what `inner` finds refers to by its `parameter`. If that is little, they are those whose ids its references name;
 * else what refers to each of them is looked at.
 */
export function followBack(
  resourceType: string,
  { parameter, resourceType: source }: Link,
  inner: Source,
  every: Source,
  following: Following,
): Source | undefined {
  const few = listOfFew(inner, following);
  if (few !== undefined) {
    const ids = new Set<string>();
    const prefix = `${resourceType}/`;
    for (const [value] of following.statements.all(REFERENCES, [few, plainPath(parameter)])) {
      if (String(value).startsWith(prefix)) ids.add(String(value).slice(prefix.length));
    }
    return ids.size === 0 ? undefined : idSource(resourceType, [...ids]);
  }
  const key = fragment('reference_key(?, ?, v.id)', source, parameter);
  const target = fragment('type_qualifier(?)', resourceType);
  const referring = TABLES.term.map(
    table => sql`EXISTS (SELECT 1 FROM (SELECT t.seq AS seq FROM version v CROSS JOIN ${table} t
      WHERE v.seq = +c.seq AND t.key = ${key} AND t.qualifier = ${target}) c WHERE ${withinDeadline('c')} AND ${inner.check})`,
  );
  return scanSource(every, sql`(${join(referring, ' OR ')})`);
}
