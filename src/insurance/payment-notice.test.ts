import { expect, test } from 'vitest';
import type { JsonObject } from '../fhir/resource.ts';
import type { InsuranceContext } from './insurance-rule.ts';
import { paymentNoticeRule } from './payment-notice.ts';

const context: InsuranceContext = {
  id: 'n1',
  now: 0,
  timeZone: 'UTC',
  currency: 'KES',
  baseUrl: 'http://127.0.0.1:8080/fhir',
  insurer: 'Organization/insurer',
  claimMode: 'forward',
  found: {},
};

const judge = (request?: JsonObject): string[] =>
  paymentNoticeRule.judge!(
    { resourceType: 'PaymentNotice', ...(request === undefined ? {} : { request }) },
    context,
  ).map(({ rule, expression }) => `${rule} ${expression}`);

test('what was paid is left out or named by reference', () => {
  expect(judge()).toEqual([]);
  expect(judge({ reference: 'Invoice/1' })).toEqual([]);
  expect(judge({ type: 'Invoice', identifier: { value: '1' } })).toEqual([
    'payment-request-reference-required PaymentNotice.request',
  ]);
});

test('the reconciliation may come later', () => {
  expect(paymentNoticeRule.mayDangle).toEqual(['PaymentNotice.payment']);
});
