import { isJsonObject, type Json, type JsonObject, type Resource } from '../fhir/resource.ts';

const BACKPORT = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/';

/** What is sent of the resource that a topic is about. */
export type Content = 'empty' | 'id-only' | 'full-resource';
export const CONTENTS: readonly Content[] = ['empty', 'id-only', 'full-resource'];

/** A Subscription as it is written: each member as the client gave it, if it did. Nothing is judged. */
export interface SubscriptionForm {
  status: string;
  /** When it ends, as an instant. */
  end: string | undefined;
  criteria: string;
  /** Searches that the resource of a topic must match as well. */
  filters: readonly string[];
  channelType: string;
  endpoint: string | undefined;
  payload: string | undefined;
  content: string | undefined;
  /** Lines like `Authorization: Bearer abc`. */
  headers: readonly string[];
  /** Seconds; undefined for none. */
  heartbeatSeconds: number | undefined;
  timeoutSeconds: number | undefined;
  /** Events that one notification has at most. */
  mostEvents: number | undefined;
}

const OPENIMIS_PROFILE = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/openimis-subscription';

const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});
const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

const extensionsOf = (element: Json | undefined, name: string): JsonObject[] => {
  const { extension } = objectOf(element);
  return (Array.isArray(extension) ? extension : []).filter(isJsonObject).filter(({ url }) => url === BACKPORT + name);
};

const numberIn = (element: Json | undefined, name: string, type: string): number | undefined => {
  const value = extensionsOf(element, name)[0]?.[type];
  return value === undefined ? undefined : Number(value);
};

/** openIMIS has all headers in one text: a JSON object. */
const headerLines = (text: string): string[] => {
  if (!text.startsWith('{')) return [text];
  try {
    return Object.entries(JSON.parse(text) as JsonObject).map(([name, value]) => `${name}: ${value}`);
  } catch {
    return [text];
  }
};

/** The profile of openIMIS forbids the element, and its server sends the resource all the same. */
const impliedPayload = ({ meta }: Resource): string | undefined => {
  const { profile } = objectOf(meta as JsonObject | undefined);
  return Array.isArray(profile) && profile.includes(OPENIMIS_PROFILE) ? 'application/json' : undefined;
};

/**
 * Reads a Subscription, with the extensions of the topic-based ones of R5 in R4.
 * https://hl7.org/fhir/R4/subscription.html https://hl7.org/fhir/uv/subscriptions-backport
 */
export const readSubscriptionForm = (resource: Resource): SubscriptionForm => {
  const channel = objectOf(resource.channel);
  const { header } = channel;
  return {
    status: textOf(resource.status) ?? '',
    end: textOf(resource.end),
    criteria: textOf(resource.criteria) ?? '',
    filters: extensionsOf(resource._criteria, 'backport-filter-criteria').map(each => textOf(each.valueString) ?? ''),
    channelType: textOf(channel.type) ?? '',
    endpoint: textOf(channel.endpoint),
    payload: textOf(channel.payload) ?? impliedPayload(resource),
    content: textOf(extensionsOf(channel._payload, 'backport-payload-content')[0]?.valueCode),
    headers: (Array.isArray(header) ? header : []).filter(line => typeof line === 'string').flatMap(headerLines),
    heartbeatSeconds: numberIn(channel, 'backport-heartbeat-period', 'valueUnsignedInt'),
    timeoutSeconds: numberIn(channel, 'backport-timeout', 'valueUnsignedInt'),
    mostEvents: numberIn(channel, 'backport-max-count', 'valuePositiveInt'),
  };
};
