import type { SQLInputValue } from 'node:sqlite';
import { type Fragment, fragment, join, sql } from './fragment.ts';
import { RANGE_BLOCK } from './range-blocks.ts';
import type { TermKey } from './term-keys.ts';

/**
 * Where the rows of one condition come from. `c` in a check is the row whose `c.seq` is judged.
 */
export interface Source {
  /** Selects `seq` of all matches, in any order, some perhaps twice. */
  rows: Fragment;
  /**
   * Whether the resource `c.seq` matches. A plus before a column keeps SQLite from turning the loops round or taking an index that
   * does not begin with `seq`: which condition drives is decided here, by counting, not there, by guessing.
   */
  check: Fragment;
  /** Selects `seq` of matches in order, a piece of SQL that restricts and one that orders given, where an index has that order. */
  ordered?: (restriction: Fragment, order: string) => Fragment;
  /** Whether `rows` has no row twice. */
  unique?: true;
  /** Of dates and numbers: the parameter, and what holds of the extent `b` of a block that has a match (see `RangeBlocks`). */
  extent?: { parameter: number; test: Fragment };
  /** Selects `seq` of all matches that are in some blocks, of which `blocks` selects the numbers, and of those in no block yet. */
  inBlocks?: (blocks: Fragment) => Fragment;
  /** Whether finding the rows means looking at every value of the parameter, or at every resource of the type. */
  scans?: 'values' | 'resources';
}

/**
 * True as long as the query may go on; asked at every 256th row only, because a call out of SQL costs more than a row. (Both sides of an OR
 * would be worked out where its value is used, as in a sum.)
 */
export const withinDeadline = (alias: string): Fragment =>
  fragment(`CASE WHEN ${alias}.seq & 255 THEN TRUE ELSE within_deadline() END`);

/** Beyond so many values a list is handed over as one JSON text. */
const LIST_LIMIT = 16;

/** A range that leaves nothing out. */
export const EVERY = fragment('TRUE');

const places = (count: number): string => Array(count).fill('?').join(', ');

const listOf = (values: readonly SQLInputValue[], json: () => string): Fragment =>
  values.length <= LIST_LIMIT
    ? fragment(places(values.length), ...values)
    : fragment('SELECT value FROM json_each(?)', json());

/** The tables of each kind of index entry: what is folded in (`IndexFold`), and what is not yet (`RecentRows`). */
export const TABLES = {
  term: [fragment('term'), fragment('recent_term')],
  range: [fragment('range_value'), fragment('recent_range')],
  string: [fragment('string_value'), fragment('recent_string')],
} as const;

/** Whether the row `alias` of a table of terms is the one that is asked for. */
const isTerm = (alias: string, { key, qualifier }: TermKey): Fragment =>
  qualifier === undefined
    ? fragment(`${alias}.key = ?`, key)
    : fragment(`${alias}.key = ? AND ${alias}.qualifier = ?`, key, qualifier);

const BLOCK_SIZE = fragment(String(RANGE_BLOCK));

/** Resources listed under any of the terms. */
export function termSource(terms: readonly TermKey[]): Source {
  if (terms.length > LIST_LIMIT) return manyTermsSource(terms);
  const select = (restriction: Fragment): Fragment[] =>
    TABLES.term.flatMap(table =>
      terms.map(term => sql`SELECT c.seq AS seq FROM ${table} c WHERE ${isTerm('c', term)} AND ${restriction}`),
    );
  const source: Source = {
    rows: join(select(EVERY), ' UNION ALL '),
    check: sql`(${join(
      TABLES.term.flatMap(table =>
        terms.map(term => sql`EXISTS (SELECT 1 FROM ${table} t WHERE ${isTerm('t', term)} AND t.seq = +c.seq)`),
      ),
      ' OR ',
    )})`,
    // SQLite merges the members of a UNION as they come in the order of their index, and leaves out what comes twice.
    ordered: (restriction, order) => sql`${join(select(restriction), ' UNION ')} ORDER BY 1 ${fragment(order)}`,
  };
  source.inBlocks = blocks =>
    join(
      [
        ...terms.map(
          term => sql`SELECT c.seq AS seq FROM (${blocks}) b CROSS JOIN term c
            WHERE ${isTerm('c', term)} AND c.seq >= b.block * ${BLOCK_SIZE} AND c.seq < (b.block + 1) * ${BLOCK_SIZE}`,
        ),
        ...terms.map(term => sql`SELECT c.seq AS seq FROM recent_term c WHERE ${isTerm('c', term)}`),
      ],
      ' UNION ALL ',
    );
  // No version is in both tables; under a key without a qualifier one may stand twice.
  if (terms.length === 1 && terms[0]!.qualifier !== undefined) source.unique = true;
  return source;
}

/** The terms are one JSON text: a list of pairs. */
function manyTermsSource(terms: readonly TermKey[]): Source {
  const list = fragment(
    'json_each(?)',
    `[${terms.map(({ key, qualifier }) => `[${key},${qualifier ?? null}]`).join()}]`,
  );
  const asked = fragment('t.key = j.value ->> 0 AND coalesce(t.qualifier = j.value ->> 1, TRUE)');
  return {
    rows: join(
      TABLES.term.map(table => sql`SELECT t.seq AS seq FROM ${list} j CROSS JOIN ${table} t WHERE ${asked}`),
      ' UNION ALL ',
    ),
    check: sql`(${join(
      TABLES.term.map(
        table => sql`EXISTS (SELECT 1 FROM ${list} j CROSS JOIN ${table} t WHERE ${asked} AND t.seq = +c.seq)`,
      ),
      ' OR ',
    )})`,
  };
}

