import type { PaymentNotice, PaymentReconciliation } from 'fhir/r4.js';
import { addDecimals, compareDecimals, type Decimal, subtractDecimals, ZERO } from '../../fhir/decimal.ts';
import { type AccountBalance, amountOf, type InvoiceAccount, invoiceAccount, invoiceName } from './invoice-account.ts';
import { invoiceCurrency } from './settle-invoice.ts';

/** Why money does not match, by code, with one line of what it means. */
export const MISMATCHES = {
  'not-reconciled': 'The payment of a notice is not reconciled with this invoice yet.',
  'told-more': 'Notices of the payment come to more than its reconciliation settles of this invoice.',
  'settled-more': 'The reconciliation settles more of this invoice than notices of the payment tell.',
  'no-notice': 'The reconciliation settles something of this invoice, and no active notice tells of that payment.',
  'part-paid': 'Something was paid for the invoice, and something is left to pay.',
  'over-paid': 'More was paid for the invoice than was due.',
  'no-invoice': 'A notice is for no invoice.',
  'not-allotted': 'A payment is larger than what its details settle.',
} as const;

/** Money that does not match. */
export interface Mismatch {
  reason: keyof typeof MISMATCHES;
  amount: Decimal;
  currency: string;
  /** `Type/id` of the invoice, of the reconciliation, and of the notices that it concerns. */
  invoice?: string;
  payment?: string;
  notices: readonly string[];
}

interface Settings {
  baseUrl: string;
  currency: string;
}

const noticeName = ({ id }: PaymentNotice): string => `PaymentNotice/${id}`;

const isMore = (a: Decimal, b: Decimal): boolean => compareDecimals(a, b) > 0;

/** What does not match in the account of one invoice, with what it comes to. */
export const unmatchedOfAccount = (
  account: InvoiceAccount,
  { baseUrl, currency: byDefault }: Settings,
): { balance: AccountBalance; currency: string; mismatches: Mismatch[] } => {
  const balance = invoiceAccount(account, baseUrl);
  const currency = invoiceCurrency(account.invoice, byDefault);
  const invoice = invoiceName(account.invoice);
  const mismatches: Mismatch[] = [];
  const add = (reason: Mismatch['reason'], amount: Decimal, more: Partial<Mismatch> = {}): void => {
    mismatches.push({ reason, amount, currency, invoice, notices: [], ...more });
  };
  for (const { payment, reconciliation, notices, told, settled } of balance.settlements) {
    const names = { ...(payment === undefined ? {} : { payment }), notices: notices.map(noticeName) };
    if (reconciliation === undefined) add('not-reconciled', told, names);
    else if (notices.length === 0) add('no-notice', settled, names);
    else if (isMore(told, settled)) add('told-more', subtractDecimals(told, settled), names);
    else if (isMore(settled, told)) add('settled-more', subtractDecimals(settled, told), names);
  }
  const { due, paid } = balance;
  if (isMore(paid, due)) add('over-paid', subtractDecimals(paid, due));
  else if (isMore(paid, ZERO) && isMore(due, paid)) add('part-paid', subtractDecimals(due, paid));
  return { balance, currency, mismatches };
};

/** An active notice that is for no invoice. */
export const unmatchedNotice = (notice: PaymentNotice, { currency }: Settings): Mismatch => ({
  reason: 'no-invoice',
  amount: amountOf(notice.amount),
  currency: notice.amount?.currency ?? currency,
  notices: [noticeName(notice)],
});

/** What of an active reconciliation its details do not settle. */
export const unallotted = (
  { id, paymentAmount, detail = [] }: PaymentReconciliation,
  { currency }: Settings,
): Mismatch[] => {
  const allotted = detail.map(({ amount }) => amountOf(amount)).reduce(addDecimals, ZERO);
  const left = subtractDecimals(amountOf(paymentAmount), allotted);
  return isMore(left, ZERO)
    ? [
        {
          reason: 'not-allotted',
          amount: left,
          currency: paymentAmount.currency ?? currency,
          payment: `PaymentReconciliation/${id}`,
          notices: [],
        },
      ]
    : [];
};
