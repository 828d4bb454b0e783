import type { Answered } from '../payments/payment-gateway.ts';
import {
  type TakeContext,
  type Taken,
  takePayment,
  takeProgress,
  takeReconciliation,
} from '../payments/take-payment.ts';
import { paymentFault, type ToldPayment } from '../payments/told-payment.ts';
import { type Element, find, MalformedMessage, textOf } from './element.ts';
import { open, type Signing, seal, WrongSignature } from './envelope.ts';
import { ACKNOWLEDGEMENTS, acknowledgement, CODES, dayOfRequest } from './messages.ts';

type Received = keyof typeof ACKNOWLEDGEMENTS;

/** What receiving needs. */
export interface ReceiveContext extends TakeContext {
  /** The keys of now. */
  signing: () => Signing;
}

interface Outcome {
  code: string;
  message: string;
  reason?: string;
}

const CODE_OF: Readonly<Record<Taken['outcome'], string>> = {
  booked: CODES.success,
  unmatched: CODES.noSuchBill,
  duplicate: CODES.duplicatePayment,
  refused: CODES.failure,
};

const required = (element: Element, name: string): string => {
  const value = textOf(element, name);
  if (value !== undefined) return value;
  throw new MalformedMessage(`The message has no ${name}.`);
};

/** A payment as it is told at once (`PymtTrxInf`), or by a reconciliation (`ReconcTrxInf`). @throws {MalformedMessage} */
const readPayment = (element: Element): ToldPayment => {
  const payment = {
    billId: textOf(element, 'BillId') ?? required(element, 'SpBillId'),
    amount: required(element, 'PaidAmt'),
    currency: required(element, 'CCy'),
    reference: required(element, 'PayRefId'),
    paidAt: required(element, 'TrxDtTm'),
  };
  const fault = paymentFault(payment);
  if (fault === undefined) return payment;
  throw new MalformedMessage(fault);
};

const receiveControlNumber = async (context: ReceiveContext, received: Element): Promise<Outcome> => {
  const message = required(received, 'BillId');
  const controlNumber = textOf(received, 'PayCntrNum');
  const isGiven = textOf(received, 'TrxSts') === 'GS' && controlNumber !== undefined;
  const reason = isGiven
    ? undefined
    : `GePG gives no control number: ${textOf(received, 'TrxStsCode')?.slice(0, 50) ?? 'none'}`;
  const told =
    reason === undefined
      ? ({ status: 'completed', controlNumber: controlNumber! } as const)
      : ({ status: 'failed', reason } as const);
  const isKnown = await takeProgress(context, message, told);
  if (!isKnown) return { code: CODES.noSuchBill, message, reason: 'There is no such bill' };
  return { code: CODES.success, message, ...(reason === undefined ? {} : { reason }) };
};

const receiveReconciliation = async (context: ReceiveContext, received: Element): Promise<Outcome> => {
  const message = textOf(received, 'SpReconcReqId') ?? 'none';
  const code = textOf(received, 'ReconcStsCode');
  if (code !== CODES.success) {
    return { code: CODES.success, message, reason: `GePG has no reconciliation: ${code}` };
  }
  // All are read before the first is taken, so that a day is taken whole or refused whole.
  const payments = (find(received, 'ReconcTrans')?.children ?? []).map(readPayment);
  const failed = await takeReconciliation(context, payments, dayOfRequest(message));
  const told = failed === 0 ? {} : { reason: `${failed} of ${payments.length} payments need a person` };
  return { code: CODES.success, message, ...told };
};

const receivePayment = async (context: ReceiveContext, received: Element): Promise<Outcome> => {
  const element = find(received, 'PymtTrxInf');
  if (element === undefined) throw new MalformedMessage('The message has no PymtTrxInf.');
  const payment = readPayment(element);
  const { outcome, reason } = await takePayment(context, payment);
  return { code: CODE_OF[outcome], message: payment.reference, ...(reason === undefined ? {} : { reason }) };
};

const RECEIVE = {
  gepgBillSubResp: receiveControlNumber,
  gepgPmtSpInfo: receivePayment,
  gepgSpReconcResp: receiveReconciliation,
} as const;

const contentType = 'application/xml';

/**
 * Takes a message of GePG's: a control number, a payment or the reconciliation of a day. Whatever comes twice is taken once and answered
 * the same.
 */
export const receive = async (context: ReceiveContext, text: string): Promise<Answered> => {
  const signing = context.signing();
  let name: Received = 'gepgPmtSpInfo';
  try {
    const received = open(text, signing);
    if (!Object.hasOwn(ACKNOWLEDGEMENTS, received.name)) throw new MalformedMessage('GePG sends no such message.');
    name = received.name as Received;
    const { code, message, reason } = await RECEIVE[name](context, received);
    const outcome = code === CODES.success ? 'delivered' : 'refused';
    const body = seal(acknowledgement(name, code), signing);
    return { status: 200, contentType, body, outcome, message, ...(reason === undefined ? {} : { reason }) };
  } catch (error) {
    if (!(error instanceof MalformedMessage) && !(error instanceof WrongSignature)) throw error;
    const body = seal(acknowledgement(name, CODES.badRequest), signing);
    const status = error instanceof WrongSignature ? 401 : 400;
    return { status, contentType, body, outcome: 'refused', message: 'none', reason: error.message };
  }
};
