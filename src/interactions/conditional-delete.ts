import { checkIfMatch } from './check-if-match.ts';
import type { Deps, InteractionResult } from './context.ts';
import { type Criteria, findMatch, requireCriteria } from './criteria.ts';
import { deleteOnce } from './delete.ts';
import { untilUndisturbed } from './until-undisturbed.ts';

/** Criteria of the resource to delete, and the If-Match header if there was one. */
export interface ConditionalDeleteRequest {
  resourceType: string;
  criteria: Criteria;
  ifMatch?: string;
}

/**
 * Deletes the resource that the criteria match, judged inside the commit. That there is none is no error.
 * @throws {FhirError} 412 where the criteria match several, and what a delete is refused for
 * https://hl7.org/fhir/R4/http.html#3.1.0.7.1
 */
export const conditionalDelete = async (
  deps: Deps,
  { resourceType, criteria, ifMatch }: ConditionalDeleteRequest,
): Promise<InteractionResult> => {
  const query = requireCriteria(deps, resourceType, criteria);
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
