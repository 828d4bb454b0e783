import type { Invoice, Money, PaymentNotice, PaymentReconciliation } from 'fhir/r4.js';
import { addDecimals, compareDecimals, type Decimal, decimalOf, minDecimal, ZERO } from '../../fhir/decimal.ts';
import { targetOf } from '../insured-reference.ts';

/** An invoice or bill with all that names it, as stored; decimals may be raw numbers. */
export interface InvoiceAccount {
  invoice: Invoice;
  notices: readonly PaymentNotice[];
  reconciliations: readonly PaymentReconciliation[];
}

/** One payment towards one invoice: what notices tell of it, and what its reconciliation settles. */
export interface Settlement {
  /** `PaymentReconciliation/id` where the notices name it so. */
  payment: string | undefined;
  /** The reconciliation, where it is here and active. */
  reconciliation?: PaymentReconciliation;
  /** Active notices by day of payment, then id. */
  notices: readonly PaymentNotice[];
  /** Sum of the notices. */
  told: Decimal;
  /** Sum of the reconciliation's details for the invoice. */
  settled: Decimal;
  /** The lesser of the two: what both sides agree on. */
  reconciled: Decimal;
}

/** What an account comes to. Amounts are in the currency of the invoice; `open` is below zero where more was paid than is due. */
export interface AccountBalance {
  due: Decimal;
  paid: Decimal;
  reconciled: Decimal;
  settlements: readonly Settlement[];
}

/** An amount of money; nothing where there is none. */
export const amountOf = (money: Money | undefined): Decimal =>
  money?.value === undefined ? ZERO : decimalOf(money.value);

/** `Invoice/id` of an invoice. */
export const invoiceName = ({ id }: Invoice): string => `Invoice/${id}`;

/** The details of a reconciliation that are for the resource (`Type/id`). */
export const detailsFor = ({ detail = [] }: PaymentReconciliation, request: string, baseUrl: string) =>
  detail.filter(each => targetOf(each.request, baseUrl) === request);

const byDay = (a: PaymentNotice, b: PaymentNotice): number => {
  const [first, second] = [`${a.paymentDate ?? ''} ${a.id}`, `${b.paymentDate ?? ''} ${b.id}`];
  return first < second ? -1 : first > second ? 1 : 0;
};

const sum = (amounts: readonly Decimal[]): Decimal => amounts.reduce(addDecimals, ZERO);

/** Puts together what was paid for an invoice. Only active notices and reconciliations count; the order they came in does not. */
export const invoiceAccount = (account: InvoiceAccount, baseUrl: string): AccountBalance => {
  const name = invoiceName(account.invoice);
  const told = new Map<string | undefined, PaymentNotice[]>();
  for (const notice of account.notices) {
    if (notice.status !== 'active' || targetOf(notice.request, baseUrl) !== name) continue;
    const payment = targetOf(notice.payment, baseUrl);
    told.set(payment, [...(told.get(payment) ?? []), notice]);
  }
  const active = new Map<string | undefined, PaymentReconciliation>();
  for (const reconciliation of account.reconciliations) {
    const isFor = detailsFor(reconciliation, name, baseUrl).length > 0;
    if (reconciliation.status === 'active' && isFor) {
      active.set(`PaymentReconciliation/${reconciliation.id}`, reconciliation);
    }
  }
  const settlements = [...new Set([...told.keys(), ...active.keys()])].map((payment): Settlement => {
    const notices = (told.get(payment) ?? []).sort(byDay);
    const reconciliation = active.get(payment);
    const paid = sum(notices.map(({ amount }) => amountOf(amount)));
    const details = reconciliation === undefined ? [] : detailsFor(reconciliation, name, baseUrl);
    const settled = sum(details.map(({ amount }) => amountOf(amount)));
    return {
      payment,
      ...(reconciliation === undefined ? {} : { reconciliation }),
      notices,
      told: paid,
      settled,
      reconciled: minDecimal(paid, settled),
    };
  });
  return {
    due: amountOf(account.invoice.totalGross),
    paid: sum(settlements.map(each => each.told)),
    reconciled: sum(settlements.map(each => each.reconciled)),
    settlements,
  };
};

/** The notices that a reconciliation covers wholly, by day of payment, as far as its amount for the invoice reaches. */
export const coveredNotices = ({ notices, reconciled }: Settlement): ReadonlySet<PaymentNotice> => {
  const covered = new Set<PaymentNotice>();
  let reached = ZERO;
  for (const notice of notices) {
    reached = addDecimals(reached, amountOf(notice.amount));
    if (compareDecimals(reached, reconciled) > 0) break;
    covered.add(notice);
  }
  return covered;
};
