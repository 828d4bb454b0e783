import type { Deps, InteractionResult } from './context.ts';
import { historyBundle } from './history-bundle.ts';

/**
 * The versions of all resources in the order of their commits, newest first unless asked otherwise, deletions included: of those types
 * whose history is enabled. Parameters are given with percent decoding done.
 * @throws {FhirError} what `historyBundle` throws
 * https://hl7.org/fhir/R4/http.html#history
 */
export const historySystem = (
  deps: Deps,
  parameters: readonly (readonly [name: string, value: string])[],
): Promise<InteractionResult> => {
  const types = [...deps.capability.types.values()].filter(({ interactions }) => interactions.has('history-type'));
  const resourceTypes = types.map(({ resourceType }) => resourceType);
  return historyBundle(deps, { of: { resourceTypes }, path: '_history', parameters });
};
