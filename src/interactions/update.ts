import { refuse } from '../fhir/fhir-error.ts';
import { type ParsedResource, parseStored } from '../fhir/parse-resource.ts';
import { sameResource } from '../fhir/same-content.ts';
import { checkIfMatch } from './check-if-match.ts';
import type { Deps, InteractionResult } from './context.ts';
import { enabledType } from './enabled-type.ts';
import { meantId } from './find-targets.ts';
import { identityTaken } from './identity-taken.ts';
import { writeNormalized } from './normalize.ts';
import { readBody } from './read-body.ts';
import { write } from './write.ts';

/** A resource to store under the id of the path: its JSON as bytes. */
export interface UpdateRequest {
  resourceType: string;
  id: string;
  body: Buffer;
  /** The If-Match header. */
  ifMatch?: string;
  /** Rewrites the forms of this dialect first; a UUID in capitals as the id, too. */
  normalize?: 'openimis';
}

/** An update whose resource was read already and is of the type. */
export interface ParsedUpdate {
  id: string;
  parsed: ParsedResource;
  ifMatch?: string;
  /** Go the whole way and store nothing. */
  isTrial?: boolean;
}

/** How often an update without If-Match is tried again when others write the same resource at the same moment. */
const ATTEMPTS = 100;

/** As `update`, for a resource that was read already. */
export const updateParsed = async (deps: Deps, request: ParsedUpdate): Promise<InteractionResult> => {
  const { id, parsed, ifMatch, isTrial } = request;
  const { resourceType } = parsed.resource;
  const type = enabledType(deps, resourceType);
  if (parsed.resource.id !== id) {
    throw refuse('id-mismatch', `The body must have the id of the path: "id": "${id}".`, {
      expression: `${resourceType}.id`,
    });
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const current = await deps.store.read({ resourceType, id });
    const exists = current !== undefined && current.method !== 'DELETE';
    checkIfMatch(ifMatch, current?.versionId ?? 0, exists);
    if (!exists && !type.updateCreate) {
      throw refuse(
        'update-create-refused',
        `There is no ${resourceType}/${id}, and clients may not choose ids here. POST it to /${resourceType}.`,
      );
    }
    const stored = exists ? parseStored(current.body) : undefined;
    if (exists && stored !== undefined && sameResource(stored, parsed)) {
      return { status: 200, version: current, body: current.body };
    }
    const { result, version, text, issues, identities } = await write(deps, type, parsed, {
      id,
      previousVersionId: current?.versionId ?? 0,
      method: 'PUT',
      ...(stored === undefined ? {} : { previous: stored.exact }),
      ...(isTrial ? { isTrial } : {}),
    });
    if (result.outcome === 'committed') return { status: exists ? 200 : 201, version, body: text, issues };
    if (result.outcome === 'identity-taken') throw identityTaken(identities, result);
  }
  throw refuse(
    'version-conflict',
    'Others keep changing this resource. Read it again, and send your update with If-Match.',
  );
};

/**
 * Stores a new version of a resource, or its first one under the id of the path. Content equal to the current version makes no
 * new one.
 * https://hl7.org/fhir/R4/http.html#update
 */
export const update = async (
  deps: Deps,
  { resourceType, id: pathId, body, ifMatch, normalize }: UpdateRequest,
): Promise<InteractionResult> => {
  const parsed = readBody(deps, resourceType, body);
  const options = ifMatch === undefined ? {} : { ifMatch };
  if (normalize === undefined) return updateParsed(deps, { id: pathId, parsed, ...options });
  const id = await meantId(deps, resourceType, pathId);
  return writeNormalized(deps, { dialect: normalize, parsed, id }, rewritten =>
    updateParsed(deps, { id, parsed: rewritten, ...options }),
  );
};
