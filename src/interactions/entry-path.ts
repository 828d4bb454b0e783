import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import { isId } from '../fhir/reference.ts';
import type { Criteria } from './criteria.ts';

/** What the url of a Bundle's entry names, below the base: the steps of its path, and its query, percent decoding done. */
export interface EntryPath {
  steps: readonly string[];
  query: Criteria;
}

const malformed = (text: string): FhirError => refuse('bundle-entry-malformed', text);

/** The part of a url below the base: of an absolute one of this server, one that begins with a slash, or one that is relative. */
const belowBase = (url: string, baseUrl: string): string => {
  if (/^[a-z][a-z0-9+.-]*:/i.test(url)) {
    if (url === baseUrl || url.startsWith(`${baseUrl}/`) || url.startsWith(`${baseUrl}?`))
      return url.slice(baseUrl.length);
    throw malformed('The url is one of another server. Write it below the base of this one, like Patient/123.');
  }
  const { pathname } = new URL(baseUrl);
  return pathname !== '/' && url.startsWith(`${pathname}/`) ? url.slice(pathname.length) : url;
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed('The url is not percent-encoded UTF-8. Write a % itself as %25.');
  }
};

/**
 * Reads the url of a Bundle's entry as the paths of the API are read. @throws {FhirError} 400
 * https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request.url
 */
export const readEntryPath = (url: string, baseUrl: string): EntryPath => {
  const below = belowBase(url, baseUrl);
  if (below.includes('#'))
    throw malformed('The url has a #. Write the path, like Patient/123, and no more than a query behind it.');
  const mark = below.indexOf('?');
  const path = mark < 0 ? below : below.slice(0, mark);
  const query = mark < 0 ? '' : below.slice(mark + 1);
  if (query.includes('%')) decoded(query);
  const steps = path.replace(/^\//, '').replace(/\/$/, '').split('/').map(decoded);
  return { steps: steps.length === 1 && steps[0] === '' ? [] : steps, query: [...new URLSearchParams(query)] };
};

/** @throws {FhirError} 400 for a step of a path that cannot be an id */
export const requireEntryId = (id: string): string => {
  if (isId(id)) return id;
  throw refuse('id-malformed', 'An id has 1 to 64 characters out of A-Z, a-z, 0-9, - and a point.');
};
