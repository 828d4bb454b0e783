import type { Invoice, PaymentReconciliation } from 'fhir/r4.js';
import { addDecimals, compareDecimals, ZERO } from '../fhir/decimal.ts';
import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import { sameJson } from '../fhir/same-content.ts';
import { refusal } from './insurance-refusals.ts';
import type { Identity, InsuranceContext, InsuranceRule } from './insurance-rule.ts';
import { requireReferences, targetOf } from './insured-reference.ts';
import { accountLookups, invoicesAmong } from './payment/account-lookups.ts';
import { amountOf, invoiceName } from './payment/invoice-account.ts';
import { judgeAmount, judgePayment } from './payment/judge-payment.ts';
import { paymentIdentity } from './payment/payment-identity.ts';
import { settledResources } from './payment/settled-resources.ts';
import { say } from './texts/say.ts';

const reconciliationOf = (resource: Resource): PaymentReconciliation => resource as unknown as PaymentReconciliation;

/** A payment is reconciled once: by the number that the bank or the gateway gave it. */
const identities = (resource: Resource): Identity[] => {
  const { paymentIdentifier } = reconciliationOf(resource);
  return paymentIdentifier === undefined
    ? []
    : paymentIdentity('PaymentReconciliation', paymentIdentifier, 'PaymentReconciliation.paymentIdentifier');
};

/** Invoices that one reconciliation may settle: all of them change in one unit. */
const MOST_INVOICES = 1000;

const requestsOf = ({ detail = [] }: PaymentReconciliation, baseUrl: string): string[] =>
  invoicesAmong(detail.map(({ request }) => targetOf(request, baseUrl)));

const at = (index: number): string => `PaymentReconciliation.detail[${index}]`;

const judgeReferences = (reconciliation: PaymentReconciliation, baseUrl: string): Issue[] => {
  const issues = requireReferences(
    'payment-request-reference-required',
    baseUrl,
    (reconciliation.detail ?? []).map(({ request }, index) => ({
      expression: `${at(index)}.request`,
      reference: request,
      types: 'Invoice/<id>, Claim/<id>, Type/<id>',
    })),
  );
  if (requestsOf(reconciliation, baseUrl).length > MOST_INVOICES) {
    const text = say('reconciliation-large', { most: MOST_INVOICES });
    issues.push(refusal('payment-reconciliation-large', 'PaymentReconciliation.detail', text));
  }
  return issues;
};

/** What a reconciliation that counts settles stays: invoices have been reckoned with it. */
const judgeChange = (reconciliation: PaymentReconciliation, previous: Resource | undefined): Issue[] => {
  const before = previous && reconciliationOf(previous);
  if (before?.status !== 'active') return [];
  const { detail, paymentAmount } = reconciliation;
  if (sameJson(detail ?? [], before.detail ?? []) && sameJson(paymentAmount, before.paymentAmount)) return [];
  const text = say('reconciliation-stays-unchanged');
  return [refusal('payment-reconciliation-counted', 'PaymentReconciliation.detail', text)];
};

const judgeSum = ({ detail = [], paymentAmount }: PaymentReconciliation, byDefault: string): Issue[] => {
  const currency = paymentAmount.currency ?? byDefault;
  const issues: Issue[] = detail.flatMap(({ amount }, index) => {
    const own = amount?.currency ?? byDefault;
    if (amount === undefined || own === currency) return [];
    const text = say('payment-currency-differs', { currency });
    return [refusal('payment-currency-differs', `${at(index)}.amount.currency`, text)];
  });
  const sum = detail.map(({ amount }) => amountOf(amount)).reduce(addDecimals, ZERO);
  if (compareDecimals(sum, amountOf(paymentAmount)) > 0) {
    const text = say('reconciliation-unbalanced');
    issues.push(refusal('payment-reconciliation-unbalanced', 'PaymentReconciliation.paymentAmount', text));
  }
  return issues;
};

const judge = (resource: Resource, context: InsuranceContext): Issue[] => {
  const reconciliation = reconciliationOf(resource);
  const { detail = [], paymentAmount } = reconciliation;
  const stable = [
    ...judgeReferences(reconciliation, context.baseUrl),
    ...judgeChange(reconciliation, context.previous),
  ];
  if (stable.length > 0 || reconciliation.status !== 'active') return stable;
  const invoices = new Map(
    ((context.found.invoices ?? []) as unknown as Invoice[]).map(invoice => [invoiceName(invoice), invoice]),
  );
  const amounts = [
    ...judgeAmount(paymentAmount, 'PaymentReconciliation.paymentAmount', context.currency),
    ...detail.flatMap(({ request, amount, payee }, index) => {
      const invoice = invoices.get(targetOf(request, context.baseUrl) ?? '');
      if (invoice === undefined) {
        return amount === undefined ? [] : judgeAmount(amount, `${at(index)}.amount`, context.currency);
      }
      return judgePayment({ amount, payee, expression: at(index) }, invoice, context);
    }),
  ];
  return amounts.length > 0 ? amounts : judgeSum(reconciliation, context.currency);
};

/**
 * One payment and the invoices, bills or claims that it settles. The notices of the payment that it covers are cleared in the same unit,
 * and no longer are when it is cancelled. It may come before them or after.
 * https://hl7.org/fhir/R4/paymentreconciliation.html
 */
export const paymentReconciliationRule: InsuranceRule = {
  identities,
  lookups: (resource, found, { baseUrl }) => {
    const invoices = requestsOf(reconciliationOf(resource), baseUrl);
    return invoices.length > MOST_INVOICES ? {} : accountLookups(invoices, found);
  },
  judge,
  effects: settledResources,
  judgeDeletion: (_answer, resource) =>
    resource.status === 'active'
      ? [refusal('payment-reconciliation-counted', 'PaymentReconciliation', say('reconciliation-stays'))]
      : [],
};
