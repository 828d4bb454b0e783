import { setImmediate as later } from 'node:timers';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { formatInstant } from '../../fhir/datetime.ts';
import type { CommitResult, Unit } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { packInTurns, packUnit } from './pack-unit.ts';
import { type PacketBuffers, PacketWriter } from './packet.ts';
import type { TermKeys } from './term-keys.ts';
import type { FromWriter, SentError, ToWriter, WriterData } from './writer-messages.ts';

/** One at a time: what comes while it is committed shares the next one, and the larger a batch, the less each unit costs. */
const MOST_IN_FLIGHT = 1;

/** Bounds of a batch: the time it takes, and so the longest wait of a small unit behind it. */
const MOST_UNITS = 512;
const MOST_BYTES = 8 * 1024 * 1024;

/** Changes from which on a unit is packed in turns, into a packet of its own. */
const LARGE = 200;

/** Milliseconds of packing after which other work gets its turn. */
const TURN_MS = 4;

/** Larger buffers are not kept to be filled again. */
const MOST_KEPT = 2 * MOST_BYTES;

interface Waiting {
  unit: Unit;
  /** The time that the unit was given, where it asked for one. */
  time?: number | undefined;
  resolve: (result: CommitResult) => void;
  reject: (error: Error) => void;
}

interface Batch {
  waiting: Waiting[];
  /** Told when all of it, and so all before it, is settled. */
  settled: (() => void)[];
  packet: PacketWriter;
}

const isError = (result: CommitResult | SentError): result is SentError => 'message' in result;

const received = ({ kind, message }: SentError): Error =>
  kind === undefined ? new Error(message) : new StoreError(kind, message);

/** The way of units to the writer thread and of its answers back, in the order in which they were handed over. */
export class CommitQueue {
  readonly #worker: Worker;
  readonly #keys: TermKeys;
  readonly #onCommit: (unit: Unit, time?: number) => void;
  readonly #open: Batch[] = [];
  readonly #inFlight: Batch[] = [];
  readonly #buffers: PacketBuffers[] = [];
  readonly #checks: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #packing = 0;
  /** Large units, which take their place late. */
  readonly #large = new Set<Promise<unknown>>();
  #isSendPlanned = false;
  #failure: StoreError | undefined;
  #isClosing = false;
  #drained: (() => void) | undefined;
  #closed: () => void = () => {};
  #batches = 0;
  #units = 0;
  #changes = 0;
  #refused = 0;
  #trials = 0;
  #failed = 0;

