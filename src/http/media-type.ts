import { refuse } from '../fhir/fhir-error.ts';

export const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/** What may stand in Accept, Content-Type and `_format` for the JSON that this server speaks. */
const JSON_TYPES = new Set(['application/fhir+json', 'application/json', 'text/json', 'json']);
const ANY = new Set(['*/*', 'application/*']);

const servesVersion = (parameters: readonly string[]): boolean =>
  parameters.every(parameter => {
    const [name, value] = parameter.trim().split('=');
    return name?.toLowerCase() !== 'fhirversion' || /^"?4\.0/.test(value ?? '');
  });

const serves = (range: string): boolean => {
  const [type = '', ...parameters] = range.split(';');
  const name = type.trim().toLowerCase();
  if (parameters.some(parameter => /^\s*q=0(\.0*)?\s*$/.test(parameter))) return false;
  return (JSON_TYPES.has(name) || ANY.has(name)) && servesVersion(parameters);
};

/** Accept headers seen before; clients send a handful of different ones. */
const judged = new Map<string, boolean>();

const accepts = (header: string): boolean => {
  let answer = judged.get(header);
  if (answer === undefined) {
    answer = header.split(',').some(serves);
    if (judged.size < 1000) judged.set(header, answer);
  }
  return answer;
};

/**
 * Lets a request pass if its client takes FHIR JSON. `_format` goes before Accept; without either anything is taken.
 * https://hl7.org/fhir/R4/http.html#mime-type
 * @throws {FhirError} 406
 */
export const requireAcceptable = (accept: string | undefined, format: string | undefined): void => {
  // In a query, the plus of application/fhir+json arrives as a blank unless it was encoded.
  const asked = format === undefined ? accept : format.replace(' ', '+');
  if (asked === undefined || asked === '' || accepts(asked)) return;
  throw refuse('accept-not-served', 'Only FHIR R4 as JSON is served. Ask for application/fhir+json.');
};
