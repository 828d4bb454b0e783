import { parseExact } from '../fhir/exact-json.ts';
import { refuse } from '../fhir/fhir-error.ts';
import { parseReference } from '../fhir/reference.ts';
import type { Resource } from '../fhir/resource.ts';
import type { Found } from '../insurance/insurance-rule.ts';
import { createUnmatchedReport, type UnmatchedReport } from '../insurance/payment/unmatched-report.ts';
import type { Deps } from '../interactions/context.ts';
import { foundPages } from '../interactions/found-pages.ts';
import { lookUp } from '../interactions/look-up.ts';
import { read } from '../interactions/read.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { parametersResult } from './parameters-result.ts';

const addInvoices = async (deps: Deps, report: UnmatchedReport, invoices: readonly Resource[]): Promise<Found> => {
  const { found } = await lookUp(deps, before => report.lookups(invoices, before));
  report.addInvoices(invoices, found);
  return found;
};

/** One invoice, and what reconciliations that settle something of it leave over. */
const addInvoice = async (deps: Deps, report: UnmatchedReport, invoice: Resource): Promise<void> => {
  const { reconciliations = [] } = await addInvoices(deps, report, [invoice]);
  report.addReconciliations(reconciliations.filter(({ status }) => status === 'active'));
};

const addAll = async (deps: Deps, report: UnmatchedReport): Promise<void> => {
  const pages = (resourceType: string, ...parameters: [string, string][]) =>
    foundPages(deps, { resourceType, parameters, exact: true });
  for await (const page of pages('Invoice')) await addInvoices(deps, report, page);
  for await (const page of pages('PaymentNotice', ['status', 'active'])) report.addNotices(page);
  for await (const page of pages('PaymentReconciliation', ['status', 'active'])) report.addReconciliations(page);
};

const readInvoice = async (deps: Deps, reference: string): Promise<Resource> => {
  const target = parseReference(reference, deps.settings.baseUrl);
  if (target.kind !== 'local' || target.resourceType !== 'Invoice') {
    throw refuse('operation-parameter-invalid', 'The parameter invoice must name one, like Invoice/123.');
  }
  const { body } = await read(deps, 'Invoice', target.id);
  return parseExact(body!) as Resource;
};

/**
 * Lists what does not match among invoices, payment notices and reconciliations, and why; of one invoice, or of all. Before it, what all
 * active notices come to and how much of that is reconciled, by currency. Reads page by page; what is written meanwhile may be missed.
 */
export const unmatched: Operation = {
  code: 'unmatched',
  levels: new Set(['type']),
  affectsState: false,
  run: async (deps, request) => {
    const { invoice } = readOperationInput(request, { invoice: 'text' }, deps.settings.maxDepth);
    const report = createUnmatchedReport(deps.settings);
    if (invoice === undefined) await addAll(deps, report);
    else await addInvoice(deps, report, await readInvoice(deps, invoice));
    return parametersResult(report.parameters());
  },
};
