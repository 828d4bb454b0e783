import { formatInstant } from '../../fhir/datetime.ts';
import type { JsonObject } from '../../fhir/resource.ts';
import type { DciFault } from './dci-fault.ts';
import { type SigningKey, signatureOf } from './signature.ts';

/** What answers are made with. */
export interface AnswerContext {
  /** What this server is called. */
  ownId: string;
  /** Absent: answers are not signed. */
  key: SigningKey | undefined;
  /** Milliseconds since 1970 UTC. */
  now: number;
}

/** How many of a message's requests went well. */
const succeeded = (message: JsonObject): readonly [total: number, done: number, status: string] => {
  const { search_response: found, subscribe_response: subscribed } = message;
  const list = [found, subscribed].find(Array.isArray) ?? [message];
  const statuses = list.map(each => (each as JsonObject).status);
  const isRefused = statuses.length > 0 && statuses.every(status => status === 'rjct');
  return [list.length, list.length, isRefused ? 'rjct' : 'succ'];
};

/** An answer with its header, signed over the very characters that are sent. @param messageId its own; the same when it is sent again */
export const sealAnswer = (
  message: JsonObject,
  { action, receiverId, messageId }: { action: string; receiverId: string; messageId: string },
  { ownId, key, now }: AnswerContext,
): string => {
  const [total, completed, status] = succeeded(message);
  const header = JSON.stringify({
    ...{ version: '1.0.0', message_id: messageId, message_ts: formatInstant(now), action, status },
    ...{ total_count: total, completed_count: completed, sender_id: ownId, receiver_id: receiverId },
    is_msg_encrypted: false,
  });
  const body = JSON.stringify(message);
  const signature = key === undefined ? '' : signatureOf(`${header}${body}`, key, now);
  return `{"signature":${JSON.stringify(signature)},"header":${header},"message":${body}}`;
};

/** That a message was taken, and is answered later. */
export const acknowledge = (correlationId: string, now: number): string =>
  JSON.stringify({ message: { ack_status: 'ACK', timestamp: formatInstant(now), correlation_id: correlationId } });

/** A refusal as DCI has it: as an acknowledgement, as an error of HTTP and, where the header is at fault, with its reason. */
export const refusalOf = (
  { code, reason, message }: DciFault,
  { correlationId, now }: { correlationId: string; now: number },
): string => {
  const timestamp = formatInstant(now);
  const error = { code, message };
  return JSON.stringify({
    ...(reason === undefined
      ? {}
      : {
          header: {
            ...{ version: '1.0.0', message_id: correlationId, message_ts: timestamp, action: 'error', status: 'rjct' },
            ...{ status_reason_code: reason, status_reason_message: message },
          },
        }),
    message: { ack_status: 'ERR', timestamp, correlation_id: correlationId, error },
    errors: [{ code: reason ?? code, message }],
  });
};
