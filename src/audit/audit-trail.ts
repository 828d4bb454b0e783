import { randomUUID } from 'node:crypto';
import type { AuditRow, Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { type AuditFacts, auditRow, type Requester, readAuditRow, SERVER_KEY } from './audit-facts.ts';
import { createRequestAudit, type RequestAudit } from './request-audit.ts';

/** After how many milliseconds what was gathered is written, at most; this much of what was read can be lost by a crash. */
const GATHERED_MS = 200;

/** How many events are written at once. */
const GATHERED = 500;

/** How many events wait, where the store does not take them, before nothing is answered any more that would have to be told. */
const MOST_WAITING = 20_000;

const DAY_MS = 24 * 60 * 60 * 1000;
const FORGETTING_MS = 60 * 60 * 1000;

export interface TrailOptions {
  store: Pick<Store, 'commit' | 'auditRows' | 'auditChain' | 'isShared'>;
  now: () => number;
  /** Days for which events are kept; 0: for good. */
  days: number;
  /** Is told of what stands in the way of writing, and of where the chain of rows has come to. */
  tell: (text: string, facts: Readonly<Record<string, string | number>>) => void;
}

/**
 * What is told of who did what. Rows of what was written go with the unit that writes it; all others are gathered here for a moment. A
 * start that follows no orderly stop is told as such: what was read in the last moment before is what may be missing. Where several
 * processes share the store, none knows that of another; each names itself in its start and its stop, so that a start without a stop shows.
 */
export class AuditTrail {
  readonly #options: TrailOptions;
  /** Names this process in a store that is shared. */
  readonly #process = randomUUID();
  /** Rows already: strings alone live shorter than all that an event holds on to. */
  #gathered: AuditRow[] = [];
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #forgetting: NodeJS.Timeout | undefined;

  private constructor(options: TrailOptions) {
    this.#options = options;
  }

  /** Opens the trail of a store, and tells of the start. Rejects with StoreError where that cannot be written. */
  static async open(options: TrailOptions): Promise<AuditTrail> {
    const trail = new AuditTrail(options);
    const last = options.store.isShared ? undefined : await lastOfServer(options.store);
    if (last !== undefined && last.deed !== 'stop') {
      const note = `There was no orderly stop after the start of ${new Date(last.at).toISOString()}. What was read in the last ${GATHERED_MS} ms before the end may be missing.`;
      trail.gather({ ...trail.#own('interrupted'), outcome: 8, note });
    }
    trail.gather(trail.#own('start'));
    await trail.flush();
    await trail.#forget();
    trail.#forgetting = setInterval(() => trail.#forget().catch(trail.#fault), FORGETTING_MS).unref();
    return trail;
  }

  /** What is told of one request, or of what the server does by itself. */
  of(by: Requester): RequestAudit {
    return createRequestAudit(this.#options.now, by);
  }

  /** Tells of an event with the next group that is written. */
  gather(facts: AuditFacts): void {
    this.#gathered.push(auditRow(facts));
    // What a write has left is tried again by the timer alone.
    if (this.#gathered.length === GATHERED) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), GATHERED_MS);
  }

  /** @throws {StoreError} where events wait that the store does not take: what cannot be told is not done */
  requireRoom(): void {
    if (this.#gathered.length < MOST_WAITING) return;
    throw new StoreError('unavailable', 'The audit trail cannot be written.');
  }

  /** Resolves when all that was gathered is on disk. */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
    if (this.#gathered.length > 0) throw new StoreError('unavailable', 'The audit trail cannot be written.');
  }

  /** Tells of the stop. */
  async close(): Promise<void> {
    clearInterval(this.#forgetting);
    this.gather(this.#own('stop'));
    this.#write();
    await this.#writing;
    clearTimeout(this.#timer);
  }

  #own(deed: string): AuditFacts {
    const { now, store } = this.#options;
    const note = store.isShared && { note: `Process ${this.#process}` };
    return { at: now(), deed, outcome: 0, by: {}, ...note, patients: [] };
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#commit());
  }

  async #commit(): Promise<void> {
    const events = this.#gathered;
    if (events.length === 0) return;
    this.#gathered = [];
    try {
      await this.#options.store.commit({ changes: [], audit: events });
    } catch (error) {
      this.#gathered = [...events, ...this.#gathered];
      this.#fault(error);
      this.#timer ??= setTimeout(() => this.#write(), GATHERED_MS * 10).unref();
    }
  }

  readonly #fault = (error: unknown): void =>
    this.#options.tell('The audit trail cannot be written', {
      reason: error instanceof Error ? error.message : String(error),
      waiting: this.#gathered.length,
    });

  async #forget(): Promise<void> {
    const { store, days, now } = this.#options;
    if (days === 0) return;
    const before = now() - days * DAY_MS;
    for (;;) {
      const [first] = await store.auditRows({ count: 1, at: { low: 0, high: before } });
      if (first === undefined) return;
      const note = `Events of more than ${days} days ago were forgotten.`;
      const row = auditRow({ ...this.#own('retention'), note });
      await store.commit({ changes: [], audit: [row], forgetAuditBefore: before });
      const [left] = await store.auditRows({ count: 1, at: { low: 0, high: before } });
      if (left?.sequence === first.sequence) return;
    }
  }
}

/** The last thing that the server told of itself. */
const lastOfServer = async (store: Pick<Store, 'auditRows'>): Promise<AuditFacts | undefined> => {
  let after: readonly [number, number] | undefined;
  for (;;) {
    const rows = await store.auditRows({
      ...{ anyOf: [SERVER_KEY], newestFirst: true, count: 100 },
      ...(after !== undefined && { after }),
    });
    const found = rows.map(readAuditRow).find(({ deed }) => ['start', 'stop'].includes(deed));
    const last = rows.at(-1);
    if (found !== undefined || last === undefined) return found;
    after = [last.at, last.sequence];
  }
};
