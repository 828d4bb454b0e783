import type { Verdict } from '../integrations/connector/peer.ts';
import { type Outgoing, OutgoingError } from '../security/outgoing.ts';
import type { SubscriptionForm } from './subscription-form.ts';

const TIMEOUT_MS = 10_000;
const MOST_TIMEOUT_MS = 60_000;

/** What is posted to a subscriber. */
export interface Notification {
  /** Undefined for none. */
  body: string | undefined;
  /** The same for each repetition. */
  requestId: string;
}

/** Posts to the address of a Subscription. Anything but a status 2xx is a failure; 410 says that nothing more is wanted. */
export const sendNotification = async (
  outgoing: Outgoing,
  { endpoint = '', payload, timeoutSeconds }: SubscriptionForm,
  headers: Readonly<Record<string, string>>,
  { body, requestId }: Notification,
): Promise<Verdict> => {
  const timeoutMs = timeoutSeconds === undefined ? TIMEOUT_MS : Math.min(timeoutSeconds * 1000, MOST_TIMEOUT_MS);
  const type = body === undefined ? {} : { 'content-type': payload ?? 'application/fhir+json' };
  try {
    const { status } = await outgoing({
      url: endpoint,
      method: 'POST',
      headers: { ...headers, ...type, 'content-length': `${Buffer.byteLength(body ?? '')}`, 'x-request-id': requestId },
      ...(body !== undefined && { body }),
      timeoutMs,
    });
    if (status >= 200 && status < 300) return { outcome: 'delivered' };
    if (status === 410) return { outcome: 'gone' };
    return { outcome: 'failed', reason: `${new URL(endpoint).host}: status ${status}` };
  } catch (error) {
    if (error instanceof OutgoingError) return { outcome: 'failed', reason: error.message };
    throw error;
  }
};
