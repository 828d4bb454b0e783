import { FhirError } from '../../src/fhir/fhir-error.ts';

/** The rules by which a step was refused; other failures are none of the step's, and are thrown on. */
export const refusedRules = (error: unknown): string[] => {
  if (!(error instanceof FhirError)) throw error;
  return error.issues.map(({ rule }) => rule ?? '');
};
