import type { JsonObject } from '../fhir/resource.ts';
import type { Message } from '../integrations/connector/outbox.ts';
import type { Peer } from '../integrations/connector/peer.ts';
import type { Deps } from '../interactions/context.ts';
import type { Outgoing } from '../security/outgoing.ts';
import { contentOf, eventOf } from './event.ts';
import { interactionOf, type Matching } from './match-change.ts';
import { notificationBundle, type SubscriptionStatus } from './notification-bundle.ts';
import { notifiedEvents } from './notified-events.ts';
import { sendNotification } from './send-notification.ts';
import { setStatus } from './set-status.ts';
import type { Content } from './subscription-form.ts';
import type { StoredSubscription } from './subscription-registry.ts';
import { readTrigger } from './subscription-trigger.ts';

/** Events that one notification of a topic has at most where the client does not say it: fewer with their resources. */
const MOST_EVENTS = 100;
const MOST_RESOURCES = 20;
/** Events that one call without a body stands for at most. */
const MOST_EMPTY = 1000;

/** What working for a subscriber needs. */
export interface SubscriberContext {
  /** The server's own. */
  deps: Deps;
  /** Of the store as it is. */
  matching: Matching;
  /** What is shown to whoever made the Subscription. */
  view: Deps;
  outgoing: Outgoing;
  headers: Readonly<Record<string, string>>;
}

/** Why a Subscription is off whose subscriber wants no more. */
export const GONE = 'The subscriber answered 410 Gone';

/** The name of the outbox of a Subscription. */
export const peerNameOf = (id: string): string => `subscription.${id}`;

/** What a notification says of its Subscription. */
export const statusOf = (
  { settings: { baseUrl } }: Deps,
  { id, form: { criteria, status }, error }: Pick<StoredSubscription, 'id' | 'form' | 'error'>,
  topic: string | undefined,
  { type, events }: Pick<SubscriptionStatus, 'type' | 'events'>,
): SubscriptionStatus => ({
  ...{ baseUrl, id, topic: topic === undefined ? undefined : criteria, status, type, events },
  ...(error !== undefined && { error }),
});

const mostOf = (topic: boolean, payload: string | undefined, content: Content, most: number | undefined): number => {
  if (!topic) return payload === undefined ? MOST_EMPTY : 1;
  return Math.min(most ?? MOST_EVENTS, content === 'full-resource' ? MOST_RESOURCES : MOST_EVENTS);
};

/** What tells a subscriber of what he waits for. @throws {FhirError} where the criteria are none of this server any more */
export const subscriptionPeer = (
  { deps, matching, view, outgoing, headers }: SubscriberContext,
  subscription: StoredSubscription,
): Peer => {
  const { id, form, sequence } = subscription;
  // By the bounds of the client, which may have become narrower.
  const trigger = readTrigger(view, form);
  const content = (form.content ?? 'empty') as Content;
  const isTopic = trigger.topic !== undefined;

  /** The body for events; undefined where there is none to send, or nothing is left of what it would hold. */
  const bodyOf = async (messages: readonly Message[]): Promise<string | undefined> => {
    const events = messages.map(eventOf);
    if (isTopic) {
      const notified = await notifiedEvents(view, events, content);
      const status = statusOf(deps, subscription, trigger.topic?.id, {
        type: 'event-notification',
        events: messages.at(-1)!.number,
      });
      return notificationBundle(status, notified, { content, at: deps.now() });
    }
    const [event] = await notifiedEvents(view, events, 'full-resource');
    return event?.resource;
  };

  return {
    name: peerNameOf(id),
    kind: 'subscription',
    resourceTypes: [trigger.resourceType],
    startAfter: sequence,
    most: mostOf(isTopic, form.payload, content, form.mostEvents),
    collect: async changes => {
      const contents: JsonObject[] = [];
      for (const change of changes) {
        const interaction = await interactionOf(matching, trigger, change);
        if (interaction === undefined) continue;
        if (view !== deps && !(await isShown(view, change))) continue;
        contents.push(contentOf(change, interaction));
      }
      return contents;
    },
    send: async messages => {
      const isEmpty = !isTopic && form.payload === undefined;
      const body = isEmpty ? undefined : await bodyOf(messages);
      // The resource was erased since: there is nothing to tell.
      if (!isEmpty && body === undefined) return { outcome: 'delivered' };
      const requestId = `${peerNameOf(id)}.${messages.at(-1)!.number}`;
      return sendNotification(outgoing, form, headers, { body, requestId });
    },
    stop: async verdict => {
      if (verdict.outcome === 'gone') await setStatus(deps, subscription, 'off', { error: GONE });
      else await setStatus(deps, subscription, 'error', { error: verdict.reason, isForOperator: true });
    },
  };
};

const isShown = async (
  view: Deps,
  { resourceType, id, versionId }: { resourceType: string; id: string; versionId: number },
): Promise<boolean> => (await view.store.readVersion({ resourceType, id }, versionId)) !== undefined;
