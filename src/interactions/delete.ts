import { DEFINITION_TYPES } from '../definitions/definition-types.ts';
import { FhirError } from '../fhir/fhir-error.ts';
import type { Resource } from '../fhir/resource.ts';
import type { Change, MatchCondition, StoredVersion, Unit } from '../store/store.ts';
import { checkIfMatch, requireIfMatch } from './check-if-match.ts';
import { commitUnit } from './commit-unit.ts';
import { type Deps, type InteractionResult, serverOf } from './context.ts';
import { judgeDefinitionDeletion } from './judge-definition.ts';
import { requirePermission } from './require-permission.ts';
import { requireVersionWithinRows } from './require-rows.ts';
import { resourceReferenced, unreferred } from './unreferred.ts';
import { untilUndisturbed } from './until-undisturbed.ts';

/** A resource to delete, and the If-Match header if there was one. */
export interface DeleteRequest {
  resourceType: string;
  id: string;
  ifMatch?: string;
  /** Judge all, delete nothing. */
  isTrial?: boolean;
}

/** The resource of a version that is there. */
const resourceOf = (version: StoredVersion | undefined): Resource | undefined =>
  version === undefined || version.method === 'DELETE' ? undefined : (JSON.parse(version.body) as Resource);

/** A deletion that nothing known so far speaks against. */
export interface Deletion {
  /** What is stored under the id: a deletion or undefined where there is no resource. */
  current: StoredVersion | undefined;
  /** The versions that it ends: the current one, and that of the insurance answer that was derived from it; none without a resource. */
  ended: readonly StoredVersion[];
}

/** Judges what can be judged of a deletion before the commit. @throws {FhirError} as `deleteResource` */
export const judgeDeletion = async (deps: Deps, { resourceType, id, ifMatch }: DeleteRequest): Promise<Deletion> => {
  requirePermission(deps, resourceType, 'delete');
  const rule = deps.insuranceRules.get(resourceType);
  const answerType = rule?.answer?.resourceType;
  const versions = await Promise.all([
    deps.store.read({ resourceType, id }),
    answerType === undefined ? undefined : serverOf(deps).store.read({ resourceType: answerType, id }),
  ]);
  const [current] = versions;
  const exists = current !== undefined && current.method !== 'DELETE';
  checkIfMatch(ifMatch, current?.versionId ?? 0, exists);
  if (!exists) return { current, ended: [] };
  await requireVersionWithinRows(deps, current, 'delete');
  const issues = rule?.judgeDeletion?.(resourceOf(versions[1]), resourceOf(current)!) ?? [];
  if (issues.length > 0) throw new FhirError(422, issues);
  if (DEFINITION_TYPES.has(resourceType)) await judgeDefinitionDeletion(deps, resourceType, id);
  const ended = versions.filter(version => version !== undefined);
  return { current, ended: ended.filter(({ method }) => method !== 'DELETE') };
};

/** The changes that end versions; to be made and handed over without waiting in between. */
export const deletionChanges = (ended: readonly StoredVersion[], lastUpdated: number): Change[] =>
  ended.map(({ resourceType, id, versionId, body }) => ({
    ...{ resourceType, id, versionId: versionId + 1, lastUpdated },
    method: 'DELETE',
    index: [],
    ended: body,
  }));

/**
 * Deletes the resource if it is there, as `deleteResource` does; undefined where another write came between. `matches` is the search
 * that led to it: it must find the same at the commit.
 */
export const deleteOnce = async (
  deps: Deps,
  request: DeleteRequest,
  matches?: MatchCondition,
): Promise<InteractionResult | undefined> => {
  const { current, ended } = await judgeDeletion(deps, request);
  if (ended.length === 0) return current === undefined ? { status: 204 } : { status: 204, version: current };
  if (!request.isTrial) requireIfMatch(deps, request.ifMatch);
  const lastUpdated = deps.now();
  const unit: Unit = { changes: deletionChanges(ended, lastUpdated), ...unreferred(deps, ended) };
  if (matches !== undefined) unit.matches = [matches];
  if (request.isTrial) unit.isTrial = true;
  const result = await commitUnit(deps, unit);
  if (result.outcome === 'referred') throw await resourceReferenced(deps, result);
  if (result.outcome !== 'committed') return undefined;
  const { resourceType, id, versionId } = ended[0]!;
  if (DEFINITION_TYPES.has(resourceType)) await deps.readDefinitions();
  return { status: 204, version: { resourceType, id, versionId: versionId + 1, lastUpdated } };
};

/**
 * Deletes a resource, together with the insurance answer that was derived from it; their histories stay. Deleting what is not
 * there is no error.
 * @throws {FhirError} 412 and 428 for If-Match, 422 business-rule where the insurance rule of the type keeps the resource, 409 where others
 * refer to it or profiles build on it
 * https://hl7.org/fhir/R4/http.html#delete
 */
export const deleteResource = (deps: Deps, request: DeleteRequest): Promise<InteractionResult> =>
  untilUndisturbed(() => deleteOnce(deps, request));
