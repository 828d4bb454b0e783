import { parseExact } from '../fhir/exact-json.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { Prefer } from '../interactions/context.ts';
import type { QueryParameters } from './query-parameters.ts';

/** A JSON text, indented for people. Numbers stay as they are written. */
export const prettyText = (text: string): string => JSON.stringify(parseExact(text), undefined, 2);

/**
 * Whether `_pretty` asks for an indented answer. Another value than true and false is passed over in lenient handling.
 * https://hl7.org/fhir/R4/http.html#parameters
 * @throws {FhirError} 400 `search-parameter-invalid`
 */
export const readPretty = (parameters: QueryParameters, handling: () => Prefer['handling']): boolean => {
  for (const [name, value] of parameters) {
    if (name !== '_pretty') continue;
    if (value === 'true') return true;
    if (value !== 'false' && handling() === 'strict') {
      throw refuse('search-parameter-invalid', '"_pretty" must be true or false.');
    }
  }
  return false;
};
