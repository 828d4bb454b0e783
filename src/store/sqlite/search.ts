import type { SearchQuery, TypedConditions } from '../../search/query.ts';
import type { Cursor, ReferringParameter, ResourceKey } from '../store.ts';
import { allSource, changedCheck, compileCondition } from './compile-condition.ts';
import { createHasWords } from './compile-text.ts';
import { anySource } from './compile-values.ts';
import { type Fragment, fragment, join, sql } from './fragment.ts';
import { RecentRows } from './recent-rows.ts';
import { Expense, ROWS_TO_A_BODY, ROWS_TO_A_CHECK, type SearchBounds } from './search-bounds.ts';
import { type Ordered, orderOf, readPlace, type Selected, selectInOrder } from './search-order.ts';
import { EVERY, type Source, termSource, typeSource, typesSource, withinDeadline } from './source.ts';
import type { Statements } from './statements.ts';
import type { TermKeys } from './term-keys.ts';

/** What a search found: current versions by their sequence numbers, in order. */
export interface Found {
  rows: readonly Ordered[];
  /** The page was come to from the one behind it. */
  isBack: boolean;
  /** There are rows before the first, and behind the last. */
  hasPrevious: boolean;
  hasNext: boolean;
  total?: number;
}

/** A source and how many rows it has, counted up to a bound. */
interface Measured {
  source: Source;
  count: number;
}

/** What is to be found of one type. */
interface Compiled {
  resourceType: string;
  sources: Source[];
}

/** Conditions with fewer rows than this are not worth comparing further. */
const FEW = 100;

/** The same of those that dates have narrowed. */
const SOME = 500;

/** Up to so many candidates are collected and sorted; more are taken in the order of an index until a page is full. */
const MANY = 4_000;

/** A default total is given while no more resources than this must be looked at. */
const COUNTED = 10_000;

/** The same where no index tells whether one of them matches. */
const LOOKED_AT = 2_000;

/** Whether the rows of one source, in the order of change in which it has them, are what is asked for, however many they are. */
const isStreamed = ([source, ...others]: readonly Source[], { sort: [first] }: SearchQuery): boolean =>
  others.length === 0 &&
  source?.ordered !== undefined &&
  source.scans === undefined &&
  (first === undefined || first.kind === 'lastUpdated');

const NOTHING: Found = { rows: [], isBack: false, hasPrevious: false, hasNext: false };

/** Finds current resources by their index rows; on one connection, reader or writer. */
export class Search {
  readonly #statements: Statements;
  readonly #keys: TermKeys;
  readonly #recentRows: RecentRows;
  readonly #expense: Expense;

  constructor(statements: Statements, keys: TermKeys, bounds: SearchBounds) {
    this.#statements = statements;
    this.#keys = keys;
    this.#recentRows = new RecentRows(statements);
    this.#expense = new Expense(bounds);
    const { database, seal } = statements;
    database.function('within_deadline', () => {
      this.#expense.add(ROWS_TO_A_CHECK);
      return 1;
    });
    const hasWords = createHasWords(seal);
    database.function('has_words', (asked, seq, codec, body) => {
      this.#expense.add(ROWS_TO_A_BODY);
      return hasWords(asked, seq, codec, body);
    });
    // Keys of 64 bits, which are made where their hash is.
    database.function(
      'reference_key',
      { deterministic: true },
      (resourceType, parameter, id) => keys.reference(`${resourceType}`, `${parameter}`, { id: `${id}` }).key,
    );
    database.function(
      'type_qualifier',
      { deterministic: true },
      type => keys.reference('', '', { type: `${type}`, id: '' }).qualifier!,
    );
  }

  /** Throws StoreError of the kind `timeout` when the search takes too long, `too-costly` when it would have to look at too much. */
  find(query: SearchQuery, after?: Cursor): Found {
    const { database } = this.#statements;
    if (database.isTransaction) return this.#find(query, after);
    // All that a search looks at is of one moment.
    database.exec('BEGIN');
    try {
      return this.#find(query, after);
    } finally {
      database.exec('COMMIT');
    }
  }

  /** What is known of the open transaction is void. */
  forget(): void {
    this.#recentRows.forget();
  }

