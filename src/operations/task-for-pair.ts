import { formatInstant } from '../fhir/datetime.ts';
import type { Resource } from '../fhir/resource.ts';
import { commitUnit } from '../interactions/commit-unit.ts';
import type { Deps } from '../interactions/context.ts';
import { ownChange } from '../interactions/own-change.ts';
import type { Likeness } from '../matching/compare-persons.ts';
import { DUPLICATES, duplicateTask, pairName } from '../matching/duplicate-task.ts';
import type { SearchQuery } from '../search/query.ts';
import type { Candidate } from './find-candidates.ts';

/** What each field says, in points: `name same 9, birthDate near 5`. */
export const reasonsOf = ({ fields }: Likeness): string =>
  fields.map(({ field, agreement, points }) => `${field} ${agreement} ${points}`).join(', ');

/** The Task for a pair, as a reference: the one that there is, or a new one. */
export const taskForPair = async (deps: Deps, id: string, { version, likeness }: Candidate): Promise<string> => {
  const now = deps.now();
  const about = { grade: likeness.grade!, reasons: reasonsOf(likeness), authoredOn: formatInstant(now) };
  const task = duplicateTask([id, version.id], about) as unknown as Resource;
  const ifNoneExist: SearchQuery = {
    resourceType: 'Task',
    where: [
      { kind: 'token', parameter: 'identifier', anyOf: [{ system: DUPLICATES, code: pairName(id, version.id) }] },
    ],
    sort: [],
    count: 1,
    total: 'none',
  };
  const head = { resourceType: 'Task', id: deps.newId(), versionId: 1, lastUpdated: now };
  const result = await commitUnit(deps, { changes: [{ ...ownChange(deps, task, head), ifNoneExist }] });
  return `Task/${result.outcome === 'exists' ? result.key.id : head.id}`;
};
