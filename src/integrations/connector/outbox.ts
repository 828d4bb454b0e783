import type { JsonObject } from '../../fhir/resource.ts';
import type { Change, CommitResult, Store, StoredVersion } from '../../store/store.ts';

/** No type of FHIR has such a name, so that no capability file can enable it and no route leads to it. */
export const OUTBOX_TYPE = 'kiungo-outbox';

/** What is to be sent to a peer, by its number: 1, 2, 3 ... per peer, without a gap. */
export interface Message {
  number: number;
  content: JsonObject;
}

/** Attempts that failed one after the other. Times in milliseconds since 1970 UTC. */
export interface Failure {
  since: number;
  attempts: number;
  /** Not tried again before. */
  next: number;
  reason: string;
}

/**
 * How far the work for a peer has come. Each version of the document has the messages that were collected with it, so that its history
 * is the list of all messages.
 */
export interface OutboxState {
  /** Sequence number in the change log up to which messages were collected. */
  position: number;
  /** Number of the last message. */
  collected: number;
  /** Number of the last message that was delivered or set aside; those after it wait. */
  settled: number;
  failure?: Failure;
  /** Contents of those that were collected with this version; the last one has the number `collected`. */
  messages?: readonly JsonObject[];
}

/** An outbox as it is stored. */
export interface Outbox {
  state: OutboxState;
  /** Whether there is one. */
  isStored: boolean;
  /** 0 where there never was one. */
  versionId: number;
}

const keyOf = (peer: string) => ({ resourceType: OUTBOX_TYPE, id: peer });

const stateOf = (version: StoredVersion | undefined): OutboxState | undefined =>
  version === undefined || version.method === 'DELETE' || version.body === ''
    ? undefined
    : (JSON.parse(version.body) as OutboxState);

/** The outbox of a peer; one that is not stored yet starts after a place in the change log. */
export const readOutbox = async (store: Pick<Store, 'read'>, peer: string, startAfter = 0): Promise<Outbox> => {
  const version = await store.read(keyOf(peer));
  const stored = stateOf(version);
  const state = stored ?? { position: startAfter, collected: 0, settled: 0 };
  return { state, isStored: stored !== undefined, versionId: version?.versionId ?? 0 };
};

/** The change that makes a state the current one, over the version that was read. */
export const outboxChange = (peer: string, state: OutboxState, over: number, now: number): Change => ({
  ...keyOf(peer),
  versionId: over + 1,
  lastUpdated: now,
  method: over === 0 ? 'POST' : 'PUT',
  text: JSON.stringify(state),
  index: [],
});

/** Makes a state of the current one, whoever works for the peer at the moment, together with another change. */
export const changeOutbox = async (
  store: Pick<Store, 'read' | 'commit'>,
  {
    peer,
    startAfter = 0,
    next,
    more,
    now,
  }: {
    peer: string;
    startAfter?: number;
    next: (state: OutboxState) => OutboxState;
    more?: (time: number) => Change;
    now: () => number;
  },
): Promise<CommitResult> => {
  for (;;) {
    const { state, versionId } = await readOutbox(store, peer, startAfter);
    const { messages: _, ...current } = state;
    const time = now();
    const change = outboxChange(peer, next(current), versionId, time);
    const result = await store.commit({ changes: more === undefined ? [change] : [change, more(time)] });
    if (result.outcome !== 'version-conflict' || result.key.resourceType !== OUTBOX_TYPE) return result;
  }
};

/** Opens the outbox of a peer at a place of the change log. One that is there goes on, with a whole day for what waits to go well in. */
export const openOutbox = async (
  store: Pick<Store, 'read' | 'commit'>,
  { peer, startAfter, now }: { peer: string; startAfter: number; now: () => number },
): Promise<void> => {
  const { state, isStored } = await readOutbox(store, peer, startAfter);
  if (isStored && state.failure === undefined) return;
  await changeOutbox(store, { peer, startAfter, next: ({ failure: _, ...rest }) => rest, now });
};

/** Leaves nothing of an outbox. The next one under the name begins with the number 1. */
export const removeOutbox = async (
  store: Pick<Store, 'read' | 'commit'>,
  peer: string,
  now: () => number,
): Promise<void> => {
  const version = await store.read(keyOf(peer));
  if (version === undefined || version.method === 'DELETE') return;
  const { versionId } = version;
  const method = 'DELETE';
  await store.commit({
    changes: [{ ...keyOf(peer), versionId: versionId + 1, lastUpdated: now(), method, index: [], erases: true }],
  });
};

/**
 * The messages from one number to another, both included, but not more than `most`. Looks for the version that has the first of them by
 * halving, so that it does not matter how many there are.
 */
export const readMessages = async (
  store: Pick<Store, 'read' | 'readVersion'>,
  peer: string,
  { from, to, most }: { from: number; to: number; most: number },
): Promise<Message[]> => {
  const { state, versionId: last } = await readOutbox(store, peer);
  const end = Math.min(to, state.collected, from + most - 1);
  const stateAt = async (versionId: number): Promise<OutboxState | undefined> =>
    stateOf(await store.readVersion(keyOf(peer), versionId));
  let low = 1;
  let high = last;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (((await stateAt(middle))?.collected ?? 0) >= from) high = middle;
    else low = middle + 1;
  }
  const found: Message[] = [];
  for (let versionId = low; versionId <= last && from + found.length <= end; versionId++) {
    const { collected = 0, messages = [] } = (await stateAt(versionId)) ?? {};
    const first = collected - messages.length + 1;
    for (const [index, content] of messages.entries()) {
      const number = first + index;
      if (number >= from && number <= end) found.push({ number, content });
    }
  }
  return found;
};
