import { setTimeout } from 'node:timers/promises';
import { BSON } from 'mongodb';
import { StoreError } from '../store-error.ts';
import { applyWork } from './apply-work.ts';
import type { Collections } from './collections.ts';
import { type BatchDocument, type BatchWork, emptyWork } from './documents.ts';
import { isDuplicateKey, isTransient } from './errors.ts';

/** Where the store stands: all batches up to `batch` are done, with versions up to `sequence`. */
export interface Position {
  batch: number;
  sequence: number;
  /** The greatest time up to here. */
  updated: number;
}

/** Bytes of work that go into the batch itself; more goes into parts. */
const INLINE_BYTES = 1024 * 1024;
const PART_BYTES = 12 * 1024 * 1024;

/** Milliseconds that another process gets to finish what it has committed. */
const PATIENCE_MS = 1_000;
const POLL_MS = 4;

/** Milliseconds for which the numbers of batches are kept, and for which one may be relied on without a look. */
const KEPT_MS = 60_000;
const FRESH_MS = 20_000;

/** Batches between two notes of where the log stood. */
const NOTED = 64;

/**
 * The order of commits. A batch is committed by inserting the next number into the collection `batch`, which only one process can; then
 * its work is done, then it is marked as done, and only then the next number is free. Any process can finish what another has left.
 */
export class BatchLog {
  readonly #collections: Collections;
  readonly #limitMs: number;
  #position: Position = { batch: 0, sequence: 0, updated: 0 };
  #seenAt = 0;
  /** A batch of another process that is not done, and since when that is known. */
  #pending: { batch: number; since: number } | undefined;
  #notes: { batch: number; at: number }[] = [];

  /** @param limitMs milliseconds that a batch may wait for others */
  constructor(collections: Collections, limitMs: number) {
    this.#collections = collections;
    this.#limitMs = limitMs;
  }

  /** As it is known here; others may be further on. */
  get position(): Position {
    return this.#position;
  }