  private constructor(worker: Worker, keys: TermKeys, onCommit: (unit: Unit, time?: number) => void) {
    this.#worker = worker;
    this.#keys = keys;
    this.#onCommit = onCommit;
    worker.on('message', (message: FromWriter) => this.#receive(message));
    worker.on('error', error => this.#fail(error));
    worker.on('exit', () => this.#fail(new Error('The writer thread has ended.')));
  }

  /**
   * Starts the writer thread and waits until it is ready.
   * @param onCommit is told of each unit that became durable, and the time that it was given, before its promise settles
   * @param script what the thread runs
   */
  static start(
    data: WriterData,
    keys: TermKeys,
    onCommit: (unit: Unit, time?: number) => void,
    script: URL = new URL('./writer.ts', import.meta.url),
  ): Promise<CommitQueue> {
    const worker = new Worker(script, { workerData: data });
    return new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', () => {
        worker.off('error', reject);
        resolve(new CommitQueue(worker, keys, onCommit));
      });
    });
  }

  commit(unit: Unit): Promise<CommitResult> {
    if (unit.time !== undefined && unit.changes.length > LARGE) {
      const committing = this.#commitLarge(unit);
      const known: Promise<unknown> = committing.catch(() => {}).then(() => this.#large.delete(known));
      this.#large.add(known);
      return committing;
    }
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined || this.#isClosing) return reject(this.#failure ?? closed());
      let batch = this.#open.at(-1);
      if (batch === undefined || batch.waiting.length >= MOST_UNITS || batch.packet.size >= MOST_BYTES) {
        batch = { waiting: [], settled: [], packet: new PacketWriter(this.#buffers.pop()) };
        this.#open.push(batch);
      }
      const mark = batch.packet.mark();
      try {
        packUnit(unit, this.#keys, batch.packet);
      } catch (error) {
        batch.packet.rewind(mark);
        throw error;
      }
      batch.waiting.push({ unit, time: stampTime(unit, batch.packet), resolve, reject });
      this.#planSend();
    });
  }

  /** Packs a unit with turns for other work; only then it takes its place, behind all that was handed over meanwhile. */
  async #commitLarge(unit: Unit): Promise<CommitResult> {
    if (this.#failure !== undefined || this.#isClosing) throw this.#failure ?? closed();
    const packet = new PacketWriter();
    this.#packing++;
    try {
      let begun = performance.now();
      await packInTurns(unit, this.#keys, packet, async () => {
        if (performance.now() - begun < TURN_MS) return;
        await setImmediate();
        begun = performance.now();
      });
      if (this.#failure !== undefined) throw this.#failure;
    } catch (error) {
      if (this.#unsettled === 1) this.#drained?.();
      throw error;
    } finally {
      this.#packing--;
    }
    return new Promise((resolve, reject) => {
      this.#open.push({ waiting: [{ unit, time: stampTime(unit, packet), resolve, reject }], settled: [], packet });
      this.#planSend();
    });
  }

  /** Resolves when all that was handed over before is answered. */
  async settled(): Promise<void> {
    const last = this.#open.at(-1) ?? this.#inFlight.at(-1);
    const settled = last && new Promise<void>(resolve => last.settled.push(resolve));
    await Promise.all([settled, ...this.#large]);
  }

  /** Resolves when the writer could write. */
  check(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined || this.#isClosing) return reject(this.#failure ?? closed());
      this.#checks.push({ resolve, reject });
      this.#post({ kind: 'check' });
    });
  }

  /** Commits what was handed over, then ends the thread. */
  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (this.#unsettled > 0 && this.#failure === undefined) {
      await new Promise<void>(resolve => {
        this.#drained = resolve;
      });
    }
    if (this.#failure !== undefined) return;
    await new Promise<void>(resolve => {
      this.#closed = resolve;
      this.#post({ kind: 'close' });
    });
  }

  statistics(): Record<string, number> {
    const queued = [...this.#open, ...this.#inFlight].reduce((sum, batch) => sum + batch.waiting.length, 0);
    return {
      commits: this.#batches,
      unitsCommitted: this.#units,
      changesCommitted: this.#changes,
      unitsRefused: this.#refused,
      unitsTried: this.#trials,
      unitsFailed: this.#failed,
      unitsQueued: queued,
    };
  }

  /** Batches that are not answered yet, and units that are still packed. */
  get #unsettled(): number {
    return this.#open.length + this.#inFlight.length + this.#packing;
  }

  /** Once a turn of the event loop: requests that arrived together share a message, and a commit. */
  #planSend(): void {
    if (this.#isSendPlanned || this.#inFlight.length >= MOST_IN_FLIGHT) return;
    this.#isSendPlanned = true;
    later(() => {
      this.#isSendPlanned = false;
      this.#send();
    });
  }

  #send(): void {
    while (this.#inFlight.length < MOST_IN_FLIGHT) {
      const batch = this.#open.shift();
      if (batch === undefined) return;
      this.#inFlight.push(batch);
      const packet = batch.packet.take();
      this.#post({ kind: 'commit', packet }, [packet.numbers.buffer, packet.terms, packet.bodies]);
    }
  }

  #post(message: ToWriter, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #receive(message: FromWriter): void {
    if (message.kind === 'committed') {
      const { buffers } = message;
      const isKept = this.#buffers.length < MOST_IN_FLIGHT && buffers.bodies.byteLength <= MOST_KEPT;
      if (isKept) this.#buffers.push(buffers);
      this.#settle(this.#inFlight.shift()!, message.results);
      this.#send();
      if (this.#unsettled === 0) this.#drained?.();
    } else if (message.kind === 'checked') {
      const check = this.#checks.shift()!;
      if (message.error) check.reject(received(message.error));
      else check.resolve();
    } else if (message.kind === 'closed') {
      this.#closed();
    }
  }

  #settle({ waiting, settled }: Batch, results: readonly (CommitResult | SentError)[]): void {
    this.#batches++;
    waiting.forEach(({ unit, time, resolve, reject }, i) => {
      const result = results[i]!;
      if (isError(result)) {
        this.#failed++;
        reject(received(result));
      } else {
        if (unit.isTrial) this.#trials++;
        else if (result.outcome === 'committed') {
          this.#units++;
          this.#changes += unit.changes.length;
          this.#onCommit(unit, time);
        } else this.#refused++;
        resolve(result);
      }
    });
    for (const tell of settled) tell();
  }

  #fail(cause: Error): void {
    this.#closed();
    if (this.#isClosing && this.#unsettled === 0) return;
    this.#failure ??= new StoreError('unavailable', 'The writer of the database has stopped; restart the server.', {
      cause,
    });
    for (const { waiting, settled } of [...this.#inFlight.splice(0), ...this.#open.splice(0)]) {
      for (const { reject } of waiting) reject(this.#failure);
      for (const tell of settled) tell();
    }
    for (const { reject } of this.#checks.splice(0)) reject(this.#failure);
    this.#drained?.();
  }
}

/** Gives a unit its time, if it asks for one, when it takes its place. */
const stampTime = ({ time }: Unit, packet: PacketWriter): number | undefined => {
  const now = time?.();
  if (now !== undefined) packet.stamp(now, formatInstant(now));
  return now;
};

const closed = (): StoreError => new StoreError('unavailable', 'The store is closed.');
