import { refuse } from '../fhir/fhir-error.ts';

/** A version as the ETag header names it: `W/"3"`. https://hl7.org/fhir/R4/http.html#versioning */
export const versionToEtag = (versionId: number): string => `W/"${versionId}"`;

/**
 * The version that If-Match names: a number, or `*` for any that exists.
 * https://hl7.org/fhir/R4/http.html#concurrency
 */
export const readIfMatch = (header: string): number | '*' => {
  const value = header.trim();
  if (value === '*') return '*';
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(value)?.[1];
  if (version === undefined) {
    throw refuse('header-malformed', 'If-Match must hold one version as it stands in ETag: W/"3".');
  }
  return Number(version);
};