  /** Looks where the store stands now. Finishes what another process has left for long. */
  async look(): Promise<Position> {
    const { isPending } = await this.#look();
    if (isPending && performance.now() - this.#pending!.since > PATIENCE_MS) return this.settle();
    return this.#position;
  }

  /** Waits until nothing is pending; finishes it where that takes long. */
  async settle(isPatient = true): Promise<Position> {
    const end = performance.now() + this.#limitMs;
    for (;;) {
      const { top, isPending } = await this.#look();
      if (!isPending) return this.#position;
      const isLeft = performance.now() - this.#pending!.since > PATIENCE_MS;
      if (isLeft || !isPatient) await this.#finish(top!);
      else if (performance.now() > end) throw waitedTooLong();
      else await setTimeout(POLL_MS);
    }
  }

  /**
   * Commits work on top of where the store was known to stand, and does it. False where another process was faster: nothing is done then.
   */
  async append(
    after: Position,
    work: BatchWork,
    { mark, updated }: { mark: string; updated: number },
  ): Promise<boolean> {
    if (after.batch < this.#position.batch) return false;
    const seenAt = this.#seenAt;
    const head = {
      _id: after.batch + 1,
      mark,
      first: after.sequence + 1,
      count: work.versions.length,
      updated: Math.max(after.updated, updated),
      isDone: false,
    };
    const parts = partsOf(work);
    const document: BatchDocument = parts.length === 1 ? { ...head, work } : { ...head, parts: parts.length };
    if (parts.length > 1) await this.#keepParts(document, parts);
    const isOurs = await this.#insert(document, seenAt);
    if (!isOurs) {
      if (parts.length > 1) await this.#dropParts(document);
      return false;
    }
    const committedAt = performance.now();
    await this.#retrying(() => this.#finish(document, parts));
    this.#seenAt = committedAt;
    this.#note(document._id);
    return true;
  }

  async #look(): Promise<{ top: BatchDocument | undefined; isPending: boolean }> {
    const askedAt = performance.now();
    const [top] = await this.#collections.batch
      .find({}, { sort: { _id: -1 }, limit: 1, projection: { work: 0 } })
      .toArray();
    if (top === undefined) return { top, isPending: false };
    const isPending = !top.isDone;
    const last = top.first + top.count - 1;
    this.#advance(isPending ? { ...top, _id: top._id - 1 } : top, isPending ? top.first - 1 : last, askedAt);
    if (!isPending) this.#pending = undefined;
    else if (this.#pending?.batch !== top._id) this.#pending = { batch: top._id, since: askedAt };
    return { top, isPending };
  }

  #advance({ _id: batch, updated }: Pick<BatchDocument, '_id' | 'updated'>, sequence: number, seenAt: number): void {
    if (batch < this.#position.batch) return;
    this.#position = { batch, sequence, updated: Math.max(updated, this.#position.updated) };
    this.#seenAt = Math.max(seenAt, this.#seenAt);
  }

  /** Whether the number is ours. What became of an insert that was not answered is found out. */
  async #insert(document: BatchDocument, seenAt: number): Promise<boolean> {
    const { batch } = this.#collections;
    const isInserted = await this.#retrying(async () => {
      try {
        await batch.insertOne(document);
        return true;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const there = await batch.findOne({ _id: document._id }, { projection: { mark: 1 } });
        return there?.mark === document.mark;
      }
    });
    if (!isInserted || performance.now() - seenAt < FRESH_MS) return isInserted;
    // The number may have been given, done and removed while this process slept. Then later ones are there, and this one is not done.
    const later = await batch.findOne({ _id: { $gt: document._id } }, { projection: { _id: 1 } });
    const own = await batch.findOne({ _id: document._id }, { projection: { isDone: 1, mark: 1 } });
    if (later === null || own?.isDone === true) return true;
    await batch.deleteOne({ _id: document._id, mark: document.mark });
    return false;
  }

  /** Does the work of a batch that is committed, and marks it as done. */
  async #finish(document: BatchDocument, known?: readonly BatchWork[]): Promise<void> {
    const { batch } = this.#collections;
    const { _id } = document;
    for (const work of known ?? (await this.#workOf(document))) await applyWork(this.#collections, work, _id);
    await batch.updateOne({ _id }, { $set: { isDone: true }, $unset: { work: 1 } });
    this.#advance(document, document.first + document.count - 1, 0);
    if (document.parts !== undefined) await this.#dropParts(document);
  }

  async #workOf({ _id, mark, parts }: BatchDocument): Promise<BatchWork[]> {
    const { batch, part } = this.#collections;
    if (parts === undefined) {
      // Nothing where another process has done it by now.
      const work = (await batch.findOne({ _id }))?.work;
      return work === undefined ? [] : [work];
    }
    const ids = Array.from({ length: parts }, (_, i) => partId(mark, i));
    const found = await part.find({ _id: { $in: ids } }, { sort: { _id: 1 } }).toArray();
    return found.map(({ work }) => work);
  }

  async #keepParts({ _id, mark }: BatchDocument, parts: readonly BatchWork[]): Promise<void> {
    const { part } = this.#collections;
    for (const [i, work] of parts.entries()) {
      await this.#retrying(async () => {
        try {
          await part.insertOne({ _id: partId(mark, i), batch: _id, work });
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
        }
      });
    }
  }

  /** Parts of this batch, and of earlier ones that were never committed or not tidied up after: nobody needs them any more. */
  async #dropParts({ _id, mark }: BatchDocument): Promise<void> {
    await this.#collections.part.deleteMany({
      $or: [{ _id: { $gte: partId(mark, 0), $lte: partId(mark, 99_999) } }, { batch: { $lt: _id } }],
    });
  }

  /** Again and again where the database says that this may help, until the time is over. */
  async #retrying<T>(work: () => Promise<T>): Promise<T> {
    const end = performance.now() + this.#limitMs;
    for (let wait = POLL_MS; ; wait = Math.min(wait * 2, 250)) {
      try {
        return await work();
      } catch (error) {
        if (!isTransient(error) || performance.now() + wait > end) throw error;
        await setTimeout(wait);
      }
    }
  }

  /** Notes where the log stands, and removes numbers that nobody can take for the next any more. */
  #note(batch: number): void {
    if (batch - (this.#notes.at(-1)?.batch ?? 0) < NOTED) return;
    const now = performance.now();
    this.#notes.push({ batch, at: now });
    const old = this.#notes.filter(({ at }) => now - at > KEPT_MS).at(-1);
    if (old === undefined) return;
    this.#notes = this.#notes.filter(({ at }) => at > old.at);
    // Nobody waits for it; what is left is removed the next time.
    this.#collections.batch.deleteMany({ _id: { $lt: old.batch } }).catch(() => {});
  }
}

const partId = (mark: string, i: number): string => `${mark}/${String(i).padStart(5, '0')}`;

const waitedTooLong = (): StoreError =>
  new StoreError('unavailable', 'Another process holds the database; the commit waited for it in vain.');

/** The work as a whole where it is small, else in parts that fit into documents: first what is inserted, then what is changed. */
function partsOf(work: BatchWork): BatchWork[] {
  const { versions, ...changes } = work;
  const sizes = versions.map(version => BSON.calculateObjectSize(version));
  const rest = BSON.calculateObjectSize(changes);
  const total = sizes.reduce((sum, size) => sum + size, rest);
  if (total <= INLINE_BYTES) return [work];
  const parts: BatchWork[] = [];
  let part: BatchWork['versions'] = [];
  let bytes = 0;
  for (const [i, version] of versions.entries()) {
    if (part.length > 0 && bytes + sizes[i]! > PART_BYTES) {
      parts.push({ ...emptyWork(), versions: part });
      part = [];
      bytes = 0;
    }
    part.push(version);
    bytes += sizes[i]!;
  }
  parts.push({ ...emptyWork(), versions: part });
  parts.push({ ...work, versions: [] });
  return parts;
}
