import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SearchQuery } from '../../search/query.ts';
import {
  type AuditQuery,
  type ChainedAuditRow,
  type CommitResult,
  type Cursor,
  type HistoryPage,
  type HistoryQuery,
  PAGE_BYTES,
  type Page,
  type ResourceKey,
  type SequencedVersion,
  type Store,
  type StoredAuditRow,
  type StoredVersion,
  type Unit,
} from '../store.ts';
import { StoreError } from '../store-error.ts';
import type { StoreKey } from '../store-keys.ts';
import { chainedAuditRows, findAuditRows } from './audit-rows.ts';
import { CommitQueue } from './commit-queue.ts';
import { openConnection } from './connection.ts';
import { isNotADatabase, translateError } from './errors.ts';
import { History } from './history.ts';
import { FOLD_ROWS } from './index-fold.ts';
import { lock } from './lock.ts';
import { migrate, verify } from './migrations.ts';
import { registerKeys } from './registered-keys.ts';
import { createRowSeal } from './row-seal.ts';
import { Search } from './search.ts';
import type { SearchBounds } from './search-bounds.ts';
import { type Ordered, towardsFirst } from './search-order.ts';
import { readSetting } from './setting.ts';
import { Statements } from './statements.ts';
import { temporaryFile } from './temporary-file.ts';
import { TermKeys } from './term-keys.ts';
import { VersionCache } from './version-cache.ts';
import { Versions } from './versions.ts';

/** Where nothing is said. */
const CACHE_BYTES = 128 * 1024 * 1024;

/** Limits of a store. */
export interface SqliteOptions {
  /** Milliseconds that a search may take; default 30,000. */
  searchLimit?: number;
  /** Resources that a search may look at one by one; default 500,000. */
  mostScanned?: number;
  /** Types of resources whose words are indexed; default none. */
  fullTextTypes?: readonly string[];
  /** Bytes of the database that are kept in memory: half of them pages that are read, a quarter pages that are written, a quarter texts. */
  cacheBytes?: number;
  /** Rows of the index that are written together, at least; default `FOLD_ROWS`. */
  foldRows?: number;
  /** Keys for bodies: the first seals, all open. None: bodies are kept in clear. */
  keys?: readonly StoreKey[];
}

/** Where the file comes from and what must be done when the store is closed or cannot be opened. */
interface Place {
  file: string;
  durable: boolean;
  release: () => void;
}

/**
 * Opens (and makes, where there is none) the database `file`, or a temporary one where it is undefined. Rejects with an Error
 * whose message says what stands in the way: in use, of a later release, not a database, not writable.
 */
export async function openSqliteStore(file: string | undefined, options: SqliteOptions = {}): Promise<Store> {
  const { searchLimit = 30_000, mostScanned = 500_000, fullTextTypes = [] } = options;
  const { cacheBytes = CACHE_BYTES, foldRows = FOLD_ROWS, keys: storeKeys = [] } = options;
  let place: Place | undefined;
  let reader: DatabaseSync | undefined;
  try {
    place = file === undefined ? temporaryPlace() : lockedPlace(resolve(file));
    reader = openReader(place, cacheBytes / 2, storeKeys);
    const statements = new Statements(reader, createRowSeal(storeKeys));
    const keys = new TermKeys(readSetting(reader, 'term-seed'));
    const cache = new VersionCache(cacheBytes / 4);
    const clock = { lastUpdated: 0 };
    const bounds = { searchLimit, mostScanned };
    const data = {
      file: place.file,
      durable: place.durable,
      cacheBytes: cacheBytes / 4,
      ...bounds,
      foldRows,
      fullTextTypes,
      keys: storeKeys,
    };
    const queue = await CommitQueue.start(data, keys, ({ changes }, time) => {
      for (const change of changes) {
        cache.delete(change);
        clock.lastUpdated = Math.max(clock.lastUpdated, time ?? change.lastUpdated);
      }
    });
    return new SqliteStore(place, statements, queue, keys, cache, clock, bounds);
  } catch (error) {
    reader?.close();
    place?.release();
    throw openingError(error, file ?? 'The temporary database');
  }
}

function temporaryPlace(): Place {
  return { ...temporaryFile(), durable: false };
}

function lockedPlace(file: string): Place {
  makeFolder(file);
  return { file, durable: true, release: lock(file) };
}

