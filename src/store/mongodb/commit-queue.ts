import { randomUUID } from 'node:crypto';
import { setImmediate as later } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import type { CommitResult, Unit } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { askSearches, type SearchAnswers } from './ask-searches.ts';
import { numberAudit } from './audit-rows.ts';
import { BatchDraft } from './batch-draft.ts';
import type { BatchLog, Position } from './batch-log.ts';
import type { Collections } from './collections.ts';
import { translateError } from './errors.ts';
import { judgeUnit } from './judge-unit.ts';
import { mayAffect } from './may-affect.ts';
import type { Snapshot } from './snapshot.ts';
import { placeUnit, type WaitingUnit } from './waiting-unit.ts';

/** Bounds of a batch. */
const MOST_UNITS = 512;
const MOST_BYTES = 8 * 1024 * 1024;

/** Units whose searches are asked before one of them is judged. */
const ASKED_AHEAD = 64;

/** Milliseconds for which the commits of another process make this one leave it a turn. */
const POLITE_MS = 1_000;

/** A batch that was judged: of so many units, and what is to be done where they are committed. */
interface Judged {
  results: CommitResult[];
  draft: BatchDraft;
  position: Position;
}

interface CommitOptions {
  /** What audit rows are bound to each other with. */
  signingKey: Uint8Array;
  /** Milliseconds that a unit may wait for its turn. */
  limitMs: number;
  snapshotAt: (sequence: number) => Snapshot;
  /** Types whose words are indexed. */
  fullTextTypes: ReadonlySet<string>;
}

/** Commits units in the order in which they were handed over, as many together as may be. */
export class CommitQueue {
  readonly #collections: Collections;
  readonly #log: BatchLog;
  readonly #limitMs: number;
  readonly #signingKey: Uint8Array;
  readonly #snapshotAt: (sequence: number) => Snapshot;
  readonly #fullTextTypes: ReadonlySet<string>;
  #waiting: WaitingUnit[] = [];
  /** Of the batch that is being committed. */
  #working = 0;
  #isRunning = false;
  #isClosing = false;
  readonly #idle: (() => void)[] = [];
  #lastUpdated = 0;
  #overtakenAt = Number.NEGATIVE_INFINITY;
  #batches = 0;
  #units = 0;
  #changes = 0;
  #refused = 0;
  #trials = 0;
  #failed = 0;
  #overtaken = 0;

  constructor(
    collections: Collections,
    log: BatchLog,
    { signingKey, limitMs, snapshotAt, fullTextTypes }: CommitOptions,
  ) {
    this.#collections = collections;
    this.#log = log;
    this.#limitMs = limitMs;
    this.#signingKey = signingKey;
    this.#snapshotAt = snapshotAt;
    this.#fullTextTypes = fullTextTypes;
  }

  /** The greatest time committed here. */
  get lastUpdated(): number {
    return this.#lastUpdated;
  }