/** All resources of types, or those of them that have one of the shapes (see `Shapes`). */
export function typeSource(terms: readonly TermKey[], shapes?: readonly number[]): Source {
  const list = fragment('SELECT value FROM json_each(?)', JSON.stringify(shapes ?? []));
  const isListed = (alias: string, term: TermKey): Fragment =>
    shapes === undefined
      ? isTerm(alias, term)
      : sql`${isTerm(alias, term)} AND ${fragment(alias)}.qualifier IN (${list})`;
  const select = (restriction: Fragment): Fragment[] =>
    TABLES.term.flatMap(table =>
      terms.map(term => sql`SELECT c.seq AS seq FROM ${table} c WHERE ${isListed('c', term)} AND ${restriction}`),
    );
  return {
    rows: join(select(EVERY), ' UNION ALL '),
    check: sql`(${join(
      TABLES.term.flatMap(table =>
        terms.map(term => sql`EXISTS (SELECT 1 FROM ${table} t WHERE ${isListed('t', term)} AND t.seq = +c.seq)`),
      ),
      ' OR ',
    )})`,
    ordered: (restriction, order) => sql`${join(select(restriction), ' UNION ALL ')} ORDER BY 1 ${fragment(order)}`,
    unique: true,
    ...(shapes === undefined ? {} : { scans: 'values' }),
  };
}

/** Resources of a type that are not folded in yet. */
export const recentOf = (term: TermKey): Fragment =>
  sql`SELECT c.seq AS seq FROM recent_term c WHERE ${isTerm('c', term)}`;

/** Types beyond which the versions are gone through, in place of one list for each type. */
const MANY_TYPES = 16;

/** All resources of some types. */
export function typesSource(resourceTypes: readonly string[], termOf: (resourceType: string) => TermKey): Source {
  if (resourceTypes.length <= MANY_TYPES) return typeSource(resourceTypes.map(termOf));
  const types = fragment('SELECT value FROM json_each(?)', JSON.stringify(resourceTypes));
  const isCurrent = (version: string): Fragment =>
    fragment(
      `EXISTS (SELECT 1 FROM resource r WHERE r.type = ${version}.type AND r.id = ${version}.id AND r.deleted = 0 AND r.seq = ${version}.seq)`,
    );
  const select = (restriction: Fragment): Fragment =>
    sql`SELECT c.seq AS seq FROM version c WHERE c.type IN (${types}) AND ${isCurrent('c')} AND ${restriction}`;
  return {
    rows: select(EVERY),
    check: sql`EXISTS (SELECT 1 FROM version v WHERE v.seq = +c.seq AND v.type IN (${types}) AND ${isCurrent('v')})`,
    ordered: (restriction, order) => sql`${select(restriction)} ORDER BY 1 ${fragment(order)}`,
    unique: true,
  };
}

/** What a check finds when each resource of `whole` is looked at. */
export function scanSource(whole: Source, check: Fragment): Source {
  return {
    rows: whole.ordered!(sql`${withinDeadline('c')} AND ${check}`, 'ASC'),
    check,
    unique: true,
    scans: 'resources',
  };
}

/** Resources with any of the ids, not deleted. */
export function idSource(resourceType: string, ids: readonly string[]): Source {
  const list = listOf(ids, () => JSON.stringify(ids));
  const type = fragment('?', resourceType);
  return {
    rows: sql`SELECT seq FROM resource WHERE type = ${type} AND id IN (${list}) AND deleted = 0`,
    check: sql`EXISTS (SELECT 1 FROM resource r WHERE r.type = ${type} AND r.id IN (${list}) AND r.deleted = 0 AND r.seq = +c.seq)`,
    unique: true,
  };
}

/** A test of a value `v`: `range` finds a superset of what `test` is true for. */
export interface ValueTest {
  range: Fragment;
  test: Fragment;
  /** What then holds of the extent `b` of its block. */
  extent?: Fragment;
}

/** Resources of which one value in an indexed table satisfies one of the tests. */
export function valueSource(kind: 'range' | 'string', parameter: number, tests: readonly ValueTest[]): Source {
  const number = fragment('?', parameter);
  const going = withinDeadline('v');
  const members = TABLES[kind].flatMap(table =>
    tests.map(
      ({ range, test }) =>
        sql`SELECT v.seq AS seq FROM ${table} v WHERE v.parameter = ${number} AND ${range} AND ${going} AND ${test}`,
    ),
  );
  const anyTest = join(
    tests.map(({ range, test }) => sql`(${range} AND ${test})`),
    ' OR ',
  );
  const checks = TABLES[kind].map(
    table => sql`EXISTS (SELECT 1 FROM ${table} v WHERE v.seq = +c.seq AND +v.parameter = ${number} AND (${anyTest}))`,
  );
  const source: Source = {
    rows: join(members, ' UNION ALL '),
    check: sql`(${join(checks, ' OR ')})`,
  };
  if (tests.some(({ range }) => range === EVERY)) source.scans = 'values';
  const extents = tests.map(({ extent }) => extent).filter(extent => extent !== undefined);
  if (extents.length === tests.length) source.extent = { parameter, test: sql`(${join(extents, ' OR ')})` };
  return source;
}
