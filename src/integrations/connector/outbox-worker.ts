import type { Change, Store } from '../../store/store.ts';
import { GIVE_UP_MS, waitAfter } from './back-off.ts';
import type { ChangeLog } from './change-log.ts';
import { deadLetterChange } from './dead-letters.ts';
import type { TellExchange } from './exchange.ts';
import type { Lease } from './lease.ts';
import {
  type Message,
  OUTBOX_TYPE,
  type Outbox,
  type OutboxState,
  outboxChange,
  readMessages,
  readOutbox,
} from './outbox.ts';
import type { Peer, Verdict } from './peer.ts';

/** What works for one peer. */
export interface OutboxWorker {
  /** Collects what is new and sends what waits and is due, until nothing is left to do now. One call at a time. */
  work(): Promise<void>;
  /** Stores how far it has come. */
  save(): Promise<void>;
}

/** What a worker needs. */
export interface WorkerContext {
  store: Pick<Store, 'read' | 'readVersion' | 'commit'>;
  log: ChangeLog;
  lease: Lease;
  /** Milliseconds since 1970 UTC; never runs backwards. */
  now: () => number;
  random: () => number;
  tell: TellExchange;
}

/** A place in the log without messages before it is stored after so many changes: they are not looked through again after a restart. */
const SAVE_AFTER_CHANGES = 5_000;
/** What was delivered is marked so often, in milliseconds: after a crash no more than that is sent again. */
const SAVE_AFTER_MS = 1_000;
/** Messages that are read at once from the outbox. */
const READ_AHEAD = 200;
/** How often a place is tried to be stored in the end. */
const MOST_SAVES = 3;

/**
 * Works for a peer while no other process does. A message is on disk, under its number, before it is sent, and is marked afterwards: it
 * is sent at least once, and in order. What another process has written meanwhile is found as the version in the way of one's own; then
 * all is read anew.
 */
