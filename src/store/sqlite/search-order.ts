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
  /** The rows are taken from where a page begins towards the first, and so come in the opposite order. */
  isBack: boolean;
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

/** The rows of a page, and how many there are in all where that is known of it. */
export interface Selected {
  rows: Ordered[];
  total?: number;
}

type Run = (piece: Fragment) => Column[][];

/** Stands at the end of a cursor that leads towards the first page. */
const BACK = 'back';

/** Where the page before the one that begins with a row begins. */
export const towardsFirst = (cursor: Cursor): Cursor => [...cursor, BACK];

/** Where to go on from, and which way. */
export const readPlace = (cursor: Cursor | undefined): { after: Cursor | undefined; isBack: boolean } =>
  cursor?.at(-1) === BACK ? { after: cursor.slice(0, -1), isBack: true } : { after: cursor, isBack: false };

/** `_lastUpdated` is the order of change, in which no two are equal: what would come after it in `_sort` has no say. */
export function orderOf({ resourceType, sort }: SearchQuery, isBack: boolean, keys: TermKeys): Order {
  const values: ValueKey[] = [];
  for (const { kind, parameter, descending } of sort) {
    if (kind === 'lastUpdated') return { values, descending, isBack };
    const place = kind === 'text' ? plainPath(parameter) : keys.parameter(resourceType, parameter);
    values.push({ kind, place, descending });
  }
  return { values, descending: sort.at(-1)?.descending ?? false, isBack };
}

const direction = ({ isBack }: Order, { descending }: { descending: boolean }): string =>
  descending === isBack ? 'ASC' : 'DESC';
const beyond = ({ isBack }: Order, { descending }: { descending: boolean }): string =>
  descending === isBack ? '>' : '<';

/** The next rows of a selection, by the plan that touches the fewest. */
export function selectInOrder(selection: Selection, run: Run): Selected {
  const { order, candidates, streams } = selection;
  if (order.values.length === 0) {
    return candidates && candidates !== streams
      ? sortCandidates(selection, candidates, run)
      : { rows: streamChanges(selection, run) };
  }
  const first = order.values[0]!;
  const index = order.values.length === 1 && first.descending === order.descending ? indexOf(first) : undefined;
  if (candidates === undefined && index !== undefined) return { rows: streamValues(selection, first, index, run) };
  return sortCandidates(selection, candidates ?? streams, run);
}

const restriction = ({ limits, checksBut }: Selection, driver: Source | undefined, ...more: Fragment[]): Fragment =>
  join([...more, ...limits, withinDeadline('c'), ...checksBut(driver)], ' AND ');

