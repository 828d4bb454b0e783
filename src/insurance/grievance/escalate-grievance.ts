import type { Organization, Task } from 'fhir/r4.js';
import { addDays } from '../../fhir/calendar.ts';
import { formatInstant } from '../../fhir/datetime.ts';
import type { Resource } from '../../fhir/resource.ts';
import { lastDayOf } from '../coverage-in-force.ts';
import type { ClockRule } from '../insurance-rule.ts';
import { targetOf } from '../insured-reference.ts';
import { CLOSED, grievanceCode, grievanceConcept, isGrievanceTask, LEVELS } from './grievance-codes.ts';
import { daysToAnswer } from './grievance-task.ts';

const taskOf = (resource: Resource): Task => resource as unknown as Task;

const ownerOf = (task: Task): string | undefined => {
  const owner = targetOf(task.owner);
  return owner?.startsWith('Organization/') ? owner : undefined;
};

const nextLevel = ({ businessStatus }: Task): (typeof LEVELS)[number] | undefined =>
  LEVELS[(LEVELS as readonly (string | undefined)[]).indexOf(grievanceCode(businessStatus)) + 1];

/**
 * A complaint that is not answered by its day goes one level up: to the organization of which its owner is a part, where there is one,
 * with haste and a new day. On the last level it stays.
 */
export const escalateGrievance: ClockRule = {
  code: 'escalate-grievance',
  due: today => ({
    resourceType: 'Task',
    parameters: [
      ['code', `${grievanceConcept('grievance').coding![0]!.system}|grievance`],
      ['status:not', CLOSED.join(',')],
      ['due', `eb${today}`],
    ],
    exact: true,
  }),
  lookups: resource => {
    const owner = ownerOf(taskOf(resource));
    return owner === undefined ? {} : { owner: { references: [owner] } };
  },
  effects: (exact, { today, now, found, timeZone, grievanceDays }) => {
    const task = taskOf(exact);
    const due = lastDayOf(task.restriction?.period?.end ?? '', timeZone);
    const level = nextLevel(task);
    const isOpen = isGrievanceTask(task) && !CLOSED.includes(task.status);
    if (!isOpen || due === undefined || due >= today || level === undefined) return [];
    const above = (found.owner?.[0] as unknown as Organization | undefined)?.partOf;
    const priority = task.priority === 'asap' || task.priority === 'stat' ? task.priority : 'urgent';
    const end = addDays(today, daysToAnswer(grievanceDays, priority));
    const escalated: Task = {
      ...task,
      businessStatus: grievanceConcept(level),
      priority,
      ...(above === undefined ? {} : { owner: above }),
      restriction: { ...task.restriction, period: { ...task.restriction?.period, end } },
      note: [
        ...(task.note ?? []),
        { time: formatInstant(now), text: `Not answered by ${due}: goes up to ${level}, to be answered by ${end}.` },
      ],
    };
    return [escalated as unknown as Resource];
  },
};
