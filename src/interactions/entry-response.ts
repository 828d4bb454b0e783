import { STATUS_CODES } from 'node:http';
import { formatInstant } from '../fhir/datetime.ts';
import type { FhirError } from '../fhir/fhir-error.ts';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import type { Json } from '../fhir/resource.ts';
import type { BundleEntry } from './bundle-entry.ts';
import type { InteractionResult, Prefer } from './context.ts';
import { isRead } from './entry-order.ts';
import { versionToEtag } from './etag.ts';
import { placeInBundle } from './place-in-bundle.ts';

const statusText = (status: number): string => `${status} ${STATUS_CODES[status]}`;

/** What of the result is shown in the entry: what was read always, what was written as the client prefers. */
const resourceOf = (entry: BundleEntry, { status, body }: InteractionResult, prefer: Prefer): string | undefined => {
  if (entry.method === 'HEAD' || status === 204 || status === 304) return undefined;
  // What an operation answers is told whatever is preferred.
  return isRead(entry) || entry.interaction === 'operation' || prefer.return === 'representation' ? body : undefined;
};

/**
 * The JSON text of a response entry: what became of a request entry that was carried out. With `Prefer: return=OperationOutcome` it tells
 * what was found, by places in the request Bundle.
 * https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.response
 */
export const entryResponse = (
  entry: BundleEntry,
  result: InteractionResult,
  { baseUrl, prefer }: { baseUrl: string; prefer: Prefer },
): string => {
  const { status, version, issues = [] } = result;
  const response: { [name: string]: Json } = { status: statusText(status) };
  if (version !== undefined) {
    const { resourceType, id, versionId, lastUpdated } = version;
    if (!isRead(entry) && status !== 204) {
      response.location = `${baseUrl}/${resourceType}/${id}/_history/${versionId}`;
    }
    response.etag = versionToEtag(versionId);
    response.lastModified = formatInstant(lastUpdated);
  }
  if (!isRead(entry) && prefer.return === 'OperationOutcome') {
    const placed = issues.map(issue => ({ ...issue, expression: placeInBundle(issue.expression, entry.index) }));
    response.outcome = operationOutcome(placed);
  }
  const resource = resourceOf(entry, result, prefer);
  const shown = resource === undefined ? '' : `"resource":${resource},`;
  return `{${shown}"response":${JSON.stringify(response)}}`;
};

/** The JSON text of a response entry whose request was refused. */
export const entryRefusal = ({ status, issues, headers }: FhirError): string => {
  const response: { [name: string]: Json } = { status: statusText(status) };
  if (headers.etag !== undefined) response.etag = headers.etag;
  response.outcome = operationOutcome(issues);
  return `{"response":${JSON.stringify(response)}}`;
};
