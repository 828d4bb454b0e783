import { describe, expect, it, test } from 'vitest';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import type { InsuranceContext } from './insurance-rule.ts';
import { paymentNoticeRule } from './payment-notice.ts';

const context: InsuranceContext = {
  id: 'n1',
  now: 0,
  timeZone: 'UTC',
  currency: 'KES',
  baseUrl: 'http://127.0.0.1:8080/fhir',
  insurer: 'Organization/insurer',
  language: 'en',
  claimMode: 'forward',
  feedbackShare: 0,
  grievanceDays: 30,
  renewalDays: 14,
  found: {},
};

const invoice: Resource = {
  resourceType: 'Invoice',
  id: 'i1',
  meta: { versionId: '3' },
  status: 'issued',
  issuer: { reference: 'Organization/insurer' },
  recipient: { reference: 'Patient/p1' },
  totalGross: { value: 60, currency: 'KES' },
};

const notice = (more: JsonObject = {}): Resource => ({
  resourceType: 'PaymentNotice',
  status: 'active',
  request: { reference: 'Invoice/i1' },
  amount: { value: 60, currency: 'KES' },
  ...more,
});

const judge = (resource: Resource, of: JsonObject = {}, previous?: Resource): string[] =>
  paymentNoticeRule.judge!(resource, {
    ...context,
    found: { invoices: [{ ...invoice, ...of } as Resource] },
    ...(previous === undefined ? {} : { previous }),
  }).map(({ rule, expression }) => `${rule} ${expression}`);

test('what was paid is left out or named by reference', () => {
  const { request: _request, ...nothing } = notice();
  expect(judge(nothing as Resource)).toEqual([]);
  expect(judge(notice())).toEqual([]);
  expect(judge(notice({ request: { type: 'Invoice', identifier: { value: '1' } } }))).toEqual([
    'payment-request-reference-required PaymentNotice.request',
  ]);
});

test('the reconciliation may come later', () => {
  expect(paymentNoticeRule.mayDangle).toEqual(['PaymentNotice.payment']);
});

describe('a notice for an invoice is refused', () => {
  it.each([0, -1, 0.001, 1e300])('of an amount that nobody can pay: %d', value => {
    expect(judge(notice({ amount: { value } }))).toEqual(['payment-amount-invalid PaymentNotice.amount']);
  });

  it('in another currency than the invoice', () => {
    expect(judge(notice({ amount: { value: 60, currency: 'USD' } }))).toEqual([
      'payment-currency-differs PaymentNotice.amount.currency',
    ]);
    expect(judge(notice({ amount: { value: 60 } }))).toEqual([]);
  });

  it('with another payee than the issuer of an invoice or the recipient of a bill', () => {
    const facility = { reference: 'Organization/f1' };
    const bill = {
      type: {
        coding: [{ system: 'https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem/bill-type', code: 'fees' }],
      },
      recipient: facility,
    };
    expect(judge(notice({ payee: facility }))).toEqual(['payment-payee-differs PaymentNotice.payee']);
    expect(judge(notice({ payee: facility }), bill)).toEqual([]);
    expect(judge(notice({ payee: { reference: 'Organization/insurer' } }), bill)).toEqual([
      'payment-payee-differs PaymentNotice.payee',
    ]);
  });

  it('that is called off, unless the notice itself is', () => {
    expect(judge(notice(), { status: 'cancelled' })).toEqual(['payment-invoice-closed PaymentNotice.request']);
    expect(judge(notice({ status: 'cancelled' }), { status: 'cancelled' })).toEqual([]);
  });

  it('when it counted for another one before', () => {
    const before = notice({ request: { reference: 'Invoice/i2' } });
    expect(judge(notice(), {}, before)).toEqual(['payment-notice-counted PaymentNotice.request']);
    expect(judge(notice(), {}, { ...before, status: 'cancelled' })).toEqual([]);
  });
});

test('only a notice that does not count is deleted', () => {
  expect(paymentNoticeRule.judgeDeletion!(undefined, notice())).toMatchObject([{ rule: 'payment-notice-counted' }]);
  expect(paymentNoticeRule.judgeDeletion!(undefined, notice({ status: 'cancelled' }))).toEqual([]);
  expect(paymentNoticeRule.judgeDeletion!(undefined, notice({ request: { reference: 'Claim/1' } }))).toEqual([]);
});
