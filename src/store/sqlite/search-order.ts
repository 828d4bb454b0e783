import type { SearchQuery } from '../../search/query.ts';
import type { Cursor } from '../store.ts';
import { type Fragment, fragment, join, sql } from './fragment.ts';
import { type Source, TABLES, withinDeadline } from './source.ts';
import type { Column } from './statements.ts';
import type { TermKeys } from './term-keys.ts';

interface DateKey {
  parameter: number;
  descending: boolean;
}

/** Dates first, then the order of change in one direction, which leaves no two resources equal. */
export interface Order {
  dates: readonly DateKey[];
  descending: boolean;
}

/** A resource that was found, by its sequence number. */
export interface Ordered {
  seq: number;
  /** Where a page that ends here goes on. */
  cursor: Cursor;
}

/** What one page of a search is chosen from. */
export interface Selection {
  order: Order;
  after: Cursor | undefined;
  limit: number;
  /** A source with few enough rows to sort them; undefined if there is none. */
  candidates: Source | undefined;
  /** A source that yields rows in the order of change. */
  streams: Source;
  /** Restrictions that no source stands for. */
  limits: readonly Fragment[];
  /** Checks of all sources but one. */
  checksBut: (driver: Source | undefined) => Fragment[];
}

type Run = (piece: Fragment) => Column[][];

/** `_lastUpdated` is the order of change, in which no two are equal: what would come after it in `_sort` has no say. */
export function orderOf({ resourceType, sort }: SearchQuery, keys: TermKeys): Order {
  const dates: DateKey[] = [];
  for (const { parameter, descending } of sort) {
    if (parameter === '_lastUpdated') return { dates, descending };
    dates.push({ parameter: keys.parameter(resourceType, parameter), descending });
  }
  return { dates, descending: sort.at(-1)?.descending ?? false };
}

const direction = (descending: boolean): string => (descending ? 'DESC' : 'ASC');
const beyond = (descending: boolean): string => (descending ? '<' : '>');

/** The next rows of a selection, by the plan that touches the fewest. */
export function selectInOrder(selection: Selection, run: Run): Ordered[] {
  const { order, candidates, streams } = selection;
  if (order.dates.length === 0) {
    return candidates && candidates !== streams
      ? sortCandidates(selection, candidates, run)
      : streamChanges(selection, run);
  }
  const first = order.dates[0]!;
  const hasIndex = order.dates.length === 1 && first.descending === order.descending;
  if (candidates === undefined && hasIndex) return streamDates(selection, first, run);
  return sortCandidates(selection, candidates ?? streams, run);
}

const restriction = ({ limits, checksBut }: Selection, driver: Source | undefined, ...more: Fragment[]): Fragment =>
  join([...more, ...limits, withinDeadline('c'), ...checksBut(driver)], ' AND ');

function streamChanges(selection: Selection, run: Run): Ordered[] {
  const { order, after, limit, streams } = selection;
  const from = after ? [fragment(`c.seq ${beyond(order.descending)} ?`, after[0]!)] : [];
  const select = streams.ordered!(restriction(selection, streams, ...from), direction(order.descending));
  return run(sql`${select} LIMIT ${fragment('?', limit)}`).map(([seq]) => ({
    seq: seq as number,
    cursor: [seq as number],
  }));
}

