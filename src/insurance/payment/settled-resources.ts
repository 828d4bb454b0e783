import type { Resource } from '../../fhir/resource.ts';
import type { InsuranceContext } from '../insurance-rule.ts';
import { accountsWith } from './account-lookups.ts';
import { settleInvoice } from './settle-invoice.ts';

/**
 * What follows from a notice or a reconciliation: the invoices that it is for, each in a new version even where it says the same, so that
 * of two payments at the same moment one is judged after the other; and the notices whose payment status turns.
 */
export const settledResources = (exact: Resource, context: InsuranceContext): Resource[] =>
  accountsWith(context.found, { ...exact, id: context.id }, context.baseUrl).flatMap(account => {
    const { invoice, notices } = settleInvoice(account, context);
    return [invoice, ...notices] as unknown as Resource[];
  });
