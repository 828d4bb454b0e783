import type { Invoice } from 'fhir/r4.js';
import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import { sameJson } from '../fhir/same-content.ts';
import { refusal } from './insurance-refusals.ts';
import type { InsuranceContext, InsuranceRule } from './insurance-rule.ts';
import { accountLookups, accountsWith } from './payment/account-lookups.ts';
import { hasPayments, invoiceCurrency, settleInvoice } from './payment/settle-invoice.ts';
import { type Message, say } from './texts/say.ts';

const invoiceOf = (resource: Resource): Invoice => resource as unknown as Invoice;

const judge = (resource: Resource, { previous, currency }: InsuranceContext): Issue[] => {
  const [before, after] = [previous && invoiceOf(previous), invoiceOf(resource)];
  if (before === undefined || !hasPayments(before)) return [];
  const refuse = (expression: string, text: Message): Issue[] => [refusal('invoice-paid', expression, text)];
  if (after.status === 'cancelled' || after.status === 'entered-in-error') {
    return refuse('Invoice.status', say('invoice-paid'));
  }
  return invoiceCurrency(after, currency) === invoiceCurrency(before, currency)
    ? []
    : refuse('Invoice.totalGross.currency', say('invoice-paid-currency'));
};

/** What is open of the invoice and whether it is balanced, where what a client says of it is not what was paid. */
const effects = (exact: Resource, { found, id, baseUrl, currency }: InsuranceContext): Resource[] => {
  const [account] = accountsWith(found, { ...exact, id }, baseUrl);
  if (account === undefined) return [];
  const { invoice } = settleInvoice(account, { baseUrl, currency });
  return sameJson(invoice, account.invoice) ? [] : [invoice as unknown as Resource];
};

/**
 * An invoice to a family or a bill of a facility. As soon as a payment of it is told, its status and the balance that it carries follow
 * from its payment notices. https://hl7.org/fhir/R4/invoice.html
 */
export const invoiceRule: InsuranceRule = {
  // The invoice itself is the one that is about to be written.
  lookups: (_resource, found, { id }) => accountLookups([`Invoice/${id}`], { ...found, invoices: [] }),
  judge,
  effects,
  judgeDeletion: (_answer, resource) =>
    hasPayments(invoiceOf(resource)) ? [refusal('invoice-paid', 'Invoice', say('invoice-paid'))] : [],
};