/** Sorts all candidates by their dates. A resource counts with its earliest date ascending, with its latest descending. */
function sortCandidates(selection: Selection, candidates: Source, run: Run): Ordered[] {
  const { order, after, limit } = selection;
  const columns = order.dates.map(({ parameter, descending }, i) => {
    const best = fragment(descending ? 'max(d.high)' : 'min(d.low)');
    const number = fragment('?', parameter);
    const dates = TABLES.date.map(
      table => sql`(SELECT ${best} FROM ${table} d WHERE d.seq = +c.seq AND +d.parameter = ${number})`,
    );
    return sql`, coalesce(${join(dates, ', ')}) AS ${fragment(`k${i}`)}`;
  });
  const names = order.dates.map((_, i) => fragment(`, k${i}`));
  const sorting = order.dates.map(({ descending }, i) => fragment(`k${i} ${direction(descending)} NULLS LAST, `));
  const rows = candidates.unique ? candidates.rows : sql`SELECT DISTINCT seq FROM (${candidates.rows})`;
  const from = after ? sql`WHERE ${isAfter(order, after)}` : fragment('');
  // Materialized, or SQLite would look the dates up again for each place where they are named.
  return run(
    sql`WITH s AS MATERIALIZED (SELECT c.seq AS seq${join(columns, '')} FROM (${rows}) c WHERE ${restriction(selection, candidates)})
      SELECT seq${join(names, '')} FROM s ${from}
      ORDER BY ${join(sorting, '')}seq ${fragment(direction(order.descending))} LIMIT ${fragment('?', limit)}`,
  ).map(([seq, ...dates]) => ({ seq: seq as number, cursor: [...(dates as (number | null)[]), seq as number] }));
}

/** Whether the row comes after a cursor: the first value that differs decides; a missing date comes last. */
function isAfter(order: Order, after: Cursor): Fragment {
  const cases: Fragment[] = [];
  const equal: Fragment[] = [];
  order.dates.forEach(({ descending }, i) => {
    const value = after[i] ?? null;
    if (value !== null) {
      cases.push(join([...equal, fragment(`(k${i} ${beyond(descending)} ? OR k${i} IS NULL)`, value)], ' AND '));
    }
    equal.push(fragment(`k${i} IS ?`, value));
  });
  cases.push(join([...equal, fragment(`seq ${beyond(order.descending)} ?`, after.at(-1) ?? null)], ' AND '));
  return sql`(${join(cases, ' OR ')})`;
}

/** Takes rows in the order of a date index until the page is full, then those without a date. */
function streamDates(selection: Selection, { parameter, descending }: DateKey, run: Run): Ordered[] {
  const { order, after, limit } = selection;
  const found: Ordered[] = [];
  const place = fragment('?', parameter);
  if (after === undefined || after[0] !== null) {
    const column = fragment(descending ? 'high' : 'low');
    const other = fragment(descending ? 'low' : 'high');
    const better = fragment(descending ? '>' : '<');
    const way = fragment(direction(descending));
    const from = after ? [fragment(`(c.${column.sql}, c.seq) ${beyond(descending)} (?, ?)`, after[0]!, after[1]!)] : [];
    const dates = TABLES.date.map(
      (table, i) =>
        sql`SELECT c.seq AS seq, c.${column} AS date FROM ${table} c INDEXED BY ${fragment(i === 0 ? 'date_by_' : 'recent_date_by_')}${column}
        WHERE c.parameter = ${place} AND ${restriction(selection, undefined, ...from)}
        AND NOT EXISTS (SELECT 1 FROM ${table} e WHERE e.seq = +c.seq AND +e.parameter = c.parameter
          AND (e.${column} ${better} c.${column} OR e.${column} = c.${column} AND e.${other} ${better} c.${other}))`,
    );
    const rows = run(sql`${join(dates, ' UNION ALL ')} ORDER BY date ${way}, seq ${way} LIMIT ${fragment('?', limit)}`);
    for (const [seq, date] of rows) found.push({ seq: seq as number, cursor: [date as number, seq as number] });
    if (found.length >= limit) return found;
  }
  const undated = TABLES.date.map(
    table => sql`NOT EXISTS (SELECT 1 FROM ${table} d WHERE d.seq = +c.seq AND +d.parameter = ${place})`,
  );
  const from = after?.[0] === null ? after[1] : undefined;
  const rest = streamChanges(
    {
      ...selection,
      order: { dates: [], descending: order.descending },
      after: from === undefined ? undefined : [from],
      limit: limit - found.length,
      limits: [...selection.limits, ...undated],
    },
    run,
  );
  for (const { seq } of rest) found.push({ seq, cursor: [null, seq] });
  return found;
}
