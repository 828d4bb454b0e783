import type { Extension, Invoice, PaymentNotice } from 'fhir/r4.js';
import { compareDecimals, decimalOf, subtractDecimals, ZERO } from '../../fhir/decimal.ts';
import { money } from '../claim-amounts.ts';
import { codeOf, kiungoExtension } from '../kiungo-codes.ts';
import { type AccountBalance, coveredNotices, type InvoiceAccount, invoiceAccount } from './invoice-account.ts';

const PAYMENT_STATUS = 'http://terminology.hl7.org/CodeSystem/paymentstatus';

/** The currency of an invoice; that of the scheme where it says none. */
export const invoiceCurrency = ({ totalGross }: Invoice, byDefault: string): string =>
  totalGross?.currency ?? byDefault;

const balanceExtension = ({ due, paid, reconciled }: AccountBalance, currency: string): Extension => ({
  url: kiungoExtension('invoice-balance'),
  extension: [
    { url: 'paid', valueMoney: money(paid, currency) },
    { url: 'reconciled', valueMoney: money(reconciled, currency) },
    { url: 'open', valueMoney: money(subtractDecimals(due, paid), currency) },
  ],
});

/** Balanced as soon as all is paid, and issued again when that was reversed. An invoice that is called off stays so. */
const followingStatus = ({ status }: Invoice, { due, paid }: AccountBalance): Invoice['status'] => {
  if (status === 'cancelled' || status === 'entered-in-error') return status;
  if (compareDecimals(paid, due) >= 0) return 'balanced';
  return status === 'balanced' ? 'issued' : status;
};

const settledInvoice = (account: InvoiceAccount, balance: AccountBalance, byDefault: string): Invoice => {
  const { invoice } = account;
  const others = (invoice.extension ?? []).filter(({ url }) => url !== kiungoExtension('invoice-balance'));
  const { extension: _extension, ...rest } = invoice;
  const isTouched = account.notices.length > 0 || account.reconciliations.length > 0;
  const extension = isTouched ? [...others, balanceExtension(balance, invoiceCurrency(invoice, byDefault))] : others;
  const settled = extension.length === 0 ? rest : { ...rest, extension };
  return isTouched ? { ...settled, status: followingStatus(invoice, balance) } : settled;
};

/** A notice as its reconciliation leaves it; what is not here yet leaves it as it is. */
const clearedNotice = (notice: PaymentNotice, isCovered: boolean): PaymentNotice => {
  const code = isCovered ? 'cleared' : 'paid';
  if (codeOf(notice.paymentStatus) === code) return notice;
  return { ...notice, paymentStatus: { coding: [{ system: PAYMENT_STATUS, code }] } };
};

/** What an invoice and its notices are to be after something of its account has changed. */
export interface Settled {
  invoice: Invoice;
  /** The notices whose payment status changes. */
  notices: readonly PaymentNotice[];
}

/**
 * The invoice of an account with the status and the balance that follow from all that was paid, and the notices that turn from paid to
 * cleared or back because their reconciliation is here. A notice whose reconciliation is not here keeps what it says.
 */
export const settleInvoice = (
  account: InvoiceAccount,
  { baseUrl, currency }: { baseUrl: string; currency: string },
): Settled => {
  const balance = invoiceAccount(account, baseUrl);
  const known = new Set(account.reconciliations.map(({ id }) => `PaymentReconciliation/${id}`));
  const notices: PaymentNotice[] = [];
  for (const settlement of balance.settlements) {
    if (settlement.payment === undefined || !known.has(settlement.payment)) continue;
    const covered = coveredNotices(settlement);
    for (const notice of settlement.notices) {
      const cleared = clearedNotice(notice, covered.has(notice));
      if (cleared !== notice) notices.push(cleared);
    }
  }
  return { invoice: settledInvoice(account, balance, currency), notices };
};

/** Whether money that counts has been paid for an invoice or reconciled with it, as the invoice says. */
export const hasPayments = ({ extension }: Invoice): boolean => {
  const balance = extension?.find(({ url }) => url === kiungoExtension('invoice-balance'));
  return (balance?.extension ?? []).some(
    ({ url, valueMoney }) =>
      url === 'paid' && valueMoney?.value !== undefined && compareDecimals(decimalOf(valueMoney.value), ZERO) !== 0,
  );
};
