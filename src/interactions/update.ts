import { refuse } from '../fhir/fhir-error.ts';
import type { ParsedResource } from '../fhir/parse-resource.ts';
import { checkIfMatch, checkIfNoneMatch, requireIfMatch } from './check-if-match.ts';
import { type Deps, type InteractionResult, serverOf } from './context.ts';
import { enabledType } from './enabled-type.ts';
import { meantId } from './find-targets.ts';
import { writeNormalized } from './normalize.ts';
import { readBody } from './read-body.ts';
import { replace } from './replace.ts';
import { requirePermission } from './require-permission.ts';
import { untilUndisturbed } from './until-undisturbed.ts';

/** A resource to store under the id of the path: its JSON as bytes. */
export interface UpdateRequest {
  resourceType: string;
  id: string;
  body: Buffer;
  /** The If-Match header. */
  ifMatch?: string;
  /** The If-None-Match header: `*` for an update that is to create. */
  ifNoneMatch?: string;
  /** Rewrites the forms of this dialect first; a UUID in capitals as the id, too. */
  normalize?: 'openimis';
}

/** An update whose resource was read already and is of the type. */
export interface ParsedUpdate {
  id: string;
  parsed: ParsedResource;
  ifMatch?: string;
  ifNoneMatch?: string;
  /** Go the whole way and store nothing. */
  isTrial?: boolean;
}

/** Refuses an id that a client has chosen, where the type does not let clients choose. @throws {FhirError} 405 */
export const requireUpdateCreate = (deps: Deps, resourceType: string, id: string): void => {
  if (enabledType(deps, resourceType).updateCreate) return;
  throw refuse(
    'update-create-refused',
    `There is no ${resourceType}/${id}, and clients may not choose ids here. POST it to /${resourceType}.`,
  );
};

/**
 * As `requireUpdateCreate`, and refuses an id that is taken by what the client may not see: only who sees all of a type, but what is labelled
 * or denied, gets here.
 * @throws {FhirError} 405, 409
 */
export const requireFreeId = async (deps: Deps, resourceType: string, id: string): Promise<void> => {
  requireUpdateCreate(deps, resourceType, id);
  if (deps.access === undefined) return;
  const stored = await serverOf(deps).store.read({ resourceType, id });
  if (stored === undefined || (await deps.store.read({ resourceType, id })) !== undefined) return;
  throw refuse(
    'id-taken',
    `${resourceType}/${id} cannot be used here. POST to /${resourceType}, or choose another id.`,
  );
};

/** As `update`, for a resource that was read already. */
export const updateParsed = async (deps: Deps, request: ParsedUpdate): Promise<InteractionResult> => {
  const { id, parsed, ifNoneMatch, ...options } = request;
  const { resourceType } = parsed.resource;
  requirePermission(deps, resourceType, 'update');
  if (parsed.resource.id !== id) {
    throw refuse('id-mismatch', `The body must have the id of the path: "id": "${id}".`, {
      expression: `${resourceType}.id`,
    });
  }
  return untilUndisturbed(async () => {
    const current = await deps.store.read({ resourceType, id });
    const exists = current !== undefined && current.method !== 'DELETE';
    checkIfMatch(options.ifMatch, current?.versionId ?? 0, exists);
    checkIfNoneMatch(ifNoneMatch, current?.versionId ?? 0, exists);
    if (exists && !options.isTrial) requireIfMatch(deps, options.ifMatch);
    if (!exists) await requireFreeId(deps, resourceType, id);
    return replace(deps, parsed, { id, current, ...options });
  });
};

/**
 * Stores a new version of a resource, or its first one under the id of the path. Content equal to the current version makes no
 * new one.
 * https://hl7.org/fhir/R4/http.html#update
 */
export const update = async (
  deps: Deps,
  { resourceType, id: pathId, body, normalize, ...conditions }: UpdateRequest,
): Promise<InteractionResult> => {
  const parsed = readBody(deps, resourceType, body);
  if (normalize === undefined) return updateParsed(deps, { id: pathId, parsed, ...conditions });
  const id = await meantId(deps, resourceType, pathId);
  return writeNormalized(deps, { dialect: normalize, parsed, id }, rewritten =>
    updateParsed(deps, { id, parsed: rewritten, ...conditions }),
  );
};
