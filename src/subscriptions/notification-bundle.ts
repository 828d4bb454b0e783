import { randomUUID } from 'node:crypto';
import type { BundleEntry, Parameters, ParametersParameter } from 'fhir/r4.js';
import { formatInstant } from '../fhir/datetime.ts';
import type { SubscriptionEvent } from './event.ts';
import type { Content } from './subscription-form.ts';

const PROFILE = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/';

/** What a notification tells of its Subscription. */
export interface SubscriptionStatus {
  /** Public base of the FHIR API. */
  baseUrl: string;
  id: string;
  /** Canonical of the topic; undefined for one with a search as its criteria. */
  topic: string | undefined;
  status: string;
  type: 'handshake' | 'heartbeat' | 'event-notification' | 'query-status' | 'query-event';
  /** Events since the Subscription was made. */
  events: number;
  /** What went wrong, if it did. */
  error?: string;
}

/** An event, with the text of the resource as it was then where it is to be sent. */
export interface NotifiedEvent extends SubscriptionEvent {
  resource?: string;
}

const urlOf = (baseUrl: string, { resourceType, id }: SubscriptionEvent): string => `${baseUrl}/${resourceType}/${id}`;

const eventParameter = (baseUrl: string, event: NotifiedEvent, content: Content): ParametersParameter => ({
  name: 'notification-event',
  part: [
    { name: 'event-number', valueString: `${event.number}` },
    { name: 'timestamp', valueInstant: formatInstant(event.at) },
    ...(content === 'empty' ? [] : [{ name: 'focus', valueReference: { reference: urlOf(baseUrl, event) } }]),
  ],
});

/** The Parameters that a notification begins with, and that `$status` answers. */
export const statusParameters = (
  { baseUrl, id, topic, status, type, events, error }: SubscriptionStatus,
  notified: readonly NotifiedEvent[] = [],
  content: Content = 'empty',
): Parameters => ({
  resourceType: 'Parameters',
  id: randomUUID(),
  meta: { profile: [`${PROFILE}backport-subscription-status-r4`] },
  parameter: [
    { name: 'subscription', valueReference: { reference: `${baseUrl}/Subscription/${id}` } },
    ...(topic === undefined ? [] : [{ name: 'topic', valueCanonical: topic }]),
    { name: 'status', valueCode: status },
    { name: 'type', valueCode: type },
    { name: 'events-since-subscription-start', valueString: `${events}` },
    ...notified.map(event => eventParameter(baseUrl, event, content)),
    ...(error === undefined ? [] : [{ name: 'error', valueCodeableConcept: { text: error } }]),
  ],
});

const REQUESTS = { create: ['POST', '201'], update: ['PUT', '200'], delete: ['DELETE', '204'] } as const;

/** The text of the entry of the resource that an event is about. */
const eventEntry = (baseUrl: string, event: NotifiedEvent): string => {
  const [method, status] = REQUESTS[event.interaction];
  const { resourceType, id, interaction, resource } = event;
  const request = { method, url: interaction === 'create' ? resourceType : `${resourceType}/${id}` };
  const said = JSON.stringify({ fullUrl: urlOf(baseUrl, event), request, response: { status } });
  return resource === undefined ? said : `${said.slice(0, -1)},"resource":${resource}}`;
};

/**
 * The text of a notification: a Bundle of type history that begins with the status.
 * https://hl7.org/fhir/uv/subscriptions-backport/notifications.html
 */
export const notificationBundle = (
  status: SubscriptionStatus,
  events: readonly NotifiedEvent[],
  { content, at }: { content: Content; at: number },
): string => {
  const { baseUrl, id } = status;
  const resource = statusParameters(status, events, content);
  const first: BundleEntry = {
    fullUrl: `urn:uuid:${resource.id}`,
    resource,
    request: { method: 'GET', url: `${baseUrl}/Subscription/${id}/$status` },
    response: { status: '200' },
  };
  const head = {
    resourceType: 'Bundle',
    id: randomUUID(),
    meta: { profile: [`${PROFILE}backport-subscription-notification-r4`] },
    type: 'history',
    timestamp: formatInstant(at),
  };
  const others = content === 'empty' ? [] : events.map(event => eventEntry(baseUrl, event));
  return `${JSON.stringify(head).slice(0, -1)},"entry":[${[JSON.stringify(first), ...others].join(',')}]}`;
};
