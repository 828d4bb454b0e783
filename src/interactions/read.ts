import { refuse } from '../fhir/fhir-error.ts';
import type { StoredVersion } from '../store/store.ts';
import type { Deps, InteractionResult } from './context.ts';
import { versionToEtag } from './etag.ts';
import { requirePermission } from './require-permission.ts';

/** Answers a stored version, or 410 with its number if it is a deletion. */
export const versionResult = (version: StoredVersion): InteractionResult => {
  if (version.method === 'DELETE') {
    throw refuse(
      'resource-deleted',
      `${version.resourceType}/${version.id} was deleted. Its history holds the versions before.`,
      {
        headers: { etag: versionToEtag(version.versionId) },
      },
    );
  }
  return { status: 200, version, body: version.body, bodyBytes: version.bodyBytes };
};

/**
 * The current version of a resource, or a conformance resource that the server was started with.
 * https://hl7.org/fhir/R4/http.html#read
 */
export const read = async (deps: Deps, resourceType: string, id: string): Promise<InteractionResult> => {
  requirePermission(deps, resourceType, 'read');
  const version = await deps.store.read({ resourceType, id });
  if (version !== undefined) return versionResult(version);
  const loaded = deps.definitions.conformanceResource(resourceType, id);
  if (loaded !== undefined) return { status: 200, body: JSON.stringify(loaded) };
  throw refuse('resource-unknown', `There is no ${resourceType} with id ${id}.`);
};
