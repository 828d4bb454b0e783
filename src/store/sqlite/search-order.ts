import type { SearchQuery, SortKey } from '../../search/query.ts';
import type { Cursor } from '../store.ts';
import { type Fragment, fragment, join, sql } from './fragment.ts';
import { plainPath } from './plain.ts';
import { type Source, TABLES, withinDeadline } from './source.ts';
import type { Column } from './statements.ts';
import type { TermKeys } from './term-keys.ts';

/** What a resource is sorted by before the order of change. */
interface ValueKey {
  kind: Exclude<SortKey['kind'], 'lastUpdated'>;
  descending: boolean;
  /** The parameter as the tables of values number it, or as the place of its plain text. */
  place: number | string;
}

/** Values first, then the order of change in one direction, which leaves no two resources equal. */
export interface Order {
  values: readonly ValueKey[];
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
  const values: ValueKey[] = [];
  for (const { kind, parameter, descending } of sort) {
    if (kind === 'lastUpdated') return { values, descending };
    const place = kind === 'text' ? plainPath(parameter) : keys.parameter(resourceType, parameter);
    values.push({ kind, place, descending });
  }
  return { values, descending: sort.at(-1)?.descending ?? false };
}

const direction = (descending: boolean): string => (descending ? 'DESC' : 'ASC');
const beyond = (descending: boolean): string => (descending ? '<' : '>');

