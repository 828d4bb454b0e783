import type { Invoice } from 'fhir/r4.js';
import { FhirError } from '../../fhir/fhir-error.ts';
import type { InteractionResult } from '../../interactions/context.ts';
import { type Element, find, MalformedMessage, textOf } from './element.ts';
import { open, type Signing, seal, WrongSignature } from './envelope.ts';
import { billTask, type GatewayStore, moneyTask } from './gateway-store.ts';
import { ACKNOWLEDGEMENTS, acknowledgement, CODES } from './messages.ts';
import { noticeOf, readPayment, reconciliationOf, type ToldPayment } from './payment.ts';

type Received = keyof typeof ACKNOWLEDGEMENTS;

/** What became of a message: the answer to GePG, and how that is told to the operator. */
export interface Answered {
  status: 200 | 400 | 401;
  body: string;
  outcome: 'delivered' | 'refused';
  /** Key of the message; never a person's data. */
  message: string;
  reason?: string;
}

/** What receiving needs. */
export interface ReceiveContext {
  gateway: GatewayStore;
  signing: Signing;
  /** Reference of the insurer, to whom contributions go. */
  insurer: string;
}

interface Outcome {
  code: string;
  message: string;
  reason?: string;
}

const takeControlNumber = async (gateway: GatewayStore, received: Element): Promise<Outcome> => {
  const billId = textOf(received, 'BillId');
  const controlNumber = textOf(received, 'PayCntrNum');
  if (billId === undefined) throw new MalformedMessage('The message has no BillId.');
  const invoice = await gateway.read<Invoice>('Invoice', billId);
  if (invoice === undefined) return { code: CODES.noSuchBill, message: billId, reason: 'There is no such bill' };
  if (textOf(received, 'TrxSts') !== 'GS' || controlNumber === undefined) {
    const code = textOf(received, 'TrxStsCode') ?? 'none';
    await gateway.put(billTask(invoice, 'failed', { reason: `GePG gives no control number: ${code}` }));
    return { code: CODES.success, message: billId, reason: `GePG gives no control number: ${code}` };
  }
  await gateway.put(billTask(invoice, 'completed', { controlNumber }));
  return { code: CODES.success, message: billId };
};

/** Takes note of money, once by its number; what cannot be placed is kept, and given to a person. */
const takePayment = async ({ gateway, insurer }: ReceiveContext, payment: ToldPayment): Promise<Outcome> => {
  const { reference: message, billId } = payment;
  const invoice = await gateway.read<Invoice>('Invoice', billId);
  let notice: InteractionResult;
  try {
    notice = await gateway.create(noticeOf(payment, invoice, insurer));
  } catch (error) {
    if (!(error instanceof FhirError) || error.status >= 500) throw error;
    const reason = `A payment cannot be booked as it was told: ${error.issues.map(({ rule }) => rule).join(', ')}`;
    await gateway.put(moneyTask(message, reason));
    return { code: error.status === 409 ? CODES.duplicatePayment : CODES.failure, message, reason };
  }
  if (invoice !== undefined) return { code: CODES.success, message };
  const reason = 'The bill of a payment is none of this server';
  await gateway.put(moneyTask(message, reason, `PaymentNotice/${notice.version!.id}`));
  return { code: CODES.noSuchBill, message, reason };
};

/** What of a day has arrived: each payment is told (it may not have been yet) and reconciled. */
const takeReconciliation = async (context: ReceiveContext, received: Element): Promise<Outcome> => {
  const message = textOf(received, 'SpReconcReqId') ?? 'none';
  if (textOf(received, 'ReconcStsCode') !== CODES.success) {
    return { code: CODES.success, message, reason: `GePG has no reconciliation: ${textOf(received, 'ReconcStsCode')}` };
  }
  const rows = find(received, 'ReconcTrans')?.children ?? [];
  let failed = 0;
  for (const row of rows) {
    const payment = readPayment(row);
    const { code } = await takePayment(context, payment);
    const invoice = await context.gateway.read<Invoice>('Invoice', payment.billId);
    try {
      if (code === CODES.success || code === CODES.noSuchBill)
        await context.gateway.put(reconciliationOf(payment, invoice));
      else failed++;
    } catch (error) {
      if (!(error instanceof FhirError) || error.status >= 500) throw error;
      failed++;
      await context.gateway.put(moneyTask(payment.reference, 'A payment cannot be reconciled'));
    }
  }
  const told = failed === 0 ? {} : { reason: `${failed} of ${rows.length} payments need a person` };
  return { code: CODES.success, message, ...told };
};

const take = (context: ReceiveContext, name: Received, received: Element): Promise<Outcome> => {
  if (name === 'gepgBillSubResp') return takeControlNumber(context.gateway, received);
  if (name === 'gepgSpReconcResp') return takeReconciliation(context, received);
  const payment = find(received, 'PymtTrxInf');
  if (payment === undefined) throw new MalformedMessage('The message has no PymtTrxInf.');
  return takePayment(context, readPayment(payment));
};

/**
 * Takes a message of GePG's: a control number, a payment or the reconciliation of a day. Whatever comes twice is taken once and answered
 * the same.
 */
export const receive = async (context: ReceiveContext, text: string): Promise<Answered> => {
  let name: Received = 'gepgPmtSpInfo';
  try {
    const received = open(text, context.signing);
    if (!Object.hasOwn(ACKNOWLEDGEMENTS, received.name)) throw new MalformedMessage('GePG sends no such message.');
    name = received.name as Received;
    const { code, message, reason } = await take(context, name, received);
    const outcome = code === CODES.success ? 'delivered' : 'refused';
    const body = seal(acknowledgement(name, code), context.signing);
    return { status: 200, body, outcome, message, ...(reason === undefined ? {} : { reason }) };
  } catch (error) {
    if (!(error instanceof MalformedMessage) && !(error instanceof WrongSignature)) throw error;
    const body = seal(acknowledgement(name, CODES.badRequest), context.signing);
    const status = error instanceof WrongSignature ? 401 : 400;
    return { status, body, outcome: 'refused', message: 'none', reason: error.message };
  }
};