  commit(unit: Unit): Promise<CommitResult> {
    if (this.#isClosing) return Promise.reject(new StoreError('unavailable', 'The store is closed.'));
    const placed = placeUnit(unit);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...placed, resolve, reject });
      this.#start();
    });
  }

  /** Resolves when all that was handed over is committed, refused or failed. */
  async settled(): Promise<void> {
    while (this.#isRunning) await new Promise<void>(resolve => this.#idle.push(resolve));
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.settled();
  }

  statistics(): Record<string, number> {
    return {
      commits: this.#batches,
      commitsOvertaken: this.#overtaken,
      unitsCommitted: this.#units,
      changesCommitted: this.#changes,
      unitsRefused: this.#refused,
      unitsTried: this.#trials,
      unitsFailed: this.#failed,
      unitsQueued: this.#waiting.length + this.#working,
    };
  }

  /** Once a turn of the event loop: requests that arrived together share a batch. */
  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    later(() => this.#run());
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const units = this.#take();
      this.#working = units.length;
      const begun = performance.now();
      try {
        const done = await this.#commitSome(units, begun + this.#limitMs);
        this.#waiting.unshift(...units.slice(done));
      } catch (error) {
        await this.#fail(units, error);
      }
      this.#working = 0;
      // Who has just committed knows where the store stands, and would be first again: others get the time of a batch.
      const isShared = performance.now() - this.#overtakenAt < POLITE_MS;
      if (isShared) await setTimeout(performance.now() - begun);
    }
    this.#isRunning = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #take(): WaitingUnit[] {
    let bytes = 0;
    const end = this.#waiting.findIndex((unit, i) => {
      bytes += unit.bytes;
      return i > 0 && (i >= MOST_UNITS || bytes > MOST_BYTES);
    });
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  /** Commits or refuses the first units, and says how many. */
  async #commitSome(units: readonly WaitingUnit[], end: number): Promise<number> {
    let position = this.#log.position;
    // Where nothing was committed yet, nobody has looked.
    if (position.batch === 0) position = await this.#log.settle();
    for (;;) {
      const judged = await this.#judge(units, position);
      if (await this.#decide(units, judged)) {
        this.#settle(units, judged.results);
        return judged.results.length;
      }
      this.#overtaken++;
      this.#overtakenAt = performance.now();
      if (this.#overtakenAt > end) throw new StoreError('unavailable', 'Other processes were faster for too long.');
      position = await this.#log.settle();
    }
  }

  /** Commits what was judged; false where it was judged by what is not so any more. */
  async #decide(units: readonly WaitingUnit[], { draft, position, results }: Judged): Promise<boolean> {
    if (draft.isEmpty) return (await this.#log.settle()).batch === position.batch;
    await numberAudit(this.#collections, draft, this.#signingKey);
    const updated = units.slice(0, results.length).reduce((last, unit) => Math.max(last, unit.lastUpdated), 0);
    return this.#log.append(position, draft.work, { mark: randomUUID(), updated });
  }

  async #judge(units: readonly WaitingUnit[], position: Position): Promise<Judged> {
    const snapshot = this.#snapshotAt(position.sequence);
    const draft = await BatchDraft.begin(this.#collections, snapshot, position, units, this.#fullTextTypes);
    const answers: Promise<SearchAnswers>[] = [];
    const results: CommitResult[] = [];
    for (const [i, waiting] of units.entries()) {
      if (mayAffect(draft.changes, waiting.unit)) break;
      while (answers.length < Math.min(i + ASKED_AHEAD, units.length)) {
        answers.push(askSearches(units[answers.length]!.unit, snapshot));
        answers.at(-1)!.catch(() => {});
      }
      const result = judgeUnit(waiting, draft, await answers[i]!);
      results.push(result);
      if (result.outcome === 'committed' && !waiting.unit.isTrial) draft.add(waiting);
    }
    return { results, draft, position };
  }

  #settle(units: readonly WaitingUnit[], results: readonly CommitResult[]): void {
    this.#batches++;
    this.#working = 0;
    for (const [i, result] of results.entries()) {
      const { unit, changes, lastUpdated, resolve } = units[i]!;
      if (unit.isTrial) this.#trials++;
      else if (result.outcome === 'committed') {
        this.#units++;
        this.#changes += changes.length;
        this.#lastUpdated = Math.max(this.#lastUpdated, lastUpdated);
      } else this.#refused++;
      resolve(result);
    }
  }

  /** One that the database chokes on takes no other with it. */
  async #fail(units: readonly WaitingUnit[], error: unknown): Promise<void> {
    const failure = translateError(error);
    const isHopeless =
      units.length === 1 ||
      (failure instanceof StoreError && failure.kind !== 'timeout' && failure.kind !== 'too-costly');
    if (isHopeless) {
      for (const { reject } of units) {
        this.#failed++;
        reject(failure);
      }
      return;
    }
    for (const unit of units) {
      try {
        await this.#commitSome([unit], performance.now() + this.#limitMs);
      } catch (cause) {
        await this.#fail([unit], cause);
      }
    }
  }
}
