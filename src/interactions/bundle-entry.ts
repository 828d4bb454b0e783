import type { Resource } from '../fhir/resource.ts';
import type { Criteria } from './criteria.ts';

/** The methods that an entry of a batch or transaction may have. https://hl7.org/fhir/R4/valueset-http-verb.html */
export const ENTRY_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type EntryMethod = (typeof ENTRY_METHODS)[number];

/** Headers that an entry has in place of a request's own. */
export interface EntryConditions {
  ifMatch?: string;
  ifNoneMatch?: string;
  ifModifiedSince?: string;
  ifNoneExist?: string;
}

/** What one entry of a batch or transaction asks for. */
export interface BundleEntry {
  /** Its place in the Bundle, from 0. */
  index: number;
  method: EntryMethod;
  /** R4's code of the interaction. */
  interaction: string;
  /** Empty for the whole system. */
  resourceType: string;
  /** Absent where the resource has none yet, or is named by criteria. */
  id?: string;
  versionId?: string;
  /** Code of the operation that is called, without the dollar sign; `interaction` is `operation` then. */
  operation?: string;
  /** Of the url. */
  parameters: Criteria;
  conditions: EntryConditions;
  fullUrl?: string;
  /** Present in what creates, updates or patches; its JSON, and the text that it was sent in. */
  resource?: { value: Resource; text: string };
}
