import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Identity } from '../insurance/insurance-rule.ts';
import type { CommitResult } from '../store/store.ts';

/** The refusal (409) of a resource whose business identity another one has. Names the identity, its place, and the other one. */
export const identityTaken = (
  identities: readonly Identity[],
  { identity, key: { resourceType, id } }: Extract<CommitResult, { outcome: 'identity-taken' }>,
): FhirError => {
  const { told, expression } = identities.find(({ key }) => key === identity)!;
  return refuse(
    'identity-taken',
    `A different ${resourceType} with ${told} is stored already as ${resourceType}/${id}. ` +
      `Give this ${resourceType} one of its own, or update the stored one with PUT.`,
    { expression },
  );
};
