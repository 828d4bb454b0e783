import type { Collection, Db, Filter } from 'mongodb';
import type { SearchQuery } from '../../search/query.ts';
import { nameOf } from '../key-name.ts';
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
import { INDEX_STATE } from './apply-work.ts';
import { chainedAuditRows, findAuditRows } from './audit-rows.ts';
import { BatchLog } from './batch-log.ts';
import type { Collections } from './collections.ts';
import { CommitQueue } from './commit-queue.ts';
import { type Connection, connect } from './connect.ts';
import type { VersionDocument } from './documents.ts';
import { isTransient, translateError } from './errors.ts';
import { findHistory } from './history.ts';
import { KnownGaps } from './known-gaps.ts';
import { migrate, readSigningKey } from './schema.ts';
import { search } from './search.ts';
import { towardsFirst } from './search-order.ts';
import { BOUNDS, type SearchBounds, Snapshot } from './snapshot.ts';
import { STORED, versionOf } from './stored-version.ts';
import { createTidying } from './tidy.ts';

/** Limits of a store. */
export interface MongodbOptions {
  /** Milliseconds that a search may take; default 30,000. */
  searchLimit?: number;
  /** Milliseconds that a unit may wait for the database or for other processes; default 30,000. */
  commitLimit?: number;
  /** Bytes of bodies that end a page; default `PAGE_BYTES`. */
  pageBytes?: number;
  /** What a search looks at in which way; default `BOUNDS`. */
  searchBounds?: Omit<SearchBounds, 'mostScanned' | 'pageBytes'>;
  /** Resources that a search may look at one by one; default 500,000. */
  mostScanned?: number;
  /** Types whose words are indexed; default none. */
  fullTextTypes?: readonly string[];
}

/** Milliseconds between two looks for what to tidy up. */
const TIDY_MS = 15_000;

/** How often the migration is tried. */
const ATTEMPTS = 4;

/**
 * Opens the store in the database that a `mongodb:` or `mongodb+srv:` URL names, and makes what is not there yet. Any number of processes
 * may have the same one open. Rejects with an Error that says what to change where it cannot be opened.
 */
export async function openMongodbStore(url: string, options: MongodbOptions = {}): Promise<Store> {
  const {
    searchLimit = 30_000,
    commitLimit = 30_000,
    searchBounds = BOUNDS,
    mostScanned = BOUNDS.mostScanned,
    pageBytes = PAGE_BYTES,
    fullTextTypes = [],
  } = options;
  const connection = await connect(url);
  try {
    const collections = await migrateAgain(connection.database);
    const log = new BatchLog(collections, commitLimit);
    // What a process has left that is no more is finished first.
    await log.settle(false);
    const snapshotAt = (sequence: number): Snapshot =>
      new Snapshot(collections.version, sequence, searchLimit, { ...searchBounds, mostScanned, pageBytes });
    const signingKey = await readSigningKey(collections);
    const queue = new CommitQueue(collections, log, {
      ...{ signingKey, limitMs: commitLimit, snapshotAt },
      fullTextTypes: new Set(fullTextTypes),
    });
    const tidy = createTidying(collections, log, searchLimit);
    return new MongodbStore({ connection, collections, log, queue, signingKey, snapshotAt, tidy, pageBytes });
  } catch (error) {
    await connection.client.close();
    throw translateError(error);
  }
}

/** Several processes may start at once, and a primary may be lost meanwhile: what is there is found there the next time. */
async function migrateAgain(database: Db): Promise<Collections> {
  for (let left = ATTEMPTS; ; left--) {
    try {
      return await migrate(database);
    } catch (error) {
      if (left === 1 || !isTransient(error)) throw error;
    }
  }
}

/** What an open store works with. */
interface Parts {
  connection: Connection;
  collections: Collections;
  log: BatchLog;
  queue: CommitQueue;
  signingKey: Buffer;
  snapshotAt: (sequence: number) => Snapshot;
  tidy: () => Promise<void>;
  pageBytes: number;
}

