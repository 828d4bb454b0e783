import type { Invoice, Money, Reference } from 'fhir/r4.js';
import { minorUnits } from '../../fhir/currency.ts';
import { compareDecimals, decimalOf, roundDecimal, ZERO } from '../../fhir/decimal.ts';
import type { Issue } from '../../fhir/issue.ts';
import { refusal } from '../insurance-refusals.ts';
import { targetOf } from '../insured-reference.ts';
import { codeOf } from '../kiungo-codes.ts';
import { OPENIMIS } from '../openimis-codes.ts';
import { say } from '../texts/say.ts';
import { invoiceCurrency } from './settle-invoice.ts';

/** Digits that amounts are computed with. */
const LARGEST = decimalOf('1e18');

const isWhole = (amount: Money, currency: string): boolean => {
  try {
    const value = decimalOf(amount.value);
    const isInReach = compareDecimals(value, ZERO) > 0 && compareDecimals(value, LARGEST) < 0;
    return isInReach && compareDecimals(roundDecimal(value, minorUnits(currency)), value) === 0;
  } catch {
    return false;
  }
};

/** Refuses an amount that nobody can pay: none, nothing, less than nothing, or parts of the smallest coin. */
export const judgeAmount = (amount: Money | undefined, expression: string, byDefault: string): Issue[] => {
  const currency = amount?.currency ?? byDefault;
  if (amount?.value !== undefined && isWhole(amount, currency)) return [];
  return [
    refusal(
      'payment-amount-invalid',
      expression,
      say('payment-amount-invalid', { digits: minorUnits(currency), currency }),
    ),
  ];
};

const BILL = `${OPENIMIS}/CodeSystem/bill-type`;

/** Who gets the money (`Organization/id`): of a bill its recipient, of another invoice its issuer. */
const payeeOf = (invoice: Invoice, baseUrl: string): string | undefined =>
  targetOf(codeOf(invoice.type, BILL) === undefined ? invoice.issuer : invoice.recipient, baseUrl);

/** A part of a payment, for one invoice. */
export interface PaymentPart {
  amount: Money | undefined;
  payee: Reference | undefined;
  /** FHIRPath of the part. */
  expression: string;
}

/** Refusals of a payment for an invoice: in another currency, to somebody else, or for one that is called off. */
export const judgePayment = (
  { amount, payee, expression }: PaymentPart,
  invoice: Invoice,
  { currency: byDefault, baseUrl }: { currency: string; baseUrl: string },
): Issue[] => {
  const issues = judgeAmount(amount, `${expression}.amount`, byDefault);
  const currency = invoiceCurrency(invoice, byDefault);
  if ((amount?.currency ?? byDefault) !== currency) {
    const text = say('invoice-currency-differs', { currency });
    issues.push(refusal('payment-currency-differs', `${expression}.amount.currency`, text));
  }
  const [paid, due] = [targetOf(payee, baseUrl), payeeOf(invoice, baseUrl)];
  if (paid !== undefined && due !== undefined && paid !== due) {
    const text = say('payment-payee-differs', { payee: due });
    issues.push(refusal('payment-payee-differs', `${expression}.payee`, text));
  }
  if (invoice.status === 'cancelled' || invoice.status === 'entered-in-error') {
    const text = say('payment-invoice-closed', { status: invoice.status });
    issues.push(refusal('payment-invoice-closed', `${expression}.request`, text));
  }
  return issues;
};
