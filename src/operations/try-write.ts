import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import type { ParsedResource } from '../fhir/parse-resource.ts';
import type { Deps, InteractionResult } from '../interactions/context.ts';
import { createParsed } from '../interactions/create.ts';
import { deleteResource } from '../interactions/delete.ts';
import { enabledType } from '../interactions/enabled-type.ts';
import { updateParsed } from '../interactions/update.ts';
import type { ResourceKey } from '../store/store.ts';

/** What the client would be told; what is the server's own fault is thrown as it is. */
const issuesOf = async (attempt: () => Promise<InteractionResult>): Promise<readonly Issue[]> => {
  try {
    return (await attempt()).issues ?? [];
  } catch (error) {
    if (error instanceof FhirError && error.status < 500) return error.issues;
    throw error;
  }
};

/** The refusal of a resource that is too large to be stored. */
export const tooLargeToStore = (): FhirError =>
  refuse('body-too-large', 'The resource is larger than this server stores (KIUNGO_MAX_RESOURCE_BYTES).');

/** Goes the way of a create to its end and stores nothing: the refusal or the warnings that the create would answer with. */
export const tryCreate = (deps: Deps, parsed: ParsedResource): Promise<readonly Issue[]> =>
  issuesOf(async () => {
    enabledType(deps, parsed.resource.resourceType, 'create');
    return createParsed(deps, parsed, { isTrial: true });
  });

/** As `tryCreate`, for an update of the resource of that id, or else of the id that the resource has. */
export const tryUpdate = (deps: Deps, parsed: ParsedResource, pathId?: string): Promise<readonly Issue[]> =>
  issuesOf(async () => {
    const { resourceType } = parsed.resource;
    enabledType(deps, resourceType, 'update');
    const id = pathId ?? parsed.resource.id;
    if (typeof id === 'string') return updateParsed(deps, { id, parsed, isTrial: true });
    throw refuse('id-mismatch', 'An update needs the id of the resource that it replaces. Add it to the resource.', {
      expression: `${resourceType}.id`,
    });
  });

/** As `tryCreate`, for a delete. */
export const tryDelete = (deps: Deps, key: ResourceKey): Promise<readonly Issue[]> =>
  issuesOf(async () => {
    enabledType(deps, key.resourceType, 'delete');
    return deleteResource(deps, { ...key, isTrial: true });
  });
