import { type FhirError, refuse } from '../fhir/fhir-error.ts';

/**
 * The refusal of two entries that are about one resource. `what` names it, or says why it is one.
 * https://hl7.org/fhir/R4/http.html#trules
 */
export const entriesOverlap = (what: string, ...entries: readonly [number, number]): FhirError => {
  const [first, second] = entries.toSorted((a, b) => a - b);
  return refuse(
    'bundle-overlap',
    `Bundle.entry[${first}] and Bundle.entry[${second}] are about one resource (${what}). Make one entry of them.`,
    { expression: 'request' },
  );
};
