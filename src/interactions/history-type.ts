import type { Deps, InteractionResult } from './context.ts';
import { historyBundle } from './history-bundle.ts';
import { requirePermission } from './require-permission.ts';

/** The type whose history is asked for, and the parameters, percent decoding done. */
export interface HistoryTypeRequest {
  resourceType: string;
  parameters: readonly (readonly [name: string, value: string])[];
}

/**
 * The versions of all resources of a type in the order of their commits, newest first unless asked otherwise, deletions included.
 * @throws {FhirError} what `historyBundle` throws
 * https://hl7.org/fhir/R4/http.html#history
 */
export const historyType = async (
  deps: Deps,
  { resourceType, parameters }: HistoryTypeRequest,
): Promise<InteractionResult> => {
  requirePermission(deps, resourceType, 'search');
  return historyBundle(deps, {
    of: { resourceTypes: [resourceType] },
    path: `${resourceType}/_history`,
    resourceType,
    parameters,
  });
};
