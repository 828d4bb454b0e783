import { refuse } from '../fhir/fhir-error.ts';

/** The parameters of a query or a form in their order, repeated ones too. */
export type QueryParameters = readonly (readonly [name: string, value: string])[];

const NONE: QueryParameters = [];

/**
 * Reads the text of a query (without its question mark) or of a form.
 * @throws {FhirError} 400 `request-malformed` for percent-encoding that stands for no text
 */
export const readQueryParameters = (text: string): QueryParameters => {
  if (text === '') return NONE;
  try {
    // URLSearchParams itself takes anything, and would search for what nobody meant.
    if (text.includes('%')) decodeURIComponent(text);
  } catch {
    throw refuse('request-malformed', 'The search parameters are not percent-encoded UTF-8. Write a % itself as %25.');
  }
  return [...new URLSearchParams(text)];
};
