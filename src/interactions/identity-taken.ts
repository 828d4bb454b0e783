import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Identity } from '../insurance/insurance-rule.ts';
import type { CommitResult } from '../store/store.ts';
import type { Deps } from './context.ts';

/**
 * The refusal (409) of a resource whose business identity another one has. Names the identity, its place, and the other one where whoever
 * asks may see it.
 */
export const identityTaken = async (
  deps: Deps,
  identities: readonly Identity[],
  { identity, key: { resourceType, id } }: Extract<CommitResult, { outcome: 'identity-taken' }>,
): Promise<FhirError> => {
  const { told, expression } = identities.find(({ key }) => key === identity)!;
  if (deps.access !== undefined && (await deps.store.read({ resourceType, id })) === undefined) {
    return refuse(
      'identity-taken',
      `A different ${resourceType} with ${told} is stored already. Give this ${resourceType} one of its own.`,
      { expression },
    );
  }
  return refuse(
    'identity-taken',
    `A different ${resourceType} with ${told} is stored already as ${resourceType}/${id}. ` +
      `Give this ${resourceType} one of its own, or update the stored one with PUT.`,
    { expression },
  );
};