function makeFolder(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} cannot be opened: its folder cannot be made (${reason}).`, { cause: error });
  }
}

/** Brings the schema up to date and opens the connection that reads. A file that is not ours stays as it is. */
function openReader({ file, durable }: Place, cacheBytes: number, keys: readonly StoreKey[]): DatabaseSync {
  const unchanged = new DatabaseSync(file);
  try {
    verify(unchanged, file);
  } finally {
    unchanged.close();
  }
  const first = openConnection(file, { readOnly: false, durable, cacheBytes });
  try {
    migrate(first);
    registerKeys(first, keys, file);
    return openConnection(file, { readOnly: true, durable, cacheBytes });
  } finally {
    first.close();
  }
}

function openingError(error: unknown, file: string): unknown {
  if (isNotADatabase(error)) return new Error(`${file} is damaged or not a database.`, { cause: error });
  const translated = translateError(error);
  if (!(translated instanceof StoreError)) return translated;
  return new StoreError(translated.kind, `${file} cannot be opened. ${translated.message}`, { cause: error });
}

class SqliteStore implements Store {
  readonly signingKey: Buffer;
  readonly isShared = false;
  readonly #place: Place;
  readonly #reader: DatabaseSync;
  readonly #statements: Statements;
  readonly #queue: CommitQueue;
  readonly #cache: VersionCache;
  readonly #clock: { lastUpdated: number };
  readonly #versions: Versions;
  readonly #search: Search;
  readonly #history: History;
  #hits = 0;
  #misses = 0;
  #closing: Promise<void> | undefined;

  constructor(
    place: Place,
    statements: Statements,
    queue: CommitQueue,
    keys: TermKeys,
    cache: VersionCache,
    clock: { lastUpdated: number },
    bounds: SearchBounds,
  ) {
    const { database: reader } = statements;
    this.#statements = statements;
    this.#place = place;
    this.#reader = reader;
    this.#queue = queue;
    this.#cache = cache;
    this.#clock = clock;
    this.#versions = new Versions(statements);
    this.#search = new Search(statements, keys, bounds);
    this.#history = new History(statements);
    this.signingKey = readSetting(reader, 'signing-key');
    clock.lastUpdated = this.#versions.lastUpdated();
  }

  get lastUpdated(): number {
    return this.#clock.lastUpdated;
  }

  read(key: ResourceKey): Promise<StoredVersion | undefined> {
    const cached = this.#cache.get(key);
    if (cached !== undefined) {
      this.#hits++;
      return Promise.resolve(cached);
    }
    return this.#work(() => {
      const version = this.#versions.current(key);
      this.#misses++;
      if (version !== undefined) this.#cache.set(version);
      return version;
    });
  }

  readVersion(key: ResourceKey, versionId: number): Promise<StoredVersion | undefined> {
    return this.#work(() => this.#versions.one(key, versionId));
  }

  history(query: HistoryQuery, after?: Cursor): Promise<HistoryPage> {
    return this.#work(() => this.#history.find(query, after));
  }

  search(query: SearchQuery, after?: Cursor): Promise<Page> {
    return this.#work(() => {
      const { rows, isBack, hasPrevious, hasNext, total } = this.#search.find(query, after);
      const kept = this.#whole(isBack ? rows.toReversed() : rows);
      const isCut = kept.length < rows.length;
      if (isBack) kept.reverse();
      const [first, last] = [kept[0], kept.at(-1)];
      const previous = first && (hasPrevious || (isBack && isCut)) && towardsFirst(first.cursor);
      const next = last && (hasNext || isCut) && last.cursor;
      return {
        versions: kept.map(({ version }) => version),
        ...(next && { next }),
        ...(previous && { previous }),
        ...(total !== undefined && { total }),
      };
    });
  }

  /** Rows with their versions, until their bodies are enough for a page. */
  #whole(rows: readonly Ordered[]): { cursor: Cursor; version: StoredVersion }[] {
    const kept: { cursor: Cursor; version: StoredVersion }[] = [];
    let bytes = 0;
    for (const { seq, cursor } of rows) {
      const version = this.#cache.at(seq) ?? this.#versions.at(seq);
      kept.push({ cursor, version });
      bytes += version.bodyBytes;
      if (bytes >= PAGE_BYTES) break;
    }
    return kept;
  }

  commit(unit: Unit): Promise<CommitResult> {
    return this.#queue.commit(unit);
  }

  changes(afterSequence: number, limit: number, bodiesOf?: readonly string[]): Promise<readonly SequencedVersion[]> {
    return this.#work(() => this.#versions.after(afterSequence, limit, bodiesOf));
  }

  newest(resourceTypes: readonly string[], afterSequence: number, limit: number): Promise<readonly SequencedVersion[]> {
    return this.#work(() => this.#versions.newest(resourceTypes, afterSequence, limit));
  }

  indexStates(): Promise<ReadonlyMap<string, string>> {
    return this.#work(
      () => new Map(this.#statements.all('SELECT type, state FROM index_state', []) as [string, string][]),
    );
  }

  auditRows(query: AuditQuery): Promise<readonly StoredAuditRow[]> {
    return this.#work(() => findAuditRows(this.#statements, query));
  }

  auditChain(afterSequence: number, limit: number): Promise<readonly ChainedAuditRow[]> {
    return this.#work(() => chainedAuditRows(this.#statements, afterSequence, limit));
  }

  settled(): Promise<void> {
    return this.#queue.settled();
  }

  async check(): Promise<void> {
    await this.#work(() => this.#versions.lastUpdated());
    await this.#queue.check();
  }

  statistics(): Record<string, number> {
    const size = (suffix: string): number => statSync(this.#place.file + suffix, { throwIfNoEntry: false })?.size ?? 0;
    return {
      ...this.#queue.statistics(),
      cacheBytes: this.#cache.bytes,
      cacheHits: this.#hits,
      cacheMisses: this.#misses,
      databaseBytes: size(''),
      logBytes: size('-wal'),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.close().finally(() => {
      this.#reader.close();
      this.#place.release();
    });
    return this.#closing;
  }

  /** Does the work at once (SQLite answers faster than a thread could be asked); a failure is a rejection. */
  #work<T>(work: () => T): Promise<T> {
    try {
      if (this.#closing) throw new StoreError('unavailable', 'The store is closed.');
      return Promise.resolve(work());
    } catch (error) {
      return Promise.reject(translateError(error));
    }
  }
}
