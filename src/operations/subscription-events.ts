import { refuse } from '../fhir/fhir-error.ts';
import type { Resource } from '../fhir/resource.ts';
import { readMessages, readOutbox } from '../integrations/connector/outbox.ts';
import { serverOf } from '../interactions/context.ts';
import { read } from '../interactions/read.ts';
import { eventOf } from '../subscriptions/event.ts';
import { notificationBundle } from '../subscriptions/notification-bundle.ts';
import { notifiedEvents } from '../subscriptions/notified-events.ts';
import { CONTENTS, type Content, readSubscriptionForm } from '../subscriptions/subscription-form.ts';
import { peerNameOf, statusOf } from '../subscriptions/subscription-peer.ts';
import { topicOf } from '../subscriptions/topics.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';

/** Events that one answer has at most, with their resources and without. */
const MOST: Readonly<Record<Content, number>> = { empty: 1000, 'id-only': 1000, 'full-resource': 100 };

const numberOf = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined || /^[1-9]\d{0,14}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw refuse('operation-parameter-invalid', `The parameter ${name} must be the number of an event, from 1.`);
};

/**
 * Gives events of a Subscription again, by their numbers, for a subscriber that has missed some.
 * https://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition-backport-subscription-events.html
 */
export const subscriptionEvents: Operation = {
  code: 'events',
  levels: new Set(['instance']),
  affectsState: false,
  run: async (deps, request) => {
    const declared = { eventsSinceNumber: 'text', eventsUntilNumber: 'text', content: 'text' } as const;
    const input = readOperationInput(request, declared, deps.settings.maxDepth);
    const id = request.id!;
    const form = readSubscriptionForm(JSON.parse((await read(deps, 'Subscription', id)).body!) as Resource);
    const { content = form.content ?? 'id-only' } = input;
    if (!CONTENTS.some(known => known === content)) {
      throw refuse('operation-parameter-invalid', `The parameter content must be one of ${CONTENTS.join(', ')}.`);
    }
    const peer = peerNameOf(id);
    const { state } = await readOutbox(serverOf(deps).store, peer);
    const messages = await readMessages(serverOf(deps).store, peer, {
      from: numberOf('eventsSinceNumber', input.eventsSinceNumber) ?? 1,
      to: numberOf('eventsUntilNumber', input.eventsUntilNumber) ?? state.collected,
      most: MOST[content as Content],
    });
    const events = await notifiedEvents(deps, messages.map(eventOf), content as Content);
    const status = statusOf(deps, { id, form, error: undefined }, topicOf(form.criteria)?.id, {
      type: 'query-event',
      events: state.collected,
    });
    const body = notificationBundle(status, events, { content: content as Content, at: deps.now() });
    return { status: 200, body };
  },
};
