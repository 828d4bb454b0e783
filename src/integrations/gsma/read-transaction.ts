import { paymentFault, type ToldPayment } from '../payments/told-payment.ts';
import { errorOf } from './gsma-error.ts';

/** What a transaction, or an error in its place, tells of a collection. */
export type ToldTransaction =
  | { status: 'completed'; payment: ToldPayment }
  | { status: 'failed'; reason: string }
  | { status: 'pending' };

/** What is no transaction, in a sentence that holds nothing of it. */
export class MalformedTransaction extends Error {
  override name = 'MalformedTransaction';
}

const textOf = (transaction: Record<string, unknown>, name: string): string => {
  const value = transaction[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new MalformedTransaction(`The transaction has no ${name} that is a text.`);
};

/**
 * Reads a transaction of the Mobile Money API, or the error that came instead.
 * @param options.billId the bill that it is of; where it is not known, the transaction says it
 * @param options.today the day of a payment that does not say its own
 * @throws {MalformedTransaction}
 */
export const readTransaction = (
  body: unknown,
  { billId, today }: { billId?: string; today: string },
): ToldTransaction => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new MalformedTransaction('A transaction is a JSON object.');
  const error = errorOf(body);
  if (error !== undefined) return { status: 'failed', reason: `The provider told ${error}` };
  const transaction = body as Record<string, unknown>;
  const status = textOf(transaction, 'transactionStatus');
  if (status === 'failed') return { status, reason: 'The provider told that the transaction failed' };
  if (status !== 'completed') return { status: 'pending' };
  const { requestingOrganisationTransactionReference: told, modificationDate, creationDate } = transaction;
  const time = [modificationDate, creationDate].find(each => typeof each === 'string') as string | undefined;
  const payment = {
    billId: billId ?? (typeof told === 'string' ? told : 'none'),
    amount: textOf(transaction, 'amount'),
    currency: textOf(transaction, 'currency'),
    reference: textOf(transaction, 'transactionReference'),
    paidAt: time ?? today,
  };
  const fault = paymentFault(payment);
  if (fault !== undefined) throw new MalformedTransaction(fault);
  return { status, payment };
};
