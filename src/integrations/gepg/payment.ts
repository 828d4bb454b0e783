import type { Invoice, PaymentNotice, PaymentReconciliation } from 'fhir/r4.js';
import { rawNumber } from '../../fhir/exact-json.ts';
import { type Element, MalformedMessage, textOf } from './element.ts';

const GEPG = 'https://gepg.go.tz';
/** Numbers of payments; each payment is told once by its own. */
export const PAYMENT_REFERENCE = `${GEPG}/payment-reference`;

const PAYMENT_STATUS = 'http://terminology.hl7.org/CodeSystem/paymentstatus';
const DECIMAL = /^\d{1,15}(\.\d{1,6})?$/;
const ID = /^[A-Za-z0-9\-.]{1,50}$/;

/** What a row of GePG's tells of one payment. */
export interface ToldPayment {
  billId: string;
  /** As it is written. */
  amount: string;
  currency: string;
  reference: string;
  /** Local time without a zone. */
  paidAt: string;
}

const required = (element: Element, name: string): string => {
  const value = textOf(element, name);
  if (value !== undefined) return value;
  throw new MalformedMessage(`The message has no ${name}.`);
};

/** A payment as it is told at once (`PymtTrxInf`), or by a reconciliation (`ReconcTrxInf`). @throws {MalformedMessage} */
export const readPayment = (element: Element): ToldPayment => {
  const amount = required(element, 'PaidAmt');
  const reference = required(element, 'PayRefId');
  if (!DECIMAL.test(amount)) throw new MalformedMessage('PaidAmt is no amount.');
  if (!ID.test(reference)) throw new MalformedMessage('PayRefId is no number of a payment.');
  return {
    billId: textOf(element, 'BillId') ?? required(element, 'SpBillId'),
    amount,
    currency: required(element, 'CCy'),
    reference,
    paidAt: required(element, 'TrxDtTm'),
  };
};

/** Id of all that is stored of a payment. */
export const paymentId = (reference: string): string => `gepg-${reference}`;

const moneyOf = ({ amount, currency }: ToldPayment) => ({ value: rawNumber(amount) as unknown as number, currency });

/** The day of a payment. */
export const dayOfPayment = ({ paidAt }: ToldPayment): string => paidAt.slice(0, 10);

/**
 * That something was paid: for the invoice that the bill is of or, where there is none, for nobody knows what yet.
 * @param recipient reference of the insurer
 */
export const noticeOf = (payment: ToldPayment, invoice: Invoice | undefined, recipient: string): PaymentNotice => ({
  resourceType: 'PaymentNotice',
  identifier: [{ system: PAYMENT_REFERENCE, value: payment.reference }],
  status: 'active',
  ...(invoice === undefined ? {} : { request: { reference: `Invoice/${invoice.id}` } }),
  created: dayOfPayment(payment),
  payment: { reference: `PaymentReconciliation/${paymentId(payment.reference)}` },
  paymentDate: dayOfPayment(payment),
  recipient: { reference: recipient },
  amount: moneyOf(payment),
  paymentStatus: { coding: [{ system: PAYMENT_STATUS, code: 'paid' }] },
});

/** That the money has arrived, and what it settles. */
export const reconciliationOf = (payment: ToldPayment, invoice: Invoice | undefined): PaymentReconciliation => ({
  resourceType: 'PaymentReconciliation',
  id: paymentId(payment.reference),
  status: 'active',
  created: dayOfPayment(payment),
  paymentDate: dayOfPayment(payment),
  paymentAmount: moneyOf(payment),
  paymentIdentifier: { system: PAYMENT_REFERENCE, value: payment.reference },
  ...(invoice === undefined
    ? {}
    : {
        detail: [
          {
            type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/payment-type', code: 'payment' }] },
            request: { reference: `Invoice/${invoice.id}` },
            amount: moneyOf(payment),
          },
        ],
      }),
});
