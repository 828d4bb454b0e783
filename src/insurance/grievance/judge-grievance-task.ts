import type { Task, TaskOutput } from 'fhir/r4.js';
import type { Issue } from '../../fhir/issue.ts';
import { refusal } from '../insurance-refusals.ts';
import { CLOSED, grievanceCode, isGrievanceTask } from './grievance-codes.ts';

const isAnswer = ({ type, valueString, valueReference }: TaskOutput): boolean =>
  grievanceCode(type) === 'answer' && (valueString ?? valueReference?.reference) !== undefined;

/** Refusals of leaving a complaint unanswered: by closing its task without an answer, or by making something else of the task. */
export const judgeGrievanceTask = (task: Task, previous: Task | undefined): Issue[] => {
  if (previous !== undefined && isGrievanceTask(previous)) {
    if (!isGrievanceTask(task) || task.focus?.reference !== previous.focus?.reference) {
      const text =
        'This task is to answer a complaint. Keep its code and its focus; assign it to somebody else by owner.';
      return [refusal('grievance-kept', 'Task', text)];
    }
  }
  if (!isGrievanceTask(task) || !CLOSED.includes(task.status) || task.output?.some(isAnswer)) return [];
  const text =
    'Say what was answered before the task is closed: an output whose type is `answer`, with valueString, or valueReference to a Communication.';
  return [refusal('grievance-unanswered', 'Task.output', text)];
};
