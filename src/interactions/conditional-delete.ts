import { DEFINITION_TYPES } from '../definitions/definition-types.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import type { SearchQuery } from '../search/query.ts';
import type { StoredVersion } from '../store/store.ts';
import { checkIfMatch, requireIfMatch } from './check-if-match.ts';
import { commitUnit } from './commit-unit.ts';
import type { Deps, InteractionResult } from './context.ts';
import { type Criteria, findMatch, requireCriteria } from './criteria.ts';
import { deleteOnce, deletionChanges, judgeDeletion } from './delete.ts';
import { enabledType } from './enabled-type.ts';
import { requirePermission } from './require-permission.ts';
import { resourceReferenced, unreferred } from './unreferred.ts';
import { untilUndisturbed } from './until-undisturbed.ts';

/** Criteria of the resource to delete, and the If-Match header if there was one. */
export interface ConditionalDeleteRequest {
  resourceType: string;
  criteria: Criteria;
  ifMatch?: string;
}

/** Resources that one request deletes at most. */
const MOST_DELETED = 1000;

/**
 * Deletes what the criteria match: one resource or none, judged inside the commit, or where the type allows it as many as match.
 * That there is none is no error.
 * @throws {FhirError} 412 where the criteria match more than may be deleted at once, and what a delete is refused for
 * https://hl7.org/fhir/R4/http.html#3.1.0.7.1
 */
export const conditionalDelete = async (
  deps: Deps,
  { resourceType, criteria, ifMatch }: ConditionalDeleteRequest,
): Promise<InteractionResult> => {
  requirePermission(deps, resourceType, 'delete');
  const query = requireCriteria(deps, resourceType, criteria);
  // A version is that of one resource.
  if (ifMatch === undefined && enabledType(deps, resourceType).conditionalDelete === 'multiple') {
    return deleteMatches(deps, query, criteria);
  }
  return untilUndisturbed(async () => {
    const { current, matches } = await findMatch(deps, query);
    if (current === undefined) {
      checkIfMatch(ifMatch, 0, false);
      return { status: 204 };
    }
    const request = { resourceType, id: current.id };
    return deleteOnce(deps, ifMatch === undefined ? request : { ...request, ifMatch }, matches);
  });
};

/** Deletes all that match, or where `_count` says so the first of them, as one unit. */
const deleteMatches = (deps: Deps, query: SearchQuery, criteria: Criteria): Promise<InteractionResult> => {
  const { resourceType } = query;
  const isCounted = criteria.some(([name]) => name === '_count');
  const count = isCounted ? Math.min(query.count, MOST_DELETED) : MOST_DELETED;
  return untilUndisturbed(async () => {
    const { versions, next } = await deps.store.search({ ...query, count, total: 'none' });
    if (next !== undefined && !isCounted) {
      throw refuse(
        'multiple-matches',
        `More than ${MOST_DELETED} of ${resourceType} match, which are not deleted at once. ` +
          `Narrow the search parameters, or delete them in parts with _count=${MOST_DELETED}.`,
      );
    }
    if (versions.length > 0) requireIfMatch(deps, undefined);
    const ended: StoredVersion[] = [];
    for (const { id } of versions) ended.push(...(await judgeDeletion(deps, { resourceType, id })).ended);
    if (ended.length > 0) {
      const unit = { changes: deletionChanges(ended, deps.now()), ...unreferred(deps, ended) };
      const result = await commitUnit(deps, unit);
      if (result.outcome === 'referred') throw await resourceReferenced(deps, result);
      if (result.outcome !== 'committed') return undefined;
      if (DEFINITION_TYPES.has(resourceType)) await deps.readDefinitions();
    }
    return told(resourceType, versions.length, next !== undefined);
  });
};

/** How many were deleted, as issue and as OperationOutcome. */
const told = (resourceType: string, deleted: number, isMore: boolean): InteractionResult => {
  const issue: Issue = {
    severity: 'information',
    code: 'informational',
    rule: 'resources-deleted',
    diagnostics: `${deleted} of ${resourceType} deleted.${isMore ? ' More match: send the same again.' : ''}`,
  };
  return { status: 200, body: JSON.stringify(operationOutcome([issue])), issues: [issue] };
};