class MongodbStore implements Store {
  readonly signingKey: Buffer;
  readonly isShared = true;
  readonly #parts: Parts;
  readonly #versions: Collection<VersionDocument>;
  readonly #log: BatchLog;
  readonly #queue: CommitQueue;
  readonly #tidying: NodeJS.Timeout;
  readonly #gaps = new KnownGaps();
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#versions = parts.collections.version;
    this.#log = parts.log;
    this.#queue = parts.queue;
    this.signingKey = parts.signingKey;
    this.#tidying = setInterval(() => {
      // What could not be done now is done the next time.
      parts.tidy().catch(() => {});
    }, TIDY_MS).unref();
  }

  get lastUpdated(): number {
    return Math.max(this.#log.position.updated, this.#queue.lastUpdated);
  }

  read(key: ResourceKey): Promise<StoredVersion | undefined> {
    return this.#work(async () => {
      const name = nameOf(key);
      const newest = await this.#newestOf({ name });
      if (newest === undefined || (await this.#isSeen(newest))) return newest;
      return this.#newestOf({ name, _id: { $lte: this.#log.position.sequence } });
    });
  }

  readVersion(key: ResourceKey, versionId: number): Promise<StoredVersion | undefined> {
    return this.#work(async () => {
      const version = await this.#newestOf({ name: nameOf(key), versionId });
      return version !== undefined && (await this.#isSeen(version)) ? version : undefined;
    });
  }

  history(query: HistoryQuery, after?: Cursor): Promise<HistoryPage> {
    return this.#work(async () => {
      const { sequence } = await this.#log.look();
      const { pageBytes } = this.#parts;
      return findHistory(this.#versions, { sequence, pageBytes }, query, after);
    });
  }

  search(query: SearchQuery, after?: Cursor): Promise<Page> {
    return this.#work(async () => {
      const { sequence } = await this.#log.look();
      const snapshot = this.#parts.snapshotAt(sequence);
      const { rows, hasPrevious, hasNext, total } = await search(snapshot, query, after, { withBodies: true });
      const [first, last] = [rows[0], rows.at(-1)];
      const previous = first && hasPrevious && towardsFirst(first.cursor);
      const next = last && hasNext && last.cursor;
      const versions = await this.#versionsOf(rows.map(({ document }) => document));
      return {
        versions,
        ...(next && { next }),
        ...(previous && { previous }),
        ...(total !== undefined && { total }),
      };
    });
  }

  commit(unit: Unit): Promise<CommitResult> {
    return this.#queue.commit(unit);
  }

  changes(afterSequence: number, limit: number): Promise<readonly SequencedVersion[]> {
    return this.#inOrder({}, afterSequence, limit, '');
  }

  newest(resourceTypes: readonly string[], afterSequence: number, limit: number): Promise<readonly SequencedVersion[]> {
    const current = { type: { $in: [...resourceTypes] } };
    return this.#inOrder(current, afterSequence, limit, resourceTypes.join() || ' ');
  }

  indexStates(): Promise<ReadonlyMap<string, string>> {
    return this.#work(async () => {
      const states = await this.#parts.collections.setting.find({ _id: { $regex: `^${INDEX_STATE}` } }).toArray();
      return new Map(states.map(({ _id, value }) => [_id.slice(INDEX_STATE.length), value]));
    });
  }

  auditRows(query: AuditQuery): Promise<readonly StoredAuditRow[]> {
    return this.#work(() => findAuditRows(this.#parts.collections, query));
  }

  auditChain(afterSequence: number, limit: number): Promise<readonly ChainedAuditRow[]> {
    return this.#work(() => chainedAuditRows(this.#parts.collections, afterSequence, limit));
  }

  settled(): Promise<void> {
    return this.#queue.settled();
  }

  check(): Promise<void> {
    return this.#work(async () => {
      await this.#parts.collections.setting.updateOne(
        { _id: 'checked' },
        { $set: { value: String(performance.now()) } },
        { upsert: true },
      );
    });
  }

  statistics(): Record<string, number> {
    return this.#queue.statistics();
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.close().finally(() => {
      clearInterval(this.#tidying);
      return this.#parts.connection.client.close();
    });
    return this.#closing;
  }

  async #newestOf(filter: Filter<VersionDocument>): Promise<SequencedVersion | undefined> {
    const found = await this.#versions.findOne(filter, { sort: { versionId: -1 }, projection: STORED });
    return found === null ? undefined : versionOf(found);
  }

  /** Whether the batch of a version is done. A look is needed only where that is not known yet. */
  async #isSeen({ sequence }: SequencedVersion): Promise<boolean> {
    return sequence <= this.#log.position.sequence || sequence <= (await this.#log.look()).sequence;
  }

  async #versionsOf(documents: readonly VersionDocument[]): Promise<SequencedVersion[]> {
    const without = documents.filter(({ body }) => body === undefined).map(({ _id }) => _id);
    if (without.length === 0) return documents.map(versionOf);
    const found = await this.#versions.find({ _id: { $in: without } }, { projection: STORED }).toArray();
    const bySequence = new Map(found.map(document => [document._id, document]));
    return documents.map(document => versionOf(bySequence.get(document._id) ?? document));
  }

  /** Versions after a place, only current ones where these are of types. */
  #inOrder(
    filter: Filter<VersionDocument>,
    afterSequence: number,
    limit: number,
    types: string,
  ): Promise<SequencedVersion[]> {
    return this.#work(async () => {
      const { sequence } = await this.#log.look();
      const begin = this.#gaps.begin(types, afterSequence);
      if (sequence <= begin) return [];
      const place = { _id: { $gt: begin, $lte: sequence }, ...(types !== '' && { until: { $gt: sequence } }) };
      const options = { sort: { _id: 1 }, limit, projection: STORED } as const;
      const found = await this.#versions.find({ $and: [filter, place] }, options).toArray();
      if (found.length === 0) this.#gaps.note(types, begin, sequence);
      return found.map(versionOf);
    });
  }

  async #work<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw new StoreError('unavailable', 'The store is closed.');
    try {
      return await work();
    } catch (error) {
      throw translateError(error);
    }
  }
}
