import type { Task } from 'fhir/r4.js';
import { runIdentities } from './batch/batch-resources.ts';
import { alreadyRun } from './batch/begin-run.ts';
import { isGrievanceTask } from './grievance/grievance-codes.ts';
import { judgeGrievanceTask } from './grievance/judge-grievance-task.ts';
import { refusal } from './insurance-refusals.ts';
import type { InsuranceRule } from './insurance-rule.ts';
import { say } from './texts/say.ts';

/**
 * A Task that is a batch run stays, so that its period is run once. One that is to answer a complaint stays, and is closed with an answer.
 * https://hl7.org/fhir/R4/task.html
 */
export const taskRule: InsuranceRule = {
  identities: resource => runIdentities(resource as unknown as Task),
  judge: (resource, { previous }) =>
    judgeGrievanceTask(resource as unknown as Task, previous as unknown as Task | undefined),
  judgeDeletion: (_answer, resource) => {
    const task = resource as unknown as Task;
    if (runIdentities(task).length > 0) return [alreadyRun(`Task/${task.id}`)];
    if (!isGrievanceTask(task)) return [];
    return [refusal('grievance-kept', 'Task', say('grievance-task-stays'))];
  },
};