export const createOutboxWorker = (
  peer: Peer,
  { store, log, lease, now, random, tell }: WorkerContext,
): OutboxWorker => {
  let outbox: Outbox | undefined;
  /** How far the log was looked through. */
  let position = 0;
  let waiting: Message[] = [];
  let savedAt = 0;
  /** What is not on disk: deliveries that were made. */
  let isUnsaved = false;

  const load = async (): Promise<void> => {
    const stored = await readOutbox(store, peer.name, peer.startAfter);
    const { state } = stored;
    const isAsKnown = outbox?.versionId === stored.versionId;
    // What this process has delivered stays so, whatever others have written meanwhile.
    const delivered = isUnsaved ? outbox!.state.settled : 0;
    isUnsaved = delivered > state.settled && delivered <= state.collected;
    outbox = { ...stored, state: isUnsaved ? { ...state, settled: delivered } : state };
    if (!isAsKnown) {
      ({ position } = state);
      waiting = [];
    }
  };

  /** Makes a state the current one; false where another process was faster, whose state is known then. */
  const put = async (state: OutboxState, more?: (time: number) => Change): Promise<boolean> => {
    const { versionId } = outbox!;
    const time = now();
    const change = outboxChange(peer.name, state, versionId, time);
    const { outcome } = await store.commit({ changes: more === undefined ? [change] : [change, more(time)] });
    if (outcome !== 'committed') {
      await load();
      return false;
    }
    const { messages: _, ...rest } = state;
    outbox = { state: rest, isStored: true, versionId: versionId + 1 };
    savedAt = now();
    isUnsaved = false;
    return true;
  };

  /** Whether this process may work now; what it knows is up to date then. */
  const hold = async (): Promise<boolean> => {
    const held = await lease.hold();
    // What was delivered before is marked, unless another process has worked since.
    if (held === 'taken' && !(isUnsaved && (await put(outbox!.state)))) await load();
    return held !== undefined;
  };

  /** Takes a page of the log; false at its end, or where it has to be looked at later. */
  const collect = async (): Promise<boolean> => {
    const { state, versionId } = outbox!;
    const from = position;
    const changes = await log.read(from);
    const last = changes.at(-1);
    if (last === undefined) return false;
    const isNewer = changes.some(
      change => change.resourceType === OUTBOX_TYPE && change.id === peer.name && change.versionId > versionId,
    );
    if (isNewer) {
      await load();
      return true;
    }
    const contents = await peer.collect(changes);
    const isFar = last.sequence - state.position > SAVE_AFTER_CHANGES;
    if (contents.length === 0 && !isFar) {
      position = last.sequence;
      return true;
    }
    if (!(await hold())) return false;
    if (position !== from) return true;
    const next = {
      ...outbox!.state,
      position: last.sequence,
      collected: state.collected + contents.length,
      messages: contents,
    };
    if (await put(next)) position = last.sequence;
    return true;
  };

  const nextMessages = async ({ settled, collected, failure }: OutboxState): Promise<Message[]> => {
    if (waiting[0]?.number !== settled + 1) {
      waiting = await readMessages(store, peer.name, { from: settled + 1, to: collected, most: READ_AHEAD });
    }
    // One alone, after a failure, so that it shows which one is at fault.
    return waiting.slice(0, failure === undefined ? peer.most : 1);
  };

  const settle = async (count: number, more?: (time: number) => Change): Promise<void> => {
    const { failure, ...state } = outbox!.state;
    const next = { ...state, settled: state.settled + count };
    waiting = waiting.slice(count);
    if (failure !== undefined || more !== undefined) {
      await put(next, more);
      return;
    }
    outbox = { ...outbox!, state: next };
    isUnsaved = true;
  };

  /** Whether a day of failures is over at a time. */
  const isOver = (time: number): boolean => time - (outbox!.state.failure?.since ?? time) >= GIVE_UP_MS;

  /** Whether an attempt that did not go well was the last one for its message. */
  const isLast = (messages: readonly Message[], { outcome }: Verdict, time: number): boolean =>
    peer.stop === undefined &&
    outcome !== 'delivered' &&
    (isOver(time) || (outcome === 'refused' && messages.length === 1));

  const fail = async (
    messages: readonly Message[],
    verdict: Exclude<Verdict, { outcome: 'delivered' }>,
    time: number,
  ): Promise<void> => {
    const { state } = outbox!;
    const { since, attempts } = state.failure ?? { since: time, attempts: 0 };
    const reason = verdict.outcome === 'gone' ? 'The peer is gone' : verdict.reason;
    const next = time + waitAfter(attempts + 1, random);
    if (peer.stop !== undefined && (isOver(time) || verdict.outcome === 'gone')) await peer.stop(verdict);
    if (isLast(messages, verdict, time)) {
      await settle(1, at => deadLetterChange({ peer: peer.name, message: messages[0]!, reason, at }));
      return;
    }
    // Of several one is at fault: they are tried one by one, without waiting.
    const wait = verdict.outcome === 'refused' && messages.length > 1 ? time : next;
    await put({ ...state, failure: { since, attempts: attempts + 1, next: wait, reason } });
  };

  /** Makes one attempt; false where nothing waits or is due. */
  const send = async (): Promise<boolean> => {
    const isDue = ({ settled, collected, failure }: OutboxState): boolean =>
      settled < collected && (failure === undefined || failure.next <= now());
    if (!isDue(outbox!.state)) return false;
    if (!(await hold())) return false;
    const { state } = outbox!;
    if (!isDue(state)) return false;
    const messages = await nextMessages(state);
    const begin = now();
    const verdict = await peer.send(messages);
    const at = now();
    const { name, kind } = peer;
    const exchange = {
      peer: name,
      kind,
      direction: 'sent',
      outcome: verdict.outcome,
      at,
      durationMs: at - begin,
    } as const;
    tell({
      ...{ ...exchange, message: `${messages[0]!.number}-${messages.at(-1)!.number}` },
      ...('reason' in verdict && { reason: verdict.reason }),
      ...(isLast(messages, verdict, at) && { isSetAside: true }),
    });
    if (verdict.outcome === 'delivered') await settle(messages.length);
    else await fail(messages, verdict, at);
    return true;
  };

  /** The place in the log too: what was looked through for this peer is not looked through again by who comes next. */
  const save = async (): Promise<void> => {
    if (outbox === undefined) return;
    // Another process that ends at the same moment may be faster; what this one has delivered is marked all the same.
    for (let attempt = 0; attempt < MOST_SAVES; attempt++) {
      const { state } = outbox;
      if (!isUnsaved && position <= state.position) return;
      if (await put({ ...state, position })) return;
    }
  };

  return {
    work: async () => {
      if (outbox === undefined) await load();
      let isBusy = true;
      while (isBusy) {
        isBusy = await collect();
        isBusy = (await send()) || isBusy;
        if (isUnsaved && now() - savedAt >= SAVE_AFTER_MS) await put(outbox!.state);
      }
    },
    save,
  };
};
