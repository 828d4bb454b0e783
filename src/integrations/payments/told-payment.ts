import type { Invoice, PaymentNotice, PaymentReconciliation } from 'fhir/r4.js';
import { rawNumber } from '../../fhir/exact-json.ts';
import type { GatewayName } from './payment-gateway.ts';

const PAYMENT_STATUS = 'http://terminology.hl7.org/CodeSystem/paymentstatus';
const PAYMENT_TYPE = 'http://terminology.hl7.org/CodeSystem/payment-type';
const DECIMAL = /^\d{1,15}(\.\d{1,6})?$/;
const REFERENCE = /^[A-Za-z0-9\-.]{1,50}$/;
const DAY = /^\d{4}-\d{2}-\d{2}/;

/** What a gateway tells of one payment. */
export interface ToldPayment {
  billId: string;
  /** Decimal, as it is written. */
  amount: string;
  currency: string;
  /** The gateway's own number of it. */
  reference: string;
  /** Begins with the day. */
  paidAt: string;
}

/** Why a payment cannot be taken note of, in a sentence that holds nothing of it; undefined where it can. */
export const paymentFault = ({ amount, reference, paidAt }: ToldPayment): string | undefined => {
  if (!DECIMAL.test(amount)) return 'The amount is no decimal number.';
  if (!REFERENCE.test(reference)) return 'The number of the payment is none that can be stored.';
  return DAY.test(paidAt) ? undefined : 'The time of the payment does not begin with a day.';
};

const moneyOf = ({ amount, currency }: ToldPayment) => ({ value: rawNumber(amount) as unknown as number, currency });
const dayOfPayment = ({ paidAt }: ToldPayment): string => paidAt.slice(0, 10);

/** Id of the reconciliation that a payment is part of. */
export const reconciliationId = ({ name }: GatewayName, { reference }: ToldPayment): string => `${name}-${reference}`;

/**
 * That something was paid: for the invoice that the bill is of or, where there is none, for nobody knows what yet.
 * @param options.recipient reference of the insurer
 */
export const noticeOf = (
  gateway: GatewayName,
  payment: ToldPayment,
  { invoice, recipient }: { invoice: Pick<Invoice, 'id'> | undefined; recipient: string },
): PaymentNotice => ({
  resourceType: 'PaymentNotice',
  identifier: [{ system: gateway.references, value: payment.reference }],
  status: 'active',
  ...(invoice === undefined ? {} : { request: { reference: `Invoice/${invoice.id}` } }),
  created: dayOfPayment(payment),
  payment: { reference: `PaymentReconciliation/${reconciliationId(gateway, payment)}` },
  paymentDate: dayOfPayment(payment),
  recipient: { reference: recipient },
  amount: moneyOf(payment),
  paymentStatus: { coding: [{ system: PAYMENT_STATUS, code: 'paid' }] },
});

/** That the money has arrived, and what it settles. */
export const reconciliationOf = (
  gateway: GatewayName,
  payment: ToldPayment,
  invoice: Pick<Invoice, 'id'> | undefined,
): PaymentReconciliation => ({
  resourceType: 'PaymentReconciliation',
  id: reconciliationId(gateway, payment),
  status: 'active',
  created: dayOfPayment(payment),
  paymentDate: dayOfPayment(payment),
  paymentAmount: moneyOf(payment),
  paymentIdentifier: { system: gateway.references, value: payment.reference },
  ...(invoice === undefined
    ? {}
    : {
        detail: [
          {
            type: { coding: [{ system: PAYMENT_TYPE, code: 'payment' }] },
            request: { reference: `Invoice/${invoice.id}` },
            amount: moneyOf(payment),
          },
        ],
      }),
});
