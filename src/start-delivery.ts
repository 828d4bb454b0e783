import { setTimeout as setTimeoutAsync } from 'node:timers/promises';
import type { Capability } from './definitions/capability.ts';
import type { TellExchange } from './integrations/connector/exchange.ts';
import type { Peer } from './integrations/connector/peer.ts';
import { runOutboxes } from './integrations/connector/run-outboxes.ts';
import type { Deps } from './interactions/context.ts';
import type { Outgoing } from './security/outgoing.ts';
import { createSeal } from './security/seal.ts';
import { StoreError } from './store/store-error.ts';
import { runSubscriptions } from './subscriptions/run-subscriptions.ts';

/** Telling others of changes, in this process. */
export interface Delivery {
  stop(): Promise<void>;
}

/** How often the change log is looked at, in milliseconds. */
const LOOK_MS = 100;

/** So long the end waits for peers to answer, in milliseconds. */
const MOST_STOP_MS = 3_000;

/** What the headers of Subscriptions are sealed for. */
export const SEALS_HEADERS = 'kiungo headers of subscriptions';

/** Whether Subscriptions are more than stored: where the capability file asks for what tells how they are. */
export const sendsNotifications = ({ types }: Capability): boolean =>
  types.get('Subscription')?.operations.has('status') === true;

/**
 * Starts to tell subscribers of changes.
 * @param options.tell takes note of exchanges
 * @param options.connectors who is told beside subscribers, at the moment; the same object as long as a peer has not changed
 * @param options.isExclusive whether no other process can have the store open
 * @param options.viewOf see `runSubscriptions`
 * @param options.fault is told what the operator should know
 */
export const startDelivery = (
  deps: Deps,
  {
    outgoing,
    tell,
    connectors,
    isExclusive,
    viewOf,
    fault,
  }: {
    outgoing: Outgoing;
    tell: TellExchange;
    connectors: () => readonly Peer[];
    isExclusive: boolean;
    viewOf: (clientId: string | undefined) => Deps | undefined;
    fault: (error: unknown, peer?: string) => void;
  },
): Delivery => {
  const { store, now } = deps;
  // That the store does not answer is told by /ready.
  const tellFault = (error: unknown, peer?: string): void => {
    if (!(error instanceof StoreError)) fault(error, peer);
  };
  const subscriptions = runSubscriptions({
    ...{ deps, now, fault: tellFault },
    outgoing,
    seal: createSeal(store.signingKey, SEALS_HEADERS),
    viewOf,
  });
  const outboxes = runOutboxes({
    ...{ store, now, random: Math.random, tell },
    peers: () => [...subscriptions.peers(), ...connectors()],
    term: isExclusive ? deps.newId() : '',
    fault: (peer, error) => tellFault(error, peer),
  });
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    await subscriptions.work();
    // Not waited for: a peer that is slow to answer keeps the others from nothing.
    void outboxes.work();
  };
  const timer = setInterval(() => {
    looking ??= look()
      .catch(tellFault)
      .finally(() => {
        looking = undefined;
      });
  }, LOOK_MS).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      const ended = Promise.all([looking, subscriptions.activated()]).then(outboxes.close);
      // Who does not answer is told again after the next start.
      await Promise.race([ended, setTimeoutAsync(MOST_STOP_MS, undefined, { ref: false })]);
    },
  };
};