  #find(query: SearchQuery, cursor: Cursor | undefined): Found {
    const { after, isBack } = readPlace(cursor);
    this.#recentRows.catchUp();
    this.#expense.begin();
    const parts: TypedConditions[] = [query, ...(query.others ?? [])];
    const compiled = parts.map(part => this.#compile(part)).filter(part => part !== undefined);
    if (compiled.length === 0) return query.total === 'none' ? NOTHING : { ...NOTHING, total: 0 };
    // The time of a change is the same for all types.
    const limits = query.where.flatMap(each =>
      each.kind === 'lastUpdated' ? [changedCheck(each, this.#statements)] : [],
    );
    const whole = typesSource(
      compiled.map(({ resourceType }) => resourceType),
      resourceType => this.#keys.ofType(resourceType),
    );
    const sources = compiled.length === 1 ? compiled[0]!.sources : this.#ofAllTypes(compiled);
    const all = sources.length === 0 ? [whole] : sources;
    const measured = isStreamed(all, query) ? [{ source: all[0]!, count: 0 }] : this.#measure(all);
    const selected = query.count === 0 ? undefined : this.#page(query, after, isBack, measured, limits, whole);
    const ordered = selected?.rows;
    const rows = ordered?.slice(0, query.count) ?? [];
    const isMore = ordered !== undefined && ordered.length > query.count;
    const found: Found = {
      rows: isBack ? rows.toReversed() : rows,
      isBack,
      hasPrevious: isBack ? isMore : after !== undefined,
      hasNext: isBack || isMore,
    };
    const isWhole = after === undefined && query.count > 0 && !isMore;
    const total = isWhole ? rows.length : (selected?.total ?? this.#total(query, measured, limits, whole));
    if (total !== undefined && query.total !== 'none') found.total = total;
    return found;
  }

  /** The sources of conditions, but for those on the time of change; undefined where nothing can match. */
  #compile({ resourceType, where }: TypedConditions): Compiled | undefined {
    const compiling = {
      keys: this.#keys,
      statements: this.#statements,
      count: (source: Source, bound: number) => this.#count(source, bound),
      look: <T>(take: () => T) => this.#expense.look(take),
    };
    const sources: Source[] = [];
    for (const condition of where) {
      if (condition.kind === 'lastUpdated') continue;
      const source = compileCondition(resourceType, condition, compiling);
      if (source === undefined) return undefined;
      sources.push(source);
    }
    return { resourceType, sources };
  }

  /** Of each type what its sources find together; nothing where all of all types is meant. */
  #ofAllTypes(compiled: readonly Compiled[]): Source[] {
    if (compiled.every(({ sources }) => sources.length === 0)) return [];
    const ofEach = compiled.map(({ resourceType, sources }) =>
      allSource([...sources, typeSource([this.#keys.ofType(resourceType)])], (source, bound) =>
        this.#count(source, bound),
      ),
    );
    return [anySource(ofEach)];
  }

  /** Whose version it is. */
  key(seq: number): ResourceKey {
    const [resourceType, id] = this.#statements.get('SELECT type, id FROM version WHERE seq = ?', [seq])!;
    return { resourceType: resourceType as string, id: id as string };
  }

  /** Current resources that refer to one, each once; within an open transaction. */
  *referrers(key: ResourceKey, by: readonly ReferringParameter[]): Iterable<ResourceKey> {
    if (by.length === 0) return;
    this.#recentRows.catchUp();
    const value = { type: key.resourceType, id: key.id };
    const { rows } = termSource(
      by.map(({ resourceType, parameter }) => this.#keys.reference(resourceType, parameter, value)),
    );
    const found = sql`SELECT v.type, v.id FROM (SELECT DISTINCT seq FROM (${rows})) c JOIN version v ON v.seq = c.seq`;
    for (const [resourceType, id] of this.#statements.each(found.sql, found.params)) {
      yield { resourceType: resourceType as string, id: id as string };
    }
  }

  /** Sources with their sizes, the rarest first. Sizes beyond a bound are not told apart. */
  #measure(sources: readonly Source[]): Measured[] {
    const few = this.#upTo(FEW, sources);
    if (few[0]!.count <= FEW) return few;
    const narrowed = this.#upTo(SOME, this.#narrowed(sources));
    const isEnough = narrowed[0] !== undefined && narrowed[0].count <= SOME;
    return isEnough ? [narrowed[0]!, ...few] : this.#upTo(MANY, [...sources, ...narrowed.map(({ source }) => source)]);
  }

  #upTo(bound: number, sources: readonly Source[]): Measured[] {
    return sources
      .map(source => ({ source, count: source.scans ? bound + 1 : this.#count(source, bound + 1) }))
      .sort((a, b) => a.count - b.count);
  }

  /**
   * Of a source with many rows and dates or numbers that are asked for too: the rows in those blocks that can have such. What it finds
   * is held against both.
   */
  #narrowed(sources: readonly Source[]): Source[] {
    const extents = sources.flatMap(({ extent }) => extent ?? []);
    const [first] = extents;
    if (first === undefined) return [];
    const tests = extents.filter(({ parameter }) => parameter === first.parameter).map(({ test }) => test);
    const parameter = fragment('?', first.parameter);
    const blocks = sql`SELECT b.block FROM range_block b WHERE b.parameter = ${parameter} AND ${join(tests, ' AND ')}`;
    return sources.flatMap(({ inBlocks }) => inBlocks?.(blocks) ?? []).map(rows => ({ rows, check: EVERY }));
  }

  #count({ rows }: Source, bound: number): number {
    const [count] = this.#run(sql`SELECT count(*) FROM (${rows} LIMIT ${fragment('?', bound)})`)[0]!;
    return count as number;
  }

  #page(
    query: SearchQuery,
    after: Cursor | undefined,
    isBack: boolean,
    measured: readonly Measured[],
    limits: readonly Fragment[],
    whole: Source,
  ): Selected {
    const rarest = measured[0]!;
    const isSmall = rarest.count <= MANY;
    const streams = measured.find(({ source }) => source.ordered)?.source ?? whole;
    const checksBut = (driver: Source | undefined): Fragment[] =>
      measured.filter(({ source }) => source !== driver).map(({ source }) => source.check);
    return selectInOrder(
      {
        order: orderOf(query, isBack, this.#keys),
        after,
        limit: query.count + 1,
        candidates: isSmall ? rarest.source : undefined,
        streams: isSmall && rarest.source.ordered ? rarest.source : streams,
        limits,
        checksBut,
      },
      piece => this.#run(piece),
    );
  }

  #total(
    query: SearchQuery,
    measured: readonly Measured[],
    limits: readonly Fragment[],
    whole: Source,
  ): number | undefined {
    if (query.total === 'none') return undefined;
    const [rarest, ...rest] = measured as [Measured, ...Measured[]];
    // What must be looked at one by one anyway is counted so, as far as that is cheap.
    const isLooked = query.total === 'default' && rarest.source.scans === 'resources';
    const source = isLooked ? whole : rarest.source;
    const others = isLooked ? measured : rest;
    const most = isLooked ? LOOKED_AT : COUNTED;
    const checks = join([...limits, withinDeadline('c'), ...others.map(other => other.source.check)], ' AND ');
    const rows = source.unique ? source.rows : sql`SELECT DISTINCT seq FROM (${source.rows})`;
    if (query.total === 'accurate') {
      if (measured.every(each => each.source.scans === undefined)) this.#expense.allowAll();
      return this.#run(sql`SELECT count(*) FROM (${rows}) c WHERE ${checks}`)[0]![0] as number;
    }
    if (limits.length + others.length === 0) {
      const count = this.#count({ ...source, rows }, most + 1);
      return count <= most ? count : undefined;
    }
    const bound = fragment('?', most + 1);
    const [looked, matched] = this.#run(
      sql`SELECT count(*), total(${checks}) FROM (SELECT seq FROM (${rows}) LIMIT ${bound}) c`,
    )[0]!;
    return (looked as number) <= most ? (matched as number) : undefined;
  }

  #run(piece: Fragment): (number | string | null | Uint8Array)[][] {
    return this.#statements.all(piece.sql, piece.params);
  }
}