function streamChanges(selection: Selection, run: Run): Ordered[] {
  const { order, after, limit, streams } = selection;
  const from = after ? [fragment(`c.seq ${beyond(order, order)} ?`, after[0]!)] : [];
  const select = streams.ordered!(restriction(selection, streams, ...from), direction(order, order));
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

/**
 * Sorts all candidates by their values, and so knows how many they are. A resource counts with its least value ascending, with its
 * greatest descending.
 */
function sortCandidates(selection: Selection, candidates: Source, run: Run): Selected {
  const { order, after, limit } = selection;
  const columns = order.values.map((key, i) => sql`, ${sortValueOf(key)} AS ${fragment(`k${i}`)}`);
  const names = order.values.map((_, i) => fragment(`, k${i}`));
  const missing = order.isBack ? 'FIRST' : 'LAST';
  const sorting = order.values.map((key, i) => fragment(`k${i} ${direction(order, key)} NULLS ${missing}, `));
  const each = candidates.unique ? candidates.rows : sql`SELECT DISTINCT seq FROM (${candidates.rows})`;
  const from = after ? sql`WHERE ${isAfter(order, after)}` : fragment('');
  // Materialized, or SQLite would look the values up again for each place where they are named.
  const found = run(
    sql`WITH s AS MATERIALIZED (SELECT c.seq AS seq${join(columns, '')} FROM (${each}) c WHERE ${restriction(selection, candidates)})
      SELECT (SELECT count(*) FROM s), seq${join(names, '')} FROM s ${from}
      ORDER BY ${join(sorting, '')}seq ${fragment(direction(order, order))} LIMIT ${fragment('?', limit)}`,
  );
  const rows = found.map(([, seq, ...values]) => ({
    seq: seq as number,
    cursor: [...(values as (number | string | null)[]), seq as number],
  }));
  return rows.length === 0 ? { rows } : { rows, total: found[0]![0] as number };
}

/** Whether the row comes after a cursor: the first value that differs decides; a missing value comes last, on the way back first. */
function isAfter(order: Order, after: Cursor): Fragment {
  const cases: Fragment[] = [];
  const equal: Fragment[] = [];
  order.values.forEach((key, i) => {
    const value = after[i] ?? null;
    if (value !== null) {
      const isMissing = order.isBack ? 'FALSE' : `k${i} IS NULL`;
      cases.push(join([...equal, fragment(`(k${i} ${beyond(order, key)} ? OR ${isMissing})`, value)], ' AND '));
    } else if (order.isBack) cases.push(join([...equal, fragment(`k${i} IS NOT NULL`)], ' AND '));
    equal.push(fragment(`k${i} IS ?`, value));
  });
  cases.push(join([...equal, fragment(`seq ${beyond(order, order)} ?`, after.at(-1) ?? null)], ' AND '));
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

/** Takes rows in the order of an index of values until the page is full, and those without a value, which come last. */
function streamValues(selection: Selection, key: ValueKey, index: ValueIndex, run: Run): Ordered[] {
  const { order, after, limit } = selection;
  const isAmongMissing = after?.[0] === null;
  const values = (most: number, from?: Cursor): Ordered[] => withValue(selection, key, index, run, most, from);
  const missing = (most: number, from?: Cursor): Ordered[] => withoutValue(selection, key, index, run, most, from);
  const [first, then] = order.isBack ? [missing, values] : [values, missing];
  const isInFirst = after === undefined || isAmongMissing === order.isBack;
  if (!isInFirst) return then(limit, after);
  const found = first(limit, after);
  return found.length < limit ? [...found, ...then(limit - found.length)] : found;
}

function withValue(
  selection: Selection,
  { place, descending }: ValueKey,
  { table: kind, column, other, names }: ValueIndex,
  run: Run,
  limit: number,
  after: Cursor | undefined,
): Ordered[] {
  const { order } = selection;
  const better = descending ? '>' : '<';
  const isBetter =
    other === undefined
      ? `e.${column} ${better} c.${column}`
      : `(e.${column} ${better} c.${column} OR e.${column} = c.${column} AND e.${other} ${better} c.${other})`;
  const way = fragment(direction(order, { descending }));
  const from = after
    ? [fragment(`(c.${column}, c.seq) ${beyond(order, { descending })} (?, ?)`, after[0]!, after[1]!)]
    : [];
  const at = fragment('?', place);
  const members = TABLES[kind].map(
    (table, i) =>
      sql`SELECT c.seq AS seq, c.${fragment(column)} AS value FROM ${table} c INDEXED BY ${fragment(names[i]!)}
      WHERE c.parameter = ${at} AND ${restriction(selection, undefined, ...from)}
      AND NOT EXISTS (SELECT 1 FROM ${table} e WHERE e.seq = +c.seq AND +e.parameter = c.parameter
        AND ${fragment(isBetter)})`,
  );
  return run(sql`${join(members, ' UNION ALL ')} ORDER BY value ${way}, seq ${way} LIMIT ${fragment('?', limit)}`).map(
    ([seq, value]) => ({ seq: seq as number, cursor: [value as number | string, seq as number] }),
  );
}

function withoutValue(
  selection: Selection,
  { place }: ValueKey,
  { table: kind }: ValueIndex,
  run: Run,
  limit: number,
  after: Cursor | undefined,
): Ordered[] {
  const at = fragment('?', place);
  const without = TABLES[kind].map(
    table => sql`NOT EXISTS (SELECT 1 FROM ${table} d WHERE d.seq = +c.seq AND +d.parameter = ${at})`,
  );
  const rest = streamChanges(
    {
      ...selection,
      order: { ...selection.order, values: [] },
      after: after === undefined ? undefined : [after[1]!],
      limit,
      limits: [...selection.limits, ...without],
    },
    run,
  );
  return rest.map(({ seq }) => ({ seq, cursor: [null, seq] }));
}
