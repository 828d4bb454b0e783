import type { Store } from '../../store/store.ts';
import { type DeadLetter, listDeadLetters, replayDeadLetters } from './dead-letters.ts';
import { changeOutbox, type Failure, OUTBOX_TYPE, type OutboxState, readOutbox } from './outbox.ts';

/** How the outbox of a peer is. */
export interface OutboxReport {
  peer: string;
  /** Messages so far, and how many of them wait. */
  messages: number;
  waiting: number;
  failure?: Failure;
}

/** What the operator sees of outboxes: names and numbers, never what is sent. */
export interface OutboxesReport {
  outboxes: readonly OutboxReport[];
  deadLetters: readonly (Pick<DeadLetter, 'peer' | 'reason' | 'at'> & { number: number })[];
}

const PAGE = 500;

const reportOf = (peer: string, { collected, settled, failure }: OutboxState): OutboxReport => ({
  ...{ peer, messages: collected, waiting: collected - settled },
  ...(failure !== undefined && { failure }),
});

/** Tells of all outboxes, and of the messages that were set aside. */
export const reportOutboxes = async (store: Pick<Store, 'newest'>): Promise<OutboxesReport> => {
  const outboxes: OutboxReport[] = [];
  let position = 0;
  for (;;) {
    const versions = await store.newest([OUTBOX_TYPE], position, PAGE);
    if (versions.length === 0) break;
    position = versions.at(-1)!.sequence;
    for (const { id, method, body } of versions) {
      if (method !== 'DELETE') outboxes.push(reportOf(id, JSON.parse(body) as OutboxState));
    }
  }
  const deadLetters = (await listDeadLetters(store)).map(({ peer, message: { number }, reason, at }) => ({
    ...{ peer, number, reason, at },
  }));
  return { outboxes, deadLetters };
};

/**
 * Has what waits for a peer and what was set aside sent now, with a whole day to go well in. Gives how many messages had been set aside;
 * undefined where no outbox has the name.
 */
export const replayOutbox = async (
  store: Pick<Store, 'newest' | 'read' | 'commit'>,
  peer: string,
  now: () => number,
): Promise<number | undefined> => {
  if (!(await readOutbox(store, peer)).isStored) return undefined;
  const count = await replayDeadLetters(store, { peer, now });
  await changeOutbox(store, { peer, next: ({ failure: _, ...rest }) => rest, now });
  return count;
};
