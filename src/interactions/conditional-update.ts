import { refuse } from '../fhir/fhir-error.ts';
import type { ParsedResource } from '../fhir/parse-resource.ts';
import { isId } from '../fhir/reference.ts';
import type { SearchQuery } from '../search/query.ts';
import type { StoredVersion } from '../store/store.ts';
import { checkIfNoneMatch, requireIfMatch } from './check-if-match.ts';
import type { Deps, InteractionResult } from './context.ts';
import { type Criteria, findMatch, requireCriteria } from './criteria.ts';
import { meantId } from './find-targets.ts';
import { writeNormalized } from './normalize.ts';
import { readBody } from './read-body.ts';
import { replace } from './replace.ts';
import { requirePermission } from './require-permission.ts';
import { untilUndisturbed } from './until-undisturbed.ts';
import { requireFreeId } from './update.ts';

/** A resource to store in place of the one that the criteria match: its JSON as bytes. */
export interface ConditionalUpdateRequest {
  resourceType: string;
  criteria: Criteria;
  body: Buffer;
  /** The If-Match header. */
  ifMatch?: string;
  /** The If-None-Match header: `*` for a resource that must not be there. */
  ifNoneMatch?: string;
  /** Rewrites the forms of this dialect first; a UUID in capitals as the id of the body, too. */
  normalize?: 'openimis';
}

/** A conditional update whose resource and criteria were read already. */
export interface ParsedConditionalUpdate {
  parsed: ParsedResource;
  query: SearchQuery;
  ifMatch?: string;
  ifNoneMatch?: string;
}

/** Refuses a body that names another resource than the one that the criteria match. */
const requireSameId = (id: unknown, { resourceType, id: found }: StoredVersion): void => {
  if (id === undefined || id === found) return;
  throw refuse(
    'id-mismatch',
    `The search parameters match ${resourceType}/${found}, and the body has another id. ` +
      `Leave the id out, or set it to "${found}".`,
    { expression: `${resourceType}.id` },
  );
};

/** What is stored under the id that a new resource brings along: nothing, or a deletion. */
const freePlace = async (
  deps: Deps,
  resourceType: string,
  id: unknown,
): Promise<{ id: string; current: StoredVersion | undefined }> => {
  if (id === undefined) return { id: deps.newId(), current: undefined };
  if (typeof id !== 'string' || !isId(id)) {
    throw refuse('id-malformed', 'The id in the body cannot be one. Use 1 to 64 of A-Z a-z 0-9 - . or leave it out.', {
      expression: `${resourceType}.id`,
    });
  }
  await requireFreeId(deps, resourceType, id);
  const current = await deps.store.read({ resourceType, id });
  if (current === undefined || current.method === 'DELETE') return { id, current };
  throw refuse(
    'id-taken',
    `The search parameters match nothing, and ${resourceType}/${id} is another resource already. ` +
      `Leave the id out of the body, or PUT to /${resourceType}/${id}.`,
    { expression: `${resourceType}.id` },
  );
};

/** As `conditionalUpdate`, for a resource and criteria that were read already. */
export const conditionalUpdateParsed = async (
  deps: Deps,
  { parsed, query, ifNoneMatch, ...options }: ParsedConditionalUpdate,
): Promise<InteractionResult> => {
  const { resourceType, id } = parsed.resource;
  requirePermission(deps, resourceType, 'update');
  return untilUndisturbed(async () => {
    const { current, matches } = await findMatch(deps, query);
    checkIfNoneMatch(ifNoneMatch, current?.versionId ?? 0, current !== undefined);
    if (current !== undefined) {
      requireIfMatch(deps, options.ifMatch);
      requireSameId(id, current);
    }
    const place = current === undefined ? await freePlace(deps, resourceType, id) : { id: current.id, current };
    return replace(deps, parsed, { ...place, matches, ...options });
  });
};

/**
 * Stores a resource in place of the one that the criteria match, judged inside the commit; where there is none, as a new one, under
 * the id that it brings along or a new one.
 * @throws {FhirError} 412 where the criteria match several, 400 where the id of the body is another than that of the match
 * https://hl7.org/fhir/R4/http.html#cond-update
 */
export const conditionalUpdate = async (
  deps: Deps,
  { resourceType, criteria, body, ifMatch, ifNoneMatch, normalize }: ConditionalUpdateRequest,
): Promise<InteractionResult> => {
  const query = requireCriteria(deps, resourceType, criteria);
  const parsed = readBody(deps, resourceType, body);
  const options = {
    query,
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
  };
  const { id } = parsed.resource;
  const meant = normalize === undefined || typeof id !== 'string' ? {} : { id: await meantId(deps, resourceType, id) };
  return writeNormalized(deps, { dialect: normalize, parsed, ...meant }, rewritten =>
    conditionalUpdateParsed(deps, { parsed: rewritten, ...options }),
  );
};
