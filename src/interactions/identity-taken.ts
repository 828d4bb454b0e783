import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Identity } from '../insurance/insurance-rule.ts';
import type { CommitResult } from '../store/store.ts';

/** Longest part of an identifier's value that is told. */
const MOST_TOLD = 100;

/** The refusal (409) of a resource whose business identifier another one has. Names the identifier, its place, and the other one. */
export const identityTaken = (
  identities: readonly Identity[],
  { identity, key: { resourceType, id } }: Extract<CommitResult, { outcome: 'identity-taken' }>,
): FhirError => {
  const { value, expression } = identities.find(({ key }) => key === identity)!;
  return refuse(
    'identity-taken',
    `A different ${resourceType} with the identifier ${value.slice(0, MOST_TOLD)} of the same provider is stored already as ` +
      `${resourceType}/${id}. Give this ${resourceType} an identifier of its own, or update the stored one with PUT.`,
    { expression },
  );
};
