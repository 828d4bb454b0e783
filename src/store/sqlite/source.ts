import type { SQLInputValue } from 'node:sqlite';
import { type Fragment, fragment, join, sql } from './fragment.ts';

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
  /** Whether finding the rows means looking at every value of the parameter. */
  scans?: true;
}

/** True as long as the query may go on; asked at every 256th row only, because a call out of SQL costs more than a row. */
export const withinDeadline = (alias: string): Fragment => fragment(`((${alias}.seq & 255) <> 0 OR within_deadline())`);

/** Beyond so many values a list is handed over as one JSON text. */
const LIST_LIMIT = 16;

const places = (count: number): string => Array(count).fill('?').join(', ');

const listOf = (values: readonly SQLInputValue[], json: () => string): Fragment =>
  values.length <= LIST_LIMIT
    ? fragment(places(values.length), ...values)
    : fragment('SELECT value FROM json_each(?)', json());

/** Resources listed under any of the keys. */
export function termSource(keys: readonly bigint[]): Source {
  const list = listOf(keys, () => `[${keys.join(',')}]`);
  const source: Source = {
    rows: sql`SELECT seq FROM term WHERE key IN (${list})`,
    check: sql`EXISTS (SELECT 1 FROM term WHERE key IN (${list}) AND seq = +c.seq)`,
  };
  if (keys.length === 1) {
    source.unique = true;
    source.ordered = (restriction, order) =>
      sql`SELECT c.seq AS seq FROM term c WHERE c.key = ${fragment('?', keys[0]!)} AND ${restriction} ORDER BY c.seq ${fragment(order)}`;
  } else if (keys.length <= LIST_LIMIT) {
    // SQLite merges the members of a UNION as they come in the order of their index, and leaves out what comes twice.
    source.ordered = (restriction, order) => {
      const members = keys.map(
        key => sql`SELECT c.seq AS seq FROM term c WHERE c.key = ${fragment('?', key)} AND ${restriction}`,
      );
      return sql`${join(members, ' UNION ')} ORDER BY 1 ${fragment(order)}`;
    };
  }
  return source;
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

/** A range that leaves nothing out. */
export const EVERY = fragment('TRUE');

/** Resources of which one value in an indexed table satisfies one of the tests; `range` finds a superset of what `test` is true for. */
export function valueSource(
  table: 'date_value' | 'string_value',
  parameter: number,
  tests: readonly { range: Fragment; test: Fragment }[],
): Source {
  const name = fragment(table);
  const number = fragment('?', parameter);
  const going = withinDeadline('v');
  const members = tests.map(
    ({ range, test }) =>
      sql`SELECT v.seq AS seq FROM ${name} v WHERE v.parameter = ${number} AND ${range} AND ${going} AND ${test}`,
  );
  const anyTest = join(
    tests.map(({ range, test }) => sql`(${range} AND ${test})`),
    ' OR ',
  );
  const source: Source = {
    rows: join(members, ' UNION ALL '),
    check: sql`EXISTS (SELECT 1 FROM ${name} v WHERE v.seq = +c.seq AND +v.parameter = ${number} AND (${anyTest}))`,
  };
  if (tests.some(({ range }) => range === EVERY)) source.scans = true;
  return source;
}
