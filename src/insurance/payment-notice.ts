import type { PaymentNotice } from 'fhir/r4.js';
import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import { refusal } from './insurance-refusals.ts';
import type { Identity, InsuranceContext, InsuranceRule } from './insurance-rule.ts';
import { requireReferences, targetOf } from './insured-reference.ts';
import { accountLookups, accountsWith, invoicesAmong } from './payment/account-lookups.ts';
import { judgeAmount, judgePayment } from './payment/judge-payment.ts';
import { paymentIdentity } from './payment/payment-identity.ts';
import { settledResources } from './payment/settled-resources.ts';
import { say } from './texts/say.ts';

const noticeOf = (resource: Resource): PaymentNotice => resource as unknown as PaymentNotice;

/** A payment is told once: by the identifier that the payer or the gateway gave it. */
const identities = (resource: Resource): Identity[] =>
  (noticeOf(resource).identifier ?? []).flatMap((identifier, index) =>
    paymentIdentity('PaymentNotice', identifier, `PaymentNotice.identifier[${index}]`),
  );

const judgeReferences = ({ request }: PaymentNotice, baseUrl: string): Issue[] =>
  requireReferences('payment-request-reference-required', baseUrl, [
    {
      expression: 'PaymentNotice.request',
      reference: request,
      types: 'Invoice/<id>, Claim/<id>, Type/<id>',
    },
  ]);

/** What a notice that counts is for stays: its invoice has been reckoned with it. */
const judgeChange = (notice: PaymentNotice, { previous, baseUrl }: InsuranceContext): Issue[] => {
  const before = previous && noticeOf(previous);
  if (before?.status !== 'active') return [];
  if (targetOf(before.request, baseUrl) === targetOf(notice.request, baseUrl)) return [];
  return [refusal('payment-notice-counted', 'PaymentNotice.request', say('notice-stays-unchanged'))];
};

const judge = (resource: Resource, context: InsuranceContext): Issue[] => {
  const notice = noticeOf(resource);
  const issues = [...judgeReferences(notice, context.baseUrl), ...judgeChange(notice, context)];
  if (issues.length > 0 || notice.status !== 'active') return issues;
  const { amount, payee } = notice;
  const [account] = accountsWith(context.found, { ...resource, id: context.id }, context.baseUrl);
  return account === undefined
    ? judgeAmount(amount, 'PaymentNotice.amount', context.currency)
    : judgePayment({ amount, payee, expression: 'PaymentNotice' }, account.invoice, context);
};

/**
 * A notice that a payment was made. The invoice that it is for follows in the same unit: what is open of it, and whether it is balanced.
 * The reconciliation that the notice belongs to may come later. What was paid is either left out, as openIMIS allows, or a resource that
 * is here. https://hl7.org/fhir/R4/paymentnotice.html
 */
export const paymentNoticeRule: InsuranceRule = {
  identities,
  lookups: (resource, found, { baseUrl }) =>
    accountLookups(invoicesAmong([targetOf(noticeOf(resource).request, baseUrl)]), found),
  judge,
  effects: settledResources,
  judgeDeletion: (_answer, resource) =>
    resource.status === 'active' && targetOf(noticeOf(resource).request)?.startsWith('Invoice/')
      ? [refusal('payment-notice-counted', 'PaymentNotice', say('notice-stays'))]
      : [],
  mayDangle: ['PaymentNotice.payment'],
};
