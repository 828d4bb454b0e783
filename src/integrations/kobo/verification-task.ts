import type { Task, TaskInput, TaskOutput } from 'fhir/r4.js';
import type { Issue } from '../../fhir/issue.ts';
import type { Submission } from './read-submission.ts';
import type { Registration } from './registration.ts';

/** Of a Task: the version of the submission, a record that was made of it. */
const SUBMISSION = 'submission';
const RECORD = 'record';

const input = (text: string, value: Omit<TaskInput, 'type'>): TaskInput => ({ type: { text }, ...value });
const record = (reference: string): TaskOutput => ({ type: { text: RECORD }, valueReference: { reference } });

/** Id of the Task of a submission, or of an edit of it by that one's `_uuid`. */
export const taskIdOf = (uuid: string): string => `kobo-${uuid}`;

/** The `_uuid` of the version of the submission that a Task is about. */
export const uuidOfTask = ({ input: inputs = [] }: Task): string | undefined =>
  inputs.find(({ type }) => type.text === SUBMISSION)?.valueString;

/** References to the records that were made of the submission. */
export const recordsOfTask = ({ output = [] }: Task): string[] =>
  output.flatMap(({ type, valueReference }) => (type.text === RECORD ? (valueReference?.reference ?? []) : []));

const taskOf = (id: string, form: string, { uuid, submitted }: Submission): Task => ({
  ...{ resourceType: 'Task', id, status: 'requested', intent: 'order' },
  ...{ code: { text: 'Verify a registration of KoboToolbox' }, authoredOn: submitted },
  input: [input('form', { valueString: form }), input(SUBMISSION, { valueString: uuid })],
});

/** For whoever verifies what was stored: who is known already, and who may be. */
export const verificationTask = (form: string, submission: Submission, registration: Registration): Task => {
  const task = taskOf(taskIdOf(submission.root), form, submission);
  const { focus, known, doubtful, resources } = registration;
  return {
    ...task,
    ...(focus === undefined ? {} : { focus: { reference: focus } }),
    input: [
      ...task.input!,
      ...known.map(reference => input('is known', { valueReference: { reference } })),
      ...doubtful.map(([, reference]) => input('may be known', { valueReference: { reference } })),
    ],
    ...(resources.length === 0
      ? {}
      : { output: resources.map(({ resourceType, id }) => record(`${resourceType}/${id}`)) }),
  };
};

const answersOf = ({ answers }: Submission): TaskInput => input('answers', { valueString: JSON.stringify(answers) });

/** For whoever repairs what cannot be stored: why, and all that was answered. @param records those of earlier versions */
export const repairTask = (
  form: string,
  submission: Submission,
  { issues, records }: { issues: readonly Issue[]; records: readonly string[] },
): Task => {
  const task = taskOf(taskIdOf(submission.root), form, submission);
  return {
    ...task,
    status: 'on-hold',
    statusReason: { text: 'The submission cannot be stored as it is' },
    input: [...task.input!, answersOf(submission)],
    output: [
      ...records.map(record),
      ...issues.map(({ rule, expression, diagnostics }) => ({
        ...{
          type: { text: rule },
          valueString: expression === undefined ? diagnostics : `${expression}: ${diagnostics}`,
        },
      })),
    ],
  };
};

/** For whoever decides what of an edit counts, where the submission has been looked at before. */
export const editTask = (form: string, submission: Submission, focus: Task['focus']): Task => {
  const task = taskOf(taskIdOf(submission.uuid), form, submission);
  return {
    ...{ ...task, ...(focus === undefined ? {} : { focus }) },
    statusReason: { text: 'The submission was edited after it had been looked at' },
    input: [...task.input!, answersOf(submission)],
  };
};
