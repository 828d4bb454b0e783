import type { Communication, Reference, Task } from 'fhir/r4.js';
import { addDays } from '../../fhir/calendar.ts';
import { dayOf, formatInstant } from '../../fhir/datetime.ts';
import type { Issue } from '../../fhir/issue.ts';
import type { Resource } from '../../fhir/resource.ts';
import { firstDayOf } from '../coverage-in-force.ts';
import { refusal } from '../insurance-refusals.ts';
import type { InsuranceContext, Lookups } from '../insurance-rule.ts';
import { targetOf } from '../insured-reference.ts';
import { KIUNGO } from '../kiungo-codes.ts';
import { say } from '../texts/say.ts';
import { grievanceConcept, isGrievance } from './grievance-codes.ts';

/** What is not said yet, or was not. */
const UNSAID: readonly string[] = ['preparation', 'not-done'];

const REQUESTERS = /^(Device|Organization|Patient|Practitioner|PractitionerRole|RelatedPerson)\//;

/** How many times sooner than a complaint without haste one is answered. */
const HASTE: Readonly<Record<string, number>> = { routine: 1, urgent: 3, asap: 6, stat: 30 };

/** Days until a complaint is to be answered, by its priority; `days` for one without haste. */
export const daysToAnswer = (days: number, priority = 'routine'): number => Math.ceil(days / (HASTE[priority] ?? 1));

/** The task that a complaint has already; nobody may make one between the look-up and the commit. */
export const grievanceLookups = (communication: Communication, id: string): Lookups =>
  isGrievance(communication)
    ? { tasks: { resourceType: 'Task', parameters: [['focus', `Communication/${id}`]], isHeld: true } }
    : {};

/** A complaint stays one: what was said to be a complaint is not turned into something else. */
export const judgeGrievance = (communication: Communication, { previous }: InsuranceContext): Issue[] => {
  if (previous === undefined || !isGrievance(previous as unknown as Communication)) return [];
  if (isGrievance(communication) && communication.status !== 'entered-in-error') return [];
  return [refusal('grievance-kept', 'Communication', say('grievance-kept'))];
};

const senderOf = ({ sender, subject }: Communication): Reference | undefined =>
  [sender, subject].find(reference => REQUESTERS.test(targetOf(reference) ?? ''));

/** The task to answer a complaint, from the day on which it was made: in the unit of the complaint, once. */
export const grievanceTask = (communication: Communication, context: InsuranceContext): Resource[] => {
  const { id, now, timeZone, found, insurer, grievanceDays } = context;
  if (!isGrievance(communication) || UNSAID.includes(communication.status) || found.tasks?.length !== 0) return [];
  const { priority = 'routine', received, sent, subject, topic } = communication;
  const said = firstDayOf(received ?? sent ?? '', timeZone) ?? dayOf(now, timeZone);
  const requester = senderOf(communication);
  const task: Task = {
    resourceType: 'Task',
    meta: { profile: [`${KIUNGO}/StructureDefinition/kiungo-grievance-task`] },
    status: 'requested',
    businessStatus: grievanceConcept('level-1'),
    intent: 'order',
    priority,
    code: grievanceConcept('grievance'),
    focus: { reference: `Communication/${id}` },
    ...(subject === undefined ? {} : { for: subject }),
    authoredOn: formatInstant(now),
    ...(requester === undefined ? {} : { requester }),
    owner: { reference: insurer },
    ...(topic === undefined ? {} : { reasonCode: topic }),
    restriction: { period: { end: addDays(said, daysToAnswer(grievanceDays, priority)) } },
  };
  return [task as unknown as Resource];
};
