import type { Bundle, Task } from 'fhir/r4.js';
import type { Client } from 'fhir-kit-client';
import type { Resource } from '../../src/fhir/resource.ts';
import { check, codeOf, say, send, step } from './report.ts';

const GRIEVANCE = 'https://kiungo.example/fhir/CodeSystem/grievance';

const grievance = (code: string) => ({ coding: [{ system: GRIEVANCE, code }] });

/** What the mother complains of. */
const complaint = (id: string): Resource => ({
  resourceType: 'Communication',
  id,
  status: 'completed',
  category: [grievance('grievance')],
  topic: { coding: [{ system: `${GRIEVANCE}-category`, code: 'payment-asked' }] },
  priority: 'urgent',
  subject: { reference: 'Patient/zuri-sadiki' },
  payload: [{ contentString: 'I was asked to pay for the malaria test.' }],
});

const close = (client: Client, task: Task) => {
  const { resourceType, id = '' } = task;
  return send(
    `PUT /fhir/Task/${id}  (completed${task.output === undefined ? '' : ', with an answer'})`,
    client.update({ resourceType, id, body: { ...task, status: 'completed' } as unknown as Resource }),
  );
};

/** A complaint gets a task with a day, which is closed with an answer only. */
export const complaintIsAnswered = async (client: Client): Promise<void> => {
  step('The mother complains that she was asked to pay; the insurer has to answer her by a day');
  const id = 'demo-complaint';
  await send(
    `PUT /fhir/Communication/${id}`,
    client.update({ resourceType: 'Communication', id, body: complaint(id) }),
  );
  const { body } = await send(
    `GET /fhir/Task?focus=Communication/${id}`,
    client.search({ resourceType: 'Task', searchParams: { focus: `Communication/${id}` } }),
  );
  const task = (body as Bundle).entry?.[0]?.resource as Task;
  say(`${codeOf(task.code)} for ${task.owner?.reference}, by ${task.restriction?.period?.end}`);
  const silent = await close(client, task);
  const valueString = 'The test is paid by the scheme. The dispensary has given the money back.';
  const answered = await close(client, { ...task, output: [{ type: grievance('answer'), valueString }] });
  check(silent.status === 422 && answered.status === 200, 'it is closed with an answer, and not without one');
};
