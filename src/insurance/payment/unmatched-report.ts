import type { Invoice, ParametersParameter, PaymentNotice, PaymentReconciliation } from 'fhir/r4.js';
import { addDecimals, type Decimal, subtractDecimals, ZERO } from '../../fhir/decimal.ts';
import type { Resource } from '../../fhir/resource.ts';
import { money } from '../claim-amounts.ts';
import type { Found, Lookups, Scheme } from '../insurance-rule.ts';
import { targetOf } from '../insured-reference.ts';
import { accountLookups, accountsOf } from './account-lookups.ts';
import { amountOf, invoiceName } from './invoice-account.ts';
import { MISMATCHES, type Mismatch, unallotted, unmatchedNotice, unmatchedOfAccount } from './unmatched.ts';

/** Most that one report lists; sums are of all. */
const MOST_LISTED = 1000;

/** What is handed in page by page, and what it comes to. */
export interface UnmatchedReport {
  /** What belongs to a page of invoices. */
  lookups(invoices: readonly Resource[], found: Found): Lookups;
  addInvoices(invoices: readonly Resource[], found: Found): void;
  /** Active notices; those for invoices are passed over. */
  addNotices(notices: readonly Resource[]): void;
  /** Active reconciliations: what of them is not allotted. */
  addReconciliations(reconciliations: readonly Resource[]): void;
  /** Parameters of the answer: the balance of each currency, then what does not match. */
  parameters(): ParametersParameter[];
}

const referencePart = (name: string, reference: string | undefined): ParametersParameter[] =>
  reference === undefined ? [] : [{ name, valueReference: { reference } }];

const mismatchParameter = (mismatch: Mismatch): ParametersParameter => ({
  name: 'unmatched',
  part: [
    { name: 'reason', valueCode: mismatch.reason },
    { name: 'amount', valueMoney: money(mismatch.amount, mismatch.currency) },
    ...referencePart('invoice', mismatch.invoice),
    ...referencePart('payment', mismatch.payment),
    ...mismatch.notices.flatMap(notice => referencePart('notice', notice)),
    { name: 'text', valueString: MISMATCHES[mismatch.reason] },
  ],
});

interface Sums {
  paid: Decimal;
  reconciled: Decimal;
}

const balanceParameter = ([currency, { paid, reconciled }]: [string, Sums]): ParametersParameter => ({
  name: 'balance',
  part: [
    { name: 'paid', valueMoney: money(paid, currency) },
    { name: 'reconciled', valueMoney: money(reconciled, currency) },
    { name: 'open', valueMoney: money(subtractDecimals(paid, reconciled), currency) },
  ],
});

/** Gathers what does not match among invoices, payment notices and reconciliations. All resources with exact numbers. */
export const createUnmatchedReport = (scheme: Scheme): UnmatchedReport => {
  const sums = new Map<string, Sums>();
  const listed: Mismatch[] = [];
  let isCut = false;
  const list = (mismatches: readonly Mismatch[]): void => {
    for (const mismatch of mismatches) {
      if (listed.length < MOST_LISTED) listed.push(mismatch);
      else isCut = true;
    }
  };
  const count = (currency: string, paid: Decimal, reconciled: Decimal): void => {
    const before = sums.get(currency) ?? { paid: ZERO, reconciled: ZERO };
    sums.set(currency, {
      paid: addDecimals(before.paid, paid),
      reconciled: addDecimals(before.reconciled, reconciled),
    });
  };
  return {
    lookups: (invoices, found) =>
      accountLookups(
        invoices.map(invoice => invoiceName(invoice as unknown as Invoice)),
        { ...found, invoices },
      ),
    addInvoices: (invoices, found) => {
      for (const account of accountsOf({ ...found, invoices }, scheme.baseUrl)) {
        const { balance, currency, mismatches } = unmatchedOfAccount(account, scheme);
        if (balance.settlements.length > 0) count(currency, balance.paid, balance.reconciled);
        list(mismatches);
      }
    },
    addNotices: notices => {
      for (const notice of notices as unknown as PaymentNotice[]) {
        if (targetOf(notice.request, scheme.baseUrl)?.startsWith('Invoice/')) continue;
        const mismatch = unmatchedNotice(notice, scheme);
        count(mismatch.currency, amountOf(notice.amount), ZERO);
        list([mismatch]);
      }
    },
    addReconciliations: reconciliations => {
      for (const each of reconciliations as unknown as PaymentReconciliation[]) list(unallotted(each, scheme));
    },
    parameters: () => [
      ...[...sums].map(balanceParameter),
      ...listed.map(mismatchParameter),
      ...(isCut ? [{ name: 'more', valueBoolean: true }] : []),
    ],
  };
};
