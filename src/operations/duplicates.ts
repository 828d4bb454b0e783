import type { ParametersParameter, Patient } from 'fhir/r4.js';
import { refuse } from '../fhir/fhir-error.ts';
import { CURSOR, pagesOf } from '../interactions/pages-of.ts';
import { takeTurns } from '../interactions/take-turns.ts';
import { MATCH_GRADES, type MatchGrade } from '../matching/match-weights.ts';
import { replacedBy } from '../matching/merged-records.ts';
import { type Candidate, findCandidates } from './find-candidates.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { parametersResult } from './parameters-result.ts';
import { reasonsOf, taskForPair } from './task-for-pair.ts';

const DECLARED = { grade: 'text', task: 'boolean', _count: 'integer', [CURSOR]: 'text' } as const;

/** Patients that are looked at for one page. */
const USUAL = 200;
const MOST = 1_000;

const readGrade = (text = 'probable'): MatchGrade => {
  if (text in MATCH_GRADES) return text as MatchGrade;
  const grades = Object.keys(MATCH_GRADES).join(', ');
  throw refuse('operation-parameter-invalid', `The parameter grade must be one of ${grades}.`);
};

const reference = (name: string, text: string): ParametersParameter => ({ name, valueReference: { reference: text } });

const groupOf = (id: string, matches: readonly Candidate[], tasks: readonly string[]): ParametersParameter => ({
  name: 'group',
  part: [
    reference('patient', `Patient/${id}`),
    ...matches.map(
      ({ version, likeness }, index): ParametersParameter => ({
        name: 'match',
        part: [
          reference('patient', `Patient/${version.id}`),
          { name: 'grade', valueCode: likeness.grade! },
          { name: 'score', valueDecimal: likeness.score },
          { name: 'reasons', valueString: reasonsOf(likeness) },
          ...(tasks[index] === undefined ? [] : [reference('task', tasks[index])]),
        ],
      }),
    ),
  ],
});

/**
 * Goes through the patients in the order of their ids and lists, page by page, those who may be the same person: each pair once, at the one
 * whose id comes first. A page looks at so many patients, however many it lists; nothing is kept from one page to the next. With `task`, a
 * clerk is asked to look at each pair, once.
 * @throws {FhirError} 400 for a parameter
 */
export const duplicates: Operation = {
  code: 'duplicates',
  levels: new Set(['type']),
  affectsState: true,
  run: async (deps, request) => {
    const input = readOperationInput(request, DECLARED, deps.settings.maxDepth);
    const { task = false, _count: asked = USUAL } = input;
    const grade = readGrade(input.grade);
    if (asked < 1) throw refuse('operation-parameter-invalid', 'The parameter _count must be a number from 1.');
    const count = Math.min(asked, MOST);
    const parameters = [
      ['grade', grade],
      ...(task ? [['task', 'true'] as const] : []),
      ['_count', String(count)],
    ] as const;
    const { store, settings } = deps;
    const place = { store, baseUrl: settings.baseUrl, path: 'Patient/$duplicates' };
    const pages = pagesOf({ ...place, parameters, cursor: input[CURSOR] });
    const sort = [{ kind: 'id', parameter: '_id', descending: false }] as const;
    const query = { resourceType: 'Patient', where: [], sort, count, total: 'none' } as const;
    const { versions, next } = await store.search(query, pages.after);
    const groups: ParametersParameter[] = [];
    const turn = takeTurns();
    for (const { id, body } of versions) {
      await turn();
      const patient = JSON.parse(body) as Patient;
      if (replacedBy(patient) !== undefined) continue;
      const matches = (await findCandidates(deps, patient, id)).filter(
        ({ version, likeness }) => version.id > id && likeness.points >= MATCH_GRADES[grade],
      );
      if (matches.length === 0) continue;
      const tasks: string[] = [];
      if (task) for (const each of matches) tasks.push(await taskForPair(deps, id, each));
      groups.push(groupOf(id, matches, tasks));
    }
    const link = pages.links(next).find(({ relation }) => relation === 'next');
    return parametersResult([
      ...groups,
      { name: 'lookedAt', valueInteger: versions.length },
      link === undefined ? undefined : { name: 'next', valueUrl: link.url },
    ]);
  },
};
