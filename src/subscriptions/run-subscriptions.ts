import { FhirError } from '../fhir/fhir-error.ts';
import { openOutbox, readOutbox, removeOutbox } from '../integrations/connector/outbox.ts';
import type { Peer } from '../integrations/connector/peer.ts';
import type { Deps } from '../interactions/context.ts';
import { createExtractor } from '../search/extract.ts';
import type { Outgoing } from '../security/outgoing.ts';
import { createRuleEntries, onlyParameters } from '../security/rule-entries.ts';
import type { Seal } from '../security/seal.ts';
import { notificationBundle } from './notification-bundle.ts';
import { sendNotification } from './send-notification.ts';
import { setStatus } from './set-status.ts';
import { GONE, peerNameOf, statusOf, subscriptionPeer } from './subscription-peer.ts';
import { createSubscriptionRegistry, type StoredSubscription } from './subscription-registry.ts';
import { readSecrets, secretsErasure } from './subscription-secrets.ts';
import { topicOf } from './topics.ts';

/** The Subscriptions of a store, at work in this process. */
export interface Subscriptions {
  /** Subscribers of active Subscriptions. */
  peers(): readonly Peer[];
  /** Reads what has changed, and takes the steps that are due: activation, heartbeats, ends. */
  work(): Promise<void>;
  /** Resolves when no activation waits for an answer. */
  activated(): Promise<void>;
}

interface Active {
  clientId: string | undefined;
  view: Deps;
  subscription: StoredSubscription;
  peer: Peer;
  heartbeat(): Promise<void>;
  /** When it was last told something, in milliseconds since 1970 UTC. */
  toldAt: number;
}

const UNREADABLE = 'The headers cannot be read with the key of this store: send them again';

/**
 * Makes what works for subscribers; `run-outboxes.ts` sends what its peers collect.
 * @param options.now what heartbeats and ends are judged by, in milliseconds since 1970 UTC
 * @param options.fault is told what an activation has thrown; it is tried again
 * @param options.viewOf what is shown to a client, by its id; undefined for one that may see nothing any more
 */
