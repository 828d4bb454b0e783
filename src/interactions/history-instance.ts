import { refuse } from '../fhir/fhir-error.ts';
import type { Deps, InteractionResult } from './context.ts';
import { historyBundle } from './history-bundle.ts';
import { requirePermission } from './require-permission.ts';

/** The resource whose history is asked for, and the parameters, percent decoding done. */
export interface HistoryInstanceRequest {
  resourceType: string;
  id: string;
  parameters: readonly (readonly [name: string, value: string])[];
}

/**
 * The versions of a resource, newest first unless asked otherwise, deletions included.
 * @throws {FhirError} 404 `resource-unknown` where there never was one, and what `historyBundle` throws
 * https://hl7.org/fhir/R4/http.html#history
 */
export const historyInstance = async (
  deps: Deps,
  { resourceType, id, parameters }: HistoryInstanceRequest,
): Promise<InteractionResult> => {
  requirePermission(deps, resourceType, 'read');
  const of = { resourceType, id };
  const path = `${resourceType}/${id}/_history`;
  const history = await historyBundle(deps, { of, path, resourceType, parameters });
  if ((await deps.store.read(of)) === undefined) {
    throw refuse('resource-unknown', `There is no ${resourceType} with id ${id}.`);
  }
  return history;
};
