import type { Task, TaskOutput } from 'fhir/r4.js';
import type { Issue } from '../../fhir/issue.ts';
import { refusal } from '../insurance-refusals.ts';
import { say } from '../texts/say.ts';
import { CLOSED, GRIEVANCE, grievanceCode, isGrievanceTask } from './grievance-codes.ts';

const isAnswer = ({ type, valueString, valueReference }: TaskOutput): boolean =>
  grievanceCode(type) === 'answer' && (valueString ?? valueReference?.reference) !== undefined;

/** Refusals of leaving a complaint unanswered: by closing its task without an answer, or by making something else of the task. */
export const judgeGrievanceTask = (task: Task, previous: Task | undefined): Issue[] => {
  if (previous !== undefined && isGrievanceTask(previous)) {
    if (!isGrievanceTask(task) || task.focus?.reference !== previous.focus?.reference) {
      return [refusal('grievance-kept', 'Task', say('grievance-task-kept'))];
    }
  }
  if (!isGrievanceTask(task) || !CLOSED.includes(task.status) || task.output?.some(isAnswer)) return [];
  return [refusal('grievance-unanswered', 'Task.output', say('grievance-unanswered', { system: GRIEVANCE }))];
};
