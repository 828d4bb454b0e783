import type { Change, Store } from '../../store/store.ts';
import { changeOutbox, type Message } from './outbox.ts';

const DEAD_LETTER_TYPE = 'kiungo-dead-letter';
const PAGE = 500;

/** A message that was set aside. Times in milliseconds since 1970 UTC. */
export interface DeadLetter {
  peer: string;
  message: Message;
  reason: string;
  at: number;
}

const idOf = (peer: string, number: number): string => `${peer}.${number}`;

/** The change that sets a message aside. */
export const deadLetterChange = (letter: DeadLetter): Change => ({
  resourceType: DEAD_LETTER_TYPE,
  id: idOf(letter.peer, letter.message.number),
  versionId: 1,
  lastUpdated: letter.at,
  method: 'POST',
  text: JSON.stringify(letter),
  index: [],
});

/** Messages that were set aside and not sent again, oldest first, of one peer or of all. */
export const listDeadLetters = async (store: Pick<Store, 'newest'>, peer?: string): Promise<DeadLetter[]> => {
  const found: DeadLetter[] = [];
  let position = 0;
  for (;;) {
    const versions = await store.newest([DEAD_LETTER_TYPE], position, PAGE);
    if (versions.length === 0) return found;
    position = versions.at(-1)!.sequence;
    const letters = versions
      .filter(({ method }) => method !== 'DELETE')
      .map(({ body }) => JSON.parse(body) as DeadLetter);
    found.push(...letters.filter(letter => peer === undefined || letter.peer === peer));
  }
};

/**
 * Sends messages that were set aside again, after all that waits for the peer: each gets a new number, and is no dead letter any more.
 * Gives how many there were. What another replay takes at the same moment is not sent twice.
 */
export const replayDeadLetters = async (
  store: Pick<Store, 'newest' | 'read' | 'commit'>,
  { peer, number, now }: { peer: string; number?: number; now: () => number },
): Promise<number> => {
  const letters = (await listDeadLetters(store, peer)).filter(
    ({ message }) => number === undefined || message.number === number,
  );
  let count = 0;
  for (const { message } of letters) {
    const { outcome } = await changeOutbox(store, {
      peer,
      next: state => ({ ...state, collected: state.collected + 1, messages: [message.content] }),
      more: lastUpdated => deletionOf(peer, message.number, lastUpdated),
      now,
    });
    if (outcome === 'committed') count += 1;
  }
  return count;
};

const deletionOf = (peer: string, number: number, lastUpdated: number): Change => ({
  resourceType: DEAD_LETTER_TYPE,
  id: idOf(peer, number),
  versionId: 2,
  lastUpdated,
  method: 'DELETE',
  index: [],
});
