import { parseDateRange } from '../../fhir/datetime.ts';
import type { JsonObject } from '../../fhir/resource.ts';
import { DciFault, headerFault } from './dci-fault.ts';

/** What is done with a message needs to know of its header. */
export interface Header {
  messageId: string;
  totalCount: number;
}

/** So long a message may have been on its way, and so far the clock of its sender may be ahead, in milliseconds. */
const OLDEST_MS = 24 * 3_600_000;
const AHEAD_MS = 10 * 60_000;
/** Requests that one message may hold. */
export const MOST_REQUESTS = 100;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970 UTC of a time with a zone; undefined for any other text. */
export const readInstant = (text: unknown): number | undefined =>
  typeof text === 'string' && INSTANT.test(text) ? parseDateRange(text)?.low : undefined;

/** Whether something is a text of 1 to 99 characters, as ids of DCI are. */
export const isDciId = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 99 && !/\p{Cc}/u.test(value);

/** Who a message says that it is from; nothing is proven by it. @throws {DciFault} */
export const senderOf = ({ sender_id: senderId }: JsonObject): string => {
  if (typeof senderId === 'string') return senderId;
  throw new DciFault('err.sender_id.invalid', 'The header has sender_id, as it is registered here.');
};

/**
 * Reads the header of a request.
 * @param options.action what the path is for: `search`
 * @param options.ownId what this server is called
 * @param options.now milliseconds since 1970 UTC
 * @throws {DciFault} with DCI's reason
 */
export const checkHeader = (
  header: JsonObject,
  { action, ownId, now }: { action: string; ownId: string; now: number },
): Header => {
  const { version = '1.0.0', message_id: messageId, message_ts: sentAt, total_count: totalCount } = header;
  if (typeof version !== 'string' || !/^1\.0(\.\d+)?$/.test(version)) {
    throw headerFault('version.invalid', 'version is 1.0.0: no other one is spoken here.');
  }
  // Some peers write it with an underscore.
  if (typeof header.action !== 'string' || header.action.replaceAll('_', '-') !== action)
    throw headerFault('action.invalid', `action is "${action}" at this path.`);
  if (!isDciId(messageId)) throw new DciFault('err.request.bad', 'message_id is a text of 1 to 99 characters.');
  const at = readInstant(sentAt);
  if (at === undefined || at < now - OLDEST_MS || at > now + AHEAD_MS) {
    throw headerFault(
      'message_ts.invalid',
      'message_ts is the time of sending with a zone, like 2026-01-05T10:00:00Z, within the last day.',
    );
  }
  if (typeof totalCount !== 'number' || !Number.isInteger(totalCount) || totalCount < 1) {
    throw headerFault('total_count.invalid', 'total_count is the number of requests in the message.');
  }
  if (totalCount > MOST_REQUESTS) {
    throw headerFault('total_count.limit_exceeded', `A message may hold ${MOST_REQUESTS} requests. Send several.`);
  }
  if (header.receiver_id !== undefined && header.receiver_id !== ownId) {
    throw new DciFault('err.receiver_id.invalid', 'receiver_id names another system than this one.');
  }
  if (header.is_msg_encrypted === true) {
    throw new DciFault('err.encryption.invalid', 'Encrypted messages are not taken: send it over TLS as it is.');
  }
  return { messageId, totalCount };
};
