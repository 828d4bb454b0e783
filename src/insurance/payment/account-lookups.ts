import type { Invoice, PaymentNotice, PaymentReconciliation } from 'fhir/r4.js';
import type { Resource } from '../../fhir/resource.ts';
import type { Found, Lookups } from '../insurance-rule.ts';
import { targetOf } from '../insured-reference.ts';
import { type InvoiceAccount, invoiceName } from './invoice-account.ts';

/** The invoices (`Invoice/id`) among what is paid, each once. */
export const invoicesAmong = (requests: readonly (string | undefined)[]): string[] =>
  [...new Set(requests.filter(request => request?.startsWith('Invoice/') === true))] as string[];

/**
 * What the accounts of invoices are made of. The invoices are read first: a payment that comes later than that changes them, and what was
 * judged without it is judged anew.
 */
export const accountLookups = (invoices: readonly string[], found: Found): Lookups => {
  if (invoices.length === 0) return {};
  if (found.invoices === undefined) return { invoices: { references: invoices, exact: true } };
  const names = invoices.join(',');
  return {
    notices: { resourceType: 'PaymentNotice', parameters: [['request', names]], exact: true },
    reconciliations: { resourceType: 'PaymentReconciliation', parameters: [['detail-request', names]], exact: true },
  };
};

/** The accounts of the invoices that were found. */
export const accountsOf = (found: Found, baseUrl: string): InvoiceAccount[] => {
  const notices = Map.groupBy((found.notices ?? []) as unknown as PaymentNotice[], ({ request }) =>
    targetOf(request, baseUrl),
  );
  const reconciliations = new Map<string, PaymentReconciliation[]>();
  for (const each of (found.reconciliations ?? []) as unknown as PaymentReconciliation[]) {
    for (const request of invoicesAmong((each.detail ?? []).map(detail => targetOf(detail.request, baseUrl)))) {
      const naming = reconciliations.get(request);
      if (naming === undefined) reconciliations.set(request, [each]);
      else naming.push(each);
    }
  }
  return ((found.invoices ?? []) as unknown as Invoice[]).map(invoice => ({
    invoice,
    notices: notices.get(invoiceName(invoice)) ?? [],
    reconciliations: reconciliations.get(invoiceName(invoice)) ?? [],
  }));
};

const LISTS = { Invoice: 'invoices', PaymentNotice: 'notices', PaymentReconciliation: 'reconciliations' } as const;

/** The same, with a resource that is about to be written in the place of what is stored of it. */
export const accountsWith = (
  found: Found,
  written: Resource & { id: string; resourceType: string },
  baseUrl: string,
): InvoiceAccount[] => {
  const list = LISTS[written.resourceType as keyof typeof LISTS];
  const others = (found[list] ?? []).filter(({ id }) => id !== written.id);
  return accountsOf({ ...found, [list]: [...others, written] }, baseUrl);
};
