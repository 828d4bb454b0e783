import { formatInstant } from '../../fhir/datetime.ts';
import type { JsonObject } from '../../fhir/resource.ts';
import type { Change, Store } from '../../store/store.ts';
import { isDciId, MOST_REQUESTS, readInstant } from './check-header.ts';
import { DciFault } from './dci-fault.ts';
import { readSubscription, subscriptionChange } from './registry-subscription.ts';
import { transactionOf } from './search-request.ts';
import type { Planned } from './subscribe.ts';

const bad = (text: string): DciFault => new DciFault('err.request.bad', text);

/**
 * Ends subscriptions of a peer by their codes. What it has not, or has no more, is told, and the others end.
 * @throws {DciFault} for what is no such message
 */
export const planUnsubscribe = async (
  store: Pick<Store, 'read'>,
  { peer, message, now }: { peer: string; message: JsonObject; now: number },
): Promise<Planned> => {
  const transactionId = transactionOf(message);
  const { subscription_codes: codes, timestamp } = message;
  if (readInstant(timestamp) === undefined) throw bad('timestamp is a time with a zone.');
  const isList = Array.isArray(codes) && codes.length > 0 && codes.length <= MOST_REQUESTS && codes.every(isDciId);
  if (!isList) throw bad(`subscription_codes is a list of 1 to ${MOST_REQUESTS} codes.`);
  const changes: Change[] = [];
  const ended: string[] = [];
  let reason: string | undefined;
  for (const code of new Set(codes as string[])) {
    const found = await readSubscription(store, peer, code);
    if (found === undefined) reason = 'rjct.subscription_code.invalid';
    else if (found.status === 'unsubscribe') reason ??= 'rjct.event.already_unsubscribed';
    else {
      const { code: _, versionId, ...subscription } = found;
      changes.push(subscriptionChange(code, { ...subscription, status: 'unsubscribe' }, versionId + 1, now));
      ended.push(code);
    }
  }
  const answer = {
    ...{ timestamp: formatInstant(now), status: reason === undefined ? 'succ' : 'rjct' },
    ...(reason === undefined ? {} : { status_reason_code: reason }),
    subscription_status: ended.map(code => ({ code, status: 'unsubscribe' })),
  };
  return { transactionId, referenceIds: [], changes, answer };
};