/** The next rows of a selection, by the plan that touches the fewest. */
export function selectInOrder(selection: Selection, run: Run): Ordered[] {
  const { order, candidates, streams } = selection;
  if (order.values.length === 0) {
    return candidates && candidates !== streams
      ? sortCandidates(selection, candidates, run)
      : streamChanges(selection, run);
  }
  const first = order.values[0]!;
  const index = order.values.length === 1 && first.descending === order.descending ? indexOf(first) : undefined;
  if (candidates === undefined && index !== undefined) return streamValues(selection, first, index, run);
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

/** The value of the resource `c.seq` that counts for a key. */
function sortValueOf({ kind, place, descending }: ValueKey): Fragment {
  const at = fragment('?', place);
  const best = fragment(descending ? 'max' : 'min');
  switch (kind) {
    case 'id':
      return sql`(SELECT v.id FROM version v WHERE v.seq = +c.seq)`;
    case 'text':
      return sql`(SELECT ${best}(l.value) FROM version x CROSS JOIN json_each(x.plain, ${at}) l WHERE x.seq = +c.seq)`;
    default: {
      const column = fragment(kind === 'string' ? 'd.folded' : descending ? 'd.high' : 'd.low');
      const values = TABLES[kind === 'string' ? 'string' : 'range'].map(
        table => sql`(SELECT ${best}(${column}) FROM ${table} d WHERE d.seq = +c.seq AND +d.parameter = ${at})`,
      );
      return sql`coalesce(${join(values, ', ')})`;
    }
  }
}

/** Sorts all candidates by their values. A resource counts with its least value ascending, with its greatest descending. */
function sortCandidates(selection: Selection, candidates: Source, run: Run): Ordered[] {
  const { order, after, limit } = selection;
  const columns = order.values.map((key, i) => sql`, ${sortValueOf(key)} AS ${fragment(`k${i}`)}`);
  const names = order.values.map((_, i) => fragment(`, k${i}`));
  const sorting = order.values.map(({ descending }, i) => fragment(`k${i} ${direction(descending)} NULLS LAST, `));
  const rows = candidates.unique ? candidates.rows : sql`SELECT DISTINCT seq FROM (${candidates.rows})`;
  const from = after ? sql`WHERE ${isAfter(order, after)}` : fragment('');
  // Materialized, or SQLite would look the values up again for each place where they are named.
  return run(
    sql`WITH s AS MATERIALIZED (SELECT c.seq AS seq${join(columns, '')} FROM (${rows}) c WHERE ${restriction(selection, candidates)})
      SELECT seq${join(names, '')} FROM s ${from}
      ORDER BY ${join(sorting, '')}seq ${fragment(direction(order.descending))} LIMIT ${fragment('?', limit)}`,
  ).map(([seq, ...values]) => ({
    seq: seq as number,
    cursor: [...(values as (number | string | null)[]), seq as number],
  }));
}

/** Whether the row comes after a cursor: the first value that differs decides; a missing value comes last. */
function isAfter(order: Order, after: Cursor): Fragment {
  const cases: Fragment[] = [];
  const equal: Fragment[] = [];
  order.values.forEach(({ descending }, i) => {
    const value = after[i] ?? null;
    if (value !== null) {
      cases.push(join([...equal, fragment(`(k${i} ${beyond(descending)} ? OR k${i} IS NULL)`, value)], ' AND '));
    }
    equal.push(fragment(`k${i} IS ?`, value));
  });
  cases.push(join([...equal, fragment(`seq ${beyond(order.descending)} ?`, after.at(-1) ?? null)], ' AND '));
  return sql`(${join(cases, ' OR ')})`;
}

/** An index in whose order rows can be taken. */
interface ValueIndex {
  table: 'range' | 'string';
  column: string;
  /** Where two values of a resource are equal in the column, the better one is told by this one. */
  other?: string;
  names: readonly [folded: string, recent: string];
}

function indexOf({ kind, descending }: ValueKey): ValueIndex | undefined {
  if (kind === 'string') {
    return { table: 'string', column: 'folded', names: ['string_by_text', 'recent_string_by_text'] };
  }
  if (kind !== 'date' && kind !== 'number') return undefined;
  const [column, other] = descending ? ['high', 'low'] : ['low', 'high'];
  return { table: 'range', column: column!, other: other!, names: [`range_by_${column}`, `recent_range_by_${column}`] };
}

/** Takes rows in the order of an index of values until the page is full, then those without a value. */
function streamValues(selection: Selection, key: ValueKey, index: ValueIndex, run: Run): Ordered[] {
  const { order, after, limit } = selection;
  const { descending } = key;
  const found: Ordered[] = [];
  const place = fragment('?', key.place);
  const tables = TABLES[index.table];
  if (after === undefined || after[0] !== null) {
    const { column, other, names } = index;
    const better = descending ? '>' : '<';
    const isBetter =
      other === undefined
        ? `e.${column} ${better} c.${column}`
        : `(e.${column} ${better} c.${column} OR e.${column} = c.${column} AND e.${other} ${better} c.${other})`;
    const way = fragment(direction(descending));
    const from = after ? [fragment(`(c.${column}, c.seq) ${beyond(descending)} (?, ?)`, after[0]!, after[1]!)] : [];
    const members = tables.map(
      (table, i) =>
        sql`SELECT c.seq AS seq, c.${fragment(column)} AS value FROM ${table} c INDEXED BY ${fragment(names[i]!)}
        WHERE c.parameter = ${place} AND ${restriction(selection, undefined, ...from)}
        AND NOT EXISTS (SELECT 1 FROM ${table} e WHERE e.seq = +c.seq AND +e.parameter = c.parameter
          AND ${fragment(isBetter)})`,
    );
    const rows = run(
      sql`${join(members, ' UNION ALL ')} ORDER BY value ${way}, seq ${way} LIMIT ${fragment('?', limit)}`,
    );
    for (const [seq, value] of rows)
      found.push({ seq: seq as number, cursor: [value as number | string, seq as number] });
    if (found.length >= limit) return found;
  }
  const without = tables.map(
    table => sql`NOT EXISTS (SELECT 1 FROM ${table} d WHERE d.seq = +c.seq AND +d.parameter = ${place})`,
  );
  const from = after?.[0] === null ? after[1] : undefined;
  const rest = streamChanges(
    {
      ...selection,
      order: { values: [], descending: order.descending },
      after: from === undefined ? undefined : [from],
      limit: limit - found.length,
      limits: [...selection.limits, ...without],
    },
    run,
  );
  for (const { seq } of rest) found.push({ seq, cursor: [null, seq] });
  return found;
}
