import { DEFINITION_TYPES } from '../definitions/definition-types.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import type { ResourceKey } from '../store/store.ts';
import { commitUnit } from './commit-unit.ts';
import { type Deps, type InteractionResult, serverOf } from './context.ts';
import { deletionChanges, judgeDeletion } from './delete.ts';
import { erasureMark } from './erasure-mark.ts';
import { resourceReferenced, unreferred } from './unreferred.ts';
import { untilUndisturbed } from './until-undisturbed.ts';

/**
 * Deletes a resource, if it is not deleted yet, and erases what all its versions held, together with those of the insurance answer that
 * was derived from it. Their numbers and times stay, told as deletions. An AuditEvent, where that type is enabled, and a line of the
 * log are its marks.
 * @throws {FhirError} 404 where there never was such a resource, and what a deletion is refused for
 */
export const purge = (deps: Deps, { resourceType, id }: ResourceKey): Promise<InteractionResult> => {
  const answerType = deps.insuranceRules.get(resourceType)?.answer?.resourceType;
  const types = answerType === undefined ? [resourceType] : [resourceType, answerType];
  return untilUndisturbed(async () => {
    const { current } = await judgeDeletion(deps, { resourceType, id });
    if (current === undefined) throw refuse('resource-unknown', `There is no ${resourceType} with id ${id}.`);
    const versions = await Promise.all(types.map(type => serverOf(deps).store.read({ resourceType: type, id })));
    const ended = versions.filter(version => version !== undefined);
    const lastUpdated = deps.now();
    const deletions = deletionChanges(ended, lastUpdated).map(change => ({ ...change, erases: true }));
    const changes = [...deletions, ...erasureMark(deps, current, lastUpdated)];
    const result = await commitUnit(deps, { changes, ...unreferred(deps, ended) });
    if (result.outcome === 'referred') throw await resourceReferenced(deps, result);
    if (result.outcome !== 'committed') return undefined;
    if (DEFINITION_TYPES.has(resourceType)) await deps.readDefinitions();
    const { versionId } = deletions[0]!;
    deps.tell('A resource was erased', { resourceType, versions: versionId - 1 });
    const issue: Issue = {
      severity: 'information',
      code: 'informational',
      rule: 'resource-purged',
      diagnostics: `${resourceType}/${id}: what ${versionId - 1} versions held is erased.`,
    };
    const version = { resourceType, id, versionId, lastUpdated };
    return { status: 200, version, body: JSON.stringify(operationOutcome([issue])), issues: [issue] };
  });
};
