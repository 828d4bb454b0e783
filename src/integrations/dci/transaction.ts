import { createHash } from 'node:crypto';
import type { JsonObject } from '../../fhir/resource.ts';
import type { Change, Store } from '../../store/store.ts';

/** No type of FHIR has such a name, so that no capability file can enable it and no route leads to it. */
export const TRANSACTION_TYPE = 'kiungo-dci-transaction';

/** What is answered by a callback. */
export type TransactionKind = 'search' | 'txn-status' | 'subscribe' | 'unsubscribe';

/** A message that is answered later. Its id is its correlation_id. */
export interface Transaction {
  /** sender_id of who asked. */
  peer: string;
  kind: TransactionKind;
  transactionId: string;
  /** `pdng` until its callback was taken. */
  status: 'pdng' | 'succ';
  referenceIds: readonly string[];
  /** The message as it came; gone when it was answered. */
  message?: JsonObject;
  /** The answer, where it is known already; gone when it was sent. */
  answer?: JsonObject;
  totalCount: number;
}

/** Nobody can have another one's transaction by its number. */
export const correlationIdOf = (peer: string, kind: TransactionKind, transactionId: string): string =>
  createHash('sha256').update(`${peer}\n${kind}\n${transactionId}`).digest('base64url');

/** The change that makes a state of a transaction the current one. @param versionId 1 for a new one */
export const transactionChange = (id: string, transaction: Transaction, versionId: number, now: number): Change => ({
  resourceType: TRANSACTION_TYPE,
  id,
  versionId,
  lastUpdated: now,
  method: versionId === 1 ? 'POST' : 'PUT',
  text: JSON.stringify(transaction),
  index: [],
});

/** A transaction by its correlation_id; undefined for one that is not of this peer. */
export const readTransaction = async (
  store: Pick<Store, 'read'>,
  peer: string,
  id: string,
): Promise<{ transaction: Transaction; versionId: number } | undefined> => {
  const version = await store.read({ resourceType: TRANSACTION_TYPE, id });
  if (version === undefined || version.method === 'DELETE') return undefined;
  const transaction = JSON.parse(version.body) as Transaction;
  return transaction.peer === peer ? { transaction, versionId: version.versionId } : undefined;
};
