import type { Reference } from 'fhir/r4.js';
import type { MoneyText } from './case.ts';
import type { PaymentStep } from './payment-case.ts';
import { money, type Naming, type Printed } from './set-up-resources.ts';

const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';
const concept = (system: string, code: string) => ({ coding: [{ system, code }] });
const day = (step: PaymentStep): string => step.date ?? '2024-01-01';

const organization = (name: string, naming: Naming): Printed => {
  const id = naming.id('organization', name);
  return {
    resourceType: 'Organization',
    id,
    identifier: [{ value: id }],
    type: [{ text: 'organization' }],
    name,
  };
};

/** Whom an amount may be paid to: the insurer of the case, and whoever its steps name. */
export const organizations = (names: readonly string[], naming: Naming): Printed[] =>
  ['insurer', ...names].map(name => organization(name, naming));

const reference = (name: string, naming: Naming): Reference => ({
  reference: `Organization/${naming.id('organization', name)}`,
});

/** An invoice of the insurer with one line. */
export const invoiceResource = (
  name: string,
  { amount, due }: { amount: MoneyText; due?: string },
  naming: Naming,
): Printed => {
  const id = naming.id('invoice', name);
  const insurer = reference('insurer', naming);
  const total = money(amount, naming.currency);
  return {
    resourceType: 'Invoice',
    id,
    identifier: [{ value: id }],
    status: 'issued',
    type: concept(`${OPENIMIS}/CodeSystem/invoice-type`, 'contribution'),
    recipient: insurer,
    issuer: insurer,
    date: due ?? '2024-01-01',
    lineItem: [
      {
        chargeItemCodeableConcept: concept(`${OPENIMIS}/CodeSystem/invoice-charge-item`, 'policy'),
        priceComponent: [{ type: 'base', amount: total }],
      },
    ],
    totalGross: total,
  };
};

/** The system of the numbers that a payment gives its notices. */
export const paymentSystem = (payment: string, naming: Naming): string =>
  `https://kiungo.example/simulation/${naming.id('payment', payment)}`;

/** The notice of one payment for one of its invoices. */
export const noticeResource = (
  step: PaymentStep,
  { invoice, amount }: { invoice: string; amount: MoneyText },
  naming: Naming,
): { resourceType: string } & Record<string, unknown> => ({
  resourceType: 'PaymentNotice',
  identifier: [{ system: paymentSystem(step.reference, naming), value: invoice }],
  status: 'active',
  request: { reference: `Invoice/${naming.id('invoice', invoice)}` },
  created: day(step),
  payment: { reference: `PaymentReconciliation/${naming.id('reconciliation', step.reference)}` },
  paymentDate: day(step),
  ...(step.payee === undefined ? {} : { payee: reference(step.payee, naming) }),
  recipient: reference('insurer', naming),
  amount: money(amount, step.currency ?? naming.currency),
  paymentStatus: concept('http://terminology.hl7.org/CodeSystem/paymentstatus', 'paid'),
});

/** One payment, with what it settles. */
export const reconciliationResource = (
  step: PaymentStep,
  details: readonly { request: Reference; amount: MoneyText }[],
  amount: MoneyText,
  naming: Naming,
): Printed => {
  const currency = step.currency ?? naming.currency;
  return {
    resourceType: 'PaymentReconciliation',
    id: naming.id('reconciliation', step.reference),
    status: 'active',
    created: day(step),
    paymentDate: day(step),
    paymentAmount: money(amount, currency),
    ...(details.length === 0
      ? {}
      : {
          detail: details.map(detail => ({
            type: concept('http://terminology.hl7.org/CodeSystem/payment-type', 'payment'),
            request: detail.request,
            amount: money(detail.amount, currency),
          })),
        }),
  };
};
