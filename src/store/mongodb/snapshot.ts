import type { Collection, Document, Filter, FindOptions } from 'mongodb';
import { PAGE_BYTES } from '../store.ts';
import { StoreError } from '../store-error.ts';
import type { VersionDocument } from './documents.ts';

/** How much a search looks at in which way. Tests have smaller ones. */
export interface SearchBounds {
  /** Resources at the other end of a link up to which they are looked up first. */
  linked: number;
  /** Resources that are looked at together where links lead to more. */
  chunk: number;
  /** A default total is given while no more resources than this must be looked at. */
  counted: number;
  /** The same where no index tells whether one of them matches. */
  lookedAt: number;
  /** Resources that a search may look at one by one. */
  mostScanned: number;
  /** Bytes of bodies that end a page. */
  pageBytes: number;
}

export const BOUNDS: SearchBounds = {
  linked: 4_000,
  chunk: 1_000,
  counted: 10_000,
  lookedAt: 2_000,
  mostScanned: 500_000,
  pageBytes: PAGE_BYTES,
};

/**
 * The resources as they were when a batch was done, whatever is written meanwhile: every find of one search looks at the same. Ends
 * where its time is over, because terms of versions that are superseded go after a while.
 */
export class Snapshot {
  /** The last sequence number that is seen. */
  readonly sequence: number;
  readonly bounds: SearchBounds;
  readonly #versions: Collection<VersionDocument>;
  readonly #limitMs: number;
  readonly #deadline: number;
  #scanned = 0;

  /** @param limitMs milliseconds that the search may take */
  constructor(versions: Collection<VersionDocument>, sequence: number, limitMs: number, bounds: SearchBounds) {
    this.bounds = bounds;
    this.#versions = versions;
    this.sequence = sequence;
    this.#limitMs = limitMs;
    this.#deadline = performance.now() + limitMs;
  }

  /** Current versions for which the filter holds. */
  async *each(filter: Filter<VersionDocument>, options: FindOptions = {}): AsyncGenerator<VersionDocument> {
    const cursor = this.#versions.find(this.#seen(filter), { ...options, maxTimeMS: this.#left() });
    try {
      for await (const document of cursor) {
        this.#left();
        yield document;
      }
    } finally {
      await cursor.close();
    }
    this.#left();
  }

  async all(filter: Filter<VersionDocument>, options: FindOptions = {}): Promise<VersionDocument[]> {
    const found = await this.#versions.find(this.#seen(filter), { ...options, maxTimeMS: this.#left() }).toArray();
    this.#left();
    return found;
  }

  async count(filter: Filter<VersionDocument>, limit?: number): Promise<number> {
    const bound = limit === undefined ? {} : { limit };
    const count = await this.#versions.countDocuments(this.#seen(filter), { ...bound, maxTimeMS: this.#left() });
    this.#left();
    return count;
  }

  /** So many resources are looked at one by one. */
  spend(resources: number): void {
    this.#scanned += resources;
    const { mostScanned } = this.bounds;
    if (this.#scanned > mostScanned) {
      throw new StoreError('too-costly', `The search would look at more than ${mostScanned} resources one by one.`);
    }
  }

  #seen(filter: Filter<VersionDocument>): Filter<VersionDocument> {
    return { $and: [filter, { _id: { $lte: this.sequence }, until: { $gt: this.sequence } }] };
  }

  #left(): number {
    const left = Math.ceil(this.#deadline - performance.now());
    if (left <= 0) {
      throw new StoreError('timeout', `The search took longer than ${this.#limitMs} ms and was stopped.`);
    }
    return left;
  }
}

/** Fields of a version that a search needs to choose it. */
export const CHOSEN: Document = { name: 1, type: 1, id: 1, bytes: 1 };
