import { formatInstant } from '../../fhir/datetime.ts';
import { isJsonObject, type JsonObject } from '../../fhir/resource.ts';
import type { Store } from '../../store/store.ts';
import { isDciId } from './check-header.ts';
import { DciFault } from './dci-fault.ts';
import { transactionOf } from './search-request.ts';
import { correlationIdOf, readTransaction } from './transaction.ts';

/** Which transaction a status is asked of. */
export interface StatusRequest {
  transactionId: string;
  type: 'search' | 'subscribe';
  referenceId: string;
  attribute: 'transaction_id' | 'correlation_id';
  value: string;
}

const bad = (text: string): DciFault => new DciFault('err.request.bad', text);

/** Reads the message that asks for a status. @throws {DciFault} */
export const readStatusRequest = (message: JsonObject): StatusRequest => {
  const transactionId = transactionOf(message);
  const { txnstatus_request: given } = message;
  const {
    reference_id: referenceId,
    txn_type: type,
    attribute_type: attribute,
    attribute_value: value,
  } = isJsonObject(given) ? given : {};
  if (!isDciId(referenceId)) throw bad('txnstatus_request has reference_id, a text of 1 to 99 characters.');
  if (type !== 'search' && type !== 'subscribe') throw bad('txn_type is search or subscribe.');
  if (attribute !== 'transaction_id' && attribute !== 'correlation_id') {
    throw bad('attribute_type is transaction_id or correlation_id.');
  }
  if (!isDciId(value)) throw bad('attribute_value is the id of a transaction, or what it was acknowledged with.');
  return { transactionId, type, referenceId, attribute, value };
};

/**
 * How far a search, or what else is answered later, has come, by its references; without any where the peer has no such transaction. The records themselves are told
 * by its callback only.
 */
export const transactionStatus = async (
  store: Pick<Store, 'read'>,
  { peer, request, now }: { peer: string; request: StatusRequest; now: number },
): Promise<JsonObject> => {
  const id =
    request.attribute === 'correlation_id' ? request.value : correlationIdOf(peer, request.type, request.value);
  const { transaction } = (await readTransaction(store, peer, id)) ?? {};
  const responses = (transaction?.referenceIds ?? []).map(reference => ({
    reference_id: reference,
    timestamp: formatInstant(now),
    status: transaction!.status,
  }));
  return {
    txn_type: request.type,
    txn_status: {
      transaction_id: transaction?.transactionId ?? request.value.slice(0, 99),
      correlation_id: id,
      [`${request.type}_response`]: responses,
    },
  };
};
