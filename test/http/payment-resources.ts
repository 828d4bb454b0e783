import type { JsonObject, Resource } from '../../src/fhir/resource.ts';

/** Stored by `insurer`. */
export const INSURER = { reference: 'Organization/insurer' };
/** An amount of dollars. */
export const dollars = (value: number): JsonObject => ({ value, currency: 'USD' });

/** An invoice that the insurer has issued. */
export const invoice = (id: string, amount: number, more: JsonObject = {}): Resource => ({
  resourceType: 'Invoice',
  id,
  identifier: [{ value: id }],
  status: 'issued',
  type: { text: 'contribution' },
  recipient: INSURER,
  issuer: INSURER,
  date: '2026-01-05',
  lineItem: [
    { chargeItemCodeableConcept: { text: 'policy' }, priceComponent: [{ type: 'base', amount: dollars(amount) }] },
  ],
  totalGross: dollars(amount),
  ...more,
});

/** A notice of a payment of its own, unless `more` names another. */
export const notice = (id: string, request: string, amount: number, more: JsonObject = {}): Resource => ({
  resourceType: 'PaymentNotice',
  id,
  status: 'active',
  request: { reference: `Invoice/${request}` },
  created: '2026-01-06',
  payment: { reference: `PaymentReconciliation/${id}` },
  paymentDate: '2026-01-06',
  recipient: INSURER,
  amount: dollars(amount),
  paymentStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/paymentstatus', code: 'paid' }] },
  ...more,
});

/** A payment with what it settles of each invoice. */
export const reconciliation = (
  id: string,
  details: Record<string, number>,
  paid: number,
  more: JsonObject = {},
): Resource => ({
  resourceType: 'PaymentReconciliation',
  id,
  status: 'active',
  created: '2026-01-08',
  paymentDate: '2026-01-08',
  paymentAmount: dollars(paid),
  detail: Object.entries(details).map(([request, amount]) => ({
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/payment-type', code: 'payment' }] },
    request: { reference: `Invoice/${request}` },
    amount: dollars(amount),
  })),
  ...more,
});

/** Whom invoices are paid to. */
export const insurer: Resource = {
  resourceType: 'Organization',
  id: 'insurer',
  identifier: [{ value: 'insurer' }],
  type: [{ text: 'insurer' }],
  name: 'Insurer',
};
