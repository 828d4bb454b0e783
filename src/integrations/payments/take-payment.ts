import type { Invoice, PaymentReconciliation, Task } from 'fhir/r4.js';
import { FhirError } from '../../fhir/fhir-error.ts';
import type { InteractionResult } from '../../interactions/context.ts';
import { isBill } from './bill.ts';
import type { GatewayName } from './payment-gateway.ts';
import type { PaymentStore } from './payment-store.ts';
import { billTask, billTaskId, dayTask, dayTaskId, moneyTask, payoutTask, payoutTaskId } from './payment-tasks.ts';
import { noticeOf, reconciliationId, reconciliationOf, type ToldPayment } from './told-payment.ts';

/** What taking needs. */
export interface TakeContext {
  store: PaymentStore;
  gateway: GatewayName;
  /** Reference of the insurer, to whom contributions go. */
  insurer: string;
}

/**
 * What became of what a gateway told. `booked`: it is as the gateway says. `unmatched`: the money is noted, but for no bill of this server.
 * `duplicate`: another amount under the same number was noted before. `refused`: the rules do not take it. Of all but the first a person
 * is told by a Task.
 */
export interface Taken {
  outcome: 'booked' | 'unmatched' | 'duplicate' | 'refused';
  reason?: string;
}

const isRefusal = (error: unknown): error is FhirError => error instanceof FhirError && error.status < 500;

/** Once: a Task that a person has dealt with stays so when the gateway tells the same again. */
const tellPerson = ({ store, gateway }: TakeContext, reference: string, reason: string, notice?: string) => {
  const task = moneyTask(gateway, reference, reason, notice);
  return store.change<Task>('Task', task.id!, current => (current === undefined ? task : undefined));
};

/** Who is paid: of a bill its recipient, of what a family owes its issuer. */
const payeeOf = (invoice: Invoice | undefined): string | undefined =>
  invoice === undefined ? undefined : (isBill(invoice) ? invoice.recipient : invoice.issuer)?.reference;

/** Takes note of money, once by its number; what cannot be placed is kept, and given to a person. */
export const takePayment = async (
  context: TakeContext,
  payment: ToldPayment,
  readInvoice = (id: string) => context.store.read<Invoice>('Invoice', id),
): Promise<Taken> => {
  const { store, gateway } = context;
  const invoice = await readInvoice(payment.billId);
  const recipient = payeeOf(invoice) ?? context.insurer;
  let notice: InteractionResult;
  try {
    notice = await store.create(noticeOf(gateway, payment, { invoice, recipient }));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const reason = `A payment cannot be booked as it was told: ${error.issues.map(({ rule }) => rule).join(', ')}`;
    await tellPerson(context, payment.reference, reason);
    return { outcome: error.status === 409 ? 'duplicate' : 'refused', reason };
  }
  if (invoice !== undefined) return { outcome: 'booked' };
  const reason = 'The bill of a payment is none of this server';
  await tellPerson(context, payment.reference, reason, `PaymentNotice/${notice.version!.id}`);
  return { outcome: 'unmatched', reason };
};

/** Reads each of a day's invoices once. */
const readOnce = (store: PaymentStore): ((id: string) => Promise<Invoice | undefined>) => {
  const invoices = new Map<string, Promise<Invoice | undefined>>();
  return id => {
    const invoice = invoices.get(id) ?? store.read<Invoice>('Invoice', id);
    invoices.set(id, invoice);
    return invoice;
  };
};

/**
 * Takes what of a day has arrived: each payment is told (it may not have been yet) and reconciled. Gives how many of them need a person.
 * @param day the one that was asked for, if one was
 */
export const takeReconciliation = async (
  context: TakeContext,
  payments: readonly ToldPayment[],
  day: string | undefined,
): Promise<number> => {
  const { store, gateway } = context;
  const readInvoice = readOnce(store);
  let failed = 0;
  for (const payment of payments) {
    const { outcome } = await takePayment(context, payment, readInvoice);
    if (outcome === 'duplicate' || outcome === 'refused') {
      failed++;
      continue;
    }
    const reconciliation = reconciliationOf(gateway, payment, await readInvoice(payment.billId));
    try {
      await store.change<PaymentReconciliation>(
        'PaymentReconciliation',
        reconciliationId(gateway, payment),
        () => reconciliation,
      );
    } catch (error) {
      if (!isRefusal(error)) throw error;
      failed++;
      await tellPerson(context, payment.reference, 'A payment cannot be reconciled');
    }
  }
  if (day !== undefined) {
    const reason = failed === 0 ? undefined : `${failed} of ${payments.length} payments need a person`;
    await store.change<Task>('Task', dayTaskId(gateway, day), () => dayTask(gateway, day, 'completed', reason));
  }
  return failed;
};

/**
 * Takes how the collection of a bill, or its payout, goes: that it is `completed` (with the number by which the bill is paid, where the gateway
 * gives one), or that it `failed`. False where no such bill is here. What was called off stays so, and what is completed does not fail.
 */
export const takeProgress = async (
  { store, gateway }: TakeContext,
  billId: string,
  told: { status: 'completed'; controlNumber?: string } | { status: 'failed'; reason: string },
): Promise<boolean> => {
  const invoice = await store.read<Invoice>('Invoice', billId);
  if (invoice === undefined) return false;
  const isPayout = isBill(invoice);
  const id = isPayout ? payoutTaskId(gateway, billId) : billTaskId(gateway, billId);
  await store.change<Task>('Task', id, current => {
    const isEnded = current?.status === 'cancelled' || (current?.status === 'completed' && told.status === 'failed');
    const isTold = isPayout && current?.status === told.status;
    if (isEnded || isTold) return undefined;
    return isPayout ? payoutTask(gateway, billId, { ...told, current }) : billTask(gateway, billId, told);
  });
  return true;
};
