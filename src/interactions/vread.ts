import { refuse } from '../fhir/fhir-error.ts';
import type { Deps, InteractionResult } from './context.ts';
import { versionResult } from './read.ts';
import { requirePermission } from './require-permission.ts';

/**
 * One version of a resource, the current or an earlier one.
 * https://hl7.org/fhir/R4/http.html#vread
 */
export const vread = async (
  deps: Deps,
  resourceType: string,
  id: string,
  versionId: string,
): Promise<InteractionResult> => {
  requirePermission(deps, resourceType, 'read');
  const number = /^[1-9]\d{0,14}$/.test(versionId) ? Number(versionId) : undefined;
  const version = number === undefined ? undefined : await deps.store.readVersion({ resourceType, id }, number);
  if (version === undefined) {
    throw refuse(
      'version-unknown',
      `There is no version ${versionId} of ${resourceType}/${id}. GET its _history to see which there are.`,
    );
  }
  return versionResult(version);
};