export const runSubscriptions = ({
  deps,
  outgoing,
  seal,
  viewOf,
  now,
  fault,
}: {
  deps: Deps;
  outgoing: Outgoing;
  seal: Seal;
  viewOf: (clientId: string | undefined) => Deps | undefined;
  now: () => number;
  fault: (error: unknown) => void;
}): Subscriptions => {
  const { store } = deps;
  const { definitions, settings } = deps;
  const entries = createRuleEntries(definitions, isWanted =>
    createExtractor(onlyParameters(definitions, isWanted), settings, () => {}),
  );
  const matching = { store, entries };
  const registry = createSubscriptionRegistry(store);
  let active = new Map<StoredSubscription, Active>();

  const tell = async (
    subscription: StoredSubscription,
    headers: Readonly<Record<string, string>>,
    type: 'handshake' | 'heartbeat',
  ) => {
    const { id, form } = subscription;
    const { state } = await readOutbox(store, peerNameOf(id));
    const topic = topicOf(form.criteria)?.id;
    const status = statusOf(deps, subscription, topic, { type, events: state.collected });
    const body = notificationBundle(status, [], { content: 'empty', at: now() });
    return sendNotification(outgoing, form, headers, { body, requestId: `${peerNameOf(id)}.${type}.${now()}` });
  };

  /** Turns a requested Subscription to active, once a subscriber to a topic has answered. */
  const activate = async (subscription: StoredSubscription): Promise<void> => {
    const { id, form } = subscription;
    const { headers } = await readSecrets(store, seal, id);
    if (headers === undefined) {
      await setStatus(deps, subscription, 'error', { error: UNREADABLE });
      return;
    }
    const verdict =
      topicOf(form.criteria) === undefined
        ? ({ outcome: 'delivered' } as const)
        : await tell(subscription, headers, 'handshake');
    if (verdict.outcome === 'delivered') {
      await openOutbox(store, { peer: peerNameOf(id), startAfter: subscription.sequence, now: deps.now });
      await setStatus(deps, subscription, 'active');
    } else {
      const error = verdict.outcome === 'gone' ? GONE : verdict.reason;
      await setStatus(deps, subscription, 'error', { error });
    }
  };

  const start = async (subscription: StoredSubscription): Promise<Active | undefined> => {
    const { headers, clientId } = await readSecrets(store, seal, subscription.id);
    const view = viewOf(clientId);
    if (view === undefined) {
      await setStatus(deps, subscription, 'off', { error: 'The client that made it may not use the server any more' });
      return undefined;
    }
    if (headers === undefined) {
      await setStatus(deps, subscription, 'error', { error: UNREADABLE, isForOperator: true });
      return undefined;
    }
    try {
      const peer = subscriptionPeer({ deps, matching, view, outgoing, headers }, subscription);
      const started: Active = {
        ...{ clientId, view, subscription },
        peer: {
          ...peer,
          send: messages => {
            started.toldAt = now();
            return peer.send(messages);
          },
        },
        toldAt: now(),
        heartbeat: async () => {
          await tell(subscription, headers, 'heartbeat');
        },
      };
      return started;
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      await setStatus(deps, subscription, 'error', { error: error.message });
      return undefined;
    }
  };

  const isOver = ({ form: { end } }: StoredSubscription): boolean => end !== undefined && Date.parse(end) <= now();

  /** Leaves nothing of what was kept for a Subscription that was deleted or turned off. */
  const forget = async (id: string, isDeleted: boolean): Promise<void> => {
    await removeOutbox(store, peerNameOf(id), deps.now);
    if (!isDeleted) return;
    const { versionId } = await readSecrets(store, seal, id);
    if (versionId > 0) await store.commit({ changes: [secretsErasure(id, versionId, deps.now())] });
  };

  /** One process beats in each period. One that is not delivered is followed by the next: that it is missing tells the subscriber. */
  const beat = async (each: Active): Promise<void> => {
    const periodMs = (each.subscription.form.heartbeatSeconds ?? 0) * 1000;
    const time = now();
    if (periodMs === 0 || time - each.toldAt < periodMs) return;
    each.toldAt = time;
    const name = `heartbeat ${each.peer.name} ${Math.floor(time / periodMs)}`;
    const { outcome } = await store.commit({ changes: [], once: { name, from: time, until: time + periodMs } });
    if (outcome === 'committed') await each.heartbeat();
  };

  const handled = new WeakSet<StoredSubscription>();
  const activating = new Set<Promise<void>>();
  /** Those that nobody works for since the last call. */
  let left: string[] = [];

  /** Takes the step that a new version asks for. An activation keeps no other Subscription waiting. */
  const handle = (subscription: StoredSubscription): void => {
    handled.add(subscription);
    const { status } = subscription.form;
    if (status === 'off') left.push(subscription.id);
    if (status !== 'requested') return;
    const activation = activate(subscription)
      .catch((error: unknown) => {
        handled.delete(subscription);
        fault(error);
      })
      .finally(() => activating.delete(activation));
    activating.add(activation);
  };

  const activeNow = async (): Promise<Map<StoredSubscription, Active>> => {
    const next = new Map<StoredSubscription, Active>();
    for (const subscription of registry.all()) {
      if (!handled.has(subscription)) handle(subscription);
      if (subscription.form.status !== 'active') continue;
      if (isOver(subscription)) {
        await setStatus(deps, subscription, 'off', { error: 'Its end has come' });
        continue;
      }
      const before = active.get(subscription);
      const isSame = before !== undefined && viewOf(before.clientId) === before.view;
      const known = isSame ? before : await start(subscription);
      if (known !== undefined) next.set(subscription, known);
    }
    return next;
  };

  return {
    peers: () => [...active.values()].map(({ peer }) => peer),
    work: async () => {
      await registry.readOn();
      // Whoever worked for them has ended, or will find the outbox gone.
      const leaving = left;
      left = [];
      for (const id of leaving) await forget(id, false);
      for (const id of registry.takeDeleted()) await forget(id, true);
      active = await activeNow();
      // Not waited for: they keep nobody waiting.
      for (const each of active.values()) void beat(each).catch(fault);
    },
    activated: async () => {
      await Promise.all(activating);
    },
  };
};
