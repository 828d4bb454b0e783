import { FhirError } from '../fhir/fhir-error.ts';
import { MOST_ISSUES } from '../fhir/issue.ts';

/** Several refusals as one: the status of the first, and the issues of all up to the most that one answer holds. */
export const allFaults = (faults: readonly FhirError[]): FhirError =>
  new FhirError(faults[0]!.status, faults.flatMap(({ issues }) => issues).slice(0, MOST_ISSUES));
