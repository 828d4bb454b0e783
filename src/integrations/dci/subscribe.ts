import { formatInstant } from '../../fhir/datetime.ts';
import { isJsonObject, type JsonObject } from '../../fhir/resource.ts';
import type { Change } from '../../store/store.ts';
import { isDciId, MOST_REQUESTS, readInstant } from './check-header.ts';
import { DciFault, headerFault, RequestFault } from './dci-fault.ts';
import type { SearchContext } from './records.ts';
import { type RegistryEvent, subscriptionChange, subscriptionCode } from './registry-subscription.ts';
import { judgeSearch, reasonOf, registryTypeOf } from './run-search.ts';
import { transactionOf } from './search-request.ts';

/** What becomes of a message that is answered by a callback: its answer, and what is stored with it. */
export interface Planned {
  transactionId: string;
  referenceIds: readonly string[];
  changes: readonly Change[];
  /** Absent where it is made when it is sent. */
  answer?: JsonObject;
}

const bad = (text: string): DciFault => new DciFault('err.request.bad', text);

const EVENTS: Readonly<Record<string, RegistryEvent>> = {
  REGISTER: 'REGISTER',
  REGISTRATION: 'REGISTER',
  UPDATE: 'UPDATE',
};

const eventOf = ({ reg_event_type: type }: JsonObject): RegistryEvent => {
  const name = typeof type === 'string' ? type.split(':').at(-1)!.toUpperCase() : '';
  const event = Object.hasOwn(EVENTS, name) ? EVENTS[name] : undefined;
  if (event !== undefined) return event;
  throw new RequestFault('notify_types.invalid', 'reg_event_type is REGISTER or UPDATE.');
};

/** The search that a subscription stands for. */
const criteriaOf = (given: JsonObject): JsonObject => {
  const { filter = null, filter_type: type = Array.isArray(filter) ? 'predicate' : 'idtype-value' } = given;
  const { notify_record_type: record = null, reg_type: registryType, authorize, consent, attributes } = given;
  return {
    ...{ query_type: type, query: filter, reg_record_type: record },
    ...(registryType === undefined ? {} : { reg_type: registryType }),
    ...(authorize === undefined ? {} : { authorize }),
    ...(consent === undefined ? {} : { consent }),
    ...(attributes === undefined ? {} : { attributes }),
  };
};

interface SubscribeRequest {
  referenceId: string;
  criteria: JsonObject;
}

const readRequest = (given: unknown): SubscribeRequest => {
  const { reference_id: referenceId, timestamp, subscribe_criteria: criteria } = isJsonObject(given) ? given : {};
  if (!isDciId(referenceId)) throw bad('reference_id of a subscription is a text of 1 to 99 characters.');
  if (readInstant(timestamp) === undefined) throw bad('timestamp of a subscription is a time with a zone.');
  if (!isJsonObject(criteria)) throw bad('A subscription has subscribe_criteria.');
  return { referenceId, criteria };
};

/**
 * Judges the subscriptions of a message; those that can be had are stored with it.
 * @throws {DciFault} for what is no such message
 */
export const planSubscribe = (
  context: SearchContext,
  { message, totalCount, now }: { message: JsonObject; totalCount: number; now: number },
): Planned => {
  const transactionId = transactionOf(message);
  const { subscribe_request: list } = message;
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_REQUESTS) {
    throw bad(`subscribe_request is a list of 1 to ${MOST_REQUESTS} subscriptions.`);
  }
  if (list.length !== totalCount) {
    throw headerFault('total_count.invalid', 'total_count is the number of subscriptions in the message.');
  }
  const requests = list.map(readRequest);
  const { senderId } = context.peer;
  const timestamp = formatInstant(now);
  const changes = new Map<string, Change>();
  const answer = ({ referenceId, criteria: given }: SubscribeRequest): JsonObject => {
    const head = { reference_id: referenceId, timestamp };
    try {
      const event = eventOf(given);
      const criteria = criteriaOf(given);
      const { register } = judgeSearch(context, criteria);
      const code = subscriptionCode(senderId, transactionId, referenceId);
      if (changes.has(code)) throw new RequestFault('reference_id.duplicate', 'reference_id is there twice.');
      const status = 'subscribe' as const;
      changes.set(code, subscriptionChange(code, { peer: senderId, event, criteria, status }, 1, now));
      const subscription = { code, status, timestamp, reg_type: registryTypeOf(register), reg_event_type: event };
      return { ...head, status: 'succ', subscriptions: [{ ...subscription, notify_record_type: register }] };
    } catch (error) {
      const { reason, text } = reasonOf(error);
      // DCI has no reasons of filters here.
      const code =
        reason.includes('notify') || reason.includes('reference_id') ? reason : 'rjct.notify_details.invalid';
      return { ...head, status: 'rjct', status_reason_code: code, status_reason_message: text };
    }
  };
  const responses = requests.map(answer);
  return {
    ...{ transactionId, referenceIds: requests.map(({ referenceId }) => referenceId), changes: [...changes.values()] },
    answer: { subscribe_response: responses },
  };
};
