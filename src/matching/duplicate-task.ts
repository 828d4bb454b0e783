import type { Task } from 'fhir/r4.js';
import type { MatchGrade } from './match-weights.ts';

/** The system of the identifiers by which each pair of records has one Task. */
export const DUPLICATES = 'https://kiungo.example/fhir/duplicates';

/** The name of a pair of records, whichever of the two comes first. */
export const pairName = (left: string, right: string): string => [left, right].sort().join(' ');

const PRIORITIES = { certain: 'urgent', probable: 'routine', possible: 'routine' } as const satisfies Record<
  MatchGrade,
  Task['priority']
>;

/**
 * Asks a clerk to look at two records of patients that may be of one person. It says what speaks for it, not who they are.
 * https://hl7.org/fhir/R4/task.html
 */
export const duplicateTask = (
  ids: readonly [string, string],
  { grade, reasons, authoredOn }: { grade: MatchGrade; reasons: string; authoredOn: string },
): Task => ({
  resourceType: 'Task',
  identifier: [{ system: DUPLICATES, value: pairName(...ids) }],
  status: 'requested',
  intent: 'proposal',
  priority: PRIORITIES[grade],
  code: { text: 'Look at two records that may be of one person' },
  description: reasons,
  focus: { reference: `Patient/${ids[0]}` },
  authoredOn,
  input: [{ type: { text: 'other record' }, valueReference: { reference: `Patient/${ids[1]}` } }],
});
