import type { CodeableConcept, Task } from 'fhir/r4.js';
import type { Resource } from '../../src/fhir/resource.ts';
import { namingOf, type Scheme } from './claim-case.ts';
import { refusedRules } from './refused-rules.ts';
import type { Naming, Printed } from './set-up-resources.ts';

/** What happens with complaints. */
export interface GrievanceStep {
  do: 'complain' | 'clock' | 'answer' | 'close' | 'delete';
  /** The name of the complaint. */
  complaint?: string;
  category?: string;
  priority?: string;
  date?: string;
  today?: string;
  text?: string;
  status?: string;
}

/** Complaints, and what becomes of them in time. */
export interface GrievanceCase {
  id: string;
  kind: 'grievance';
  steps: GrievanceStep[];
}

const SYSTEM = 'https://kiungo.example/fhir/CodeSystem/grievance';
const concept = (code: string, system = SYSTEM) => ({ coding: [{ system, code }] });

interface Run {
  scheme: Scheme;
  naming: Naming;
  complaints: Set<string>;
}

const taskOf = async ({ scheme, naming }: Run, complaint: string): Promise<Task | undefined> => {
  const focus = `Communication/${naming.id('complaint', complaint)}`;
  return (await scheme.search('Task', [['focus', focus]]))[0] as unknown as Task | undefined;
};

const put = (run: Run, task: Task): Promise<void> => run.scheme.put(task as unknown as Printed);

const DEEDS: Readonly<Record<GrievanceStep['do'], (run: Run, step: GrievanceStep) => Promise<unknown>>> = {
  complain: (run, { complaint = '', category = 'other', priority = 'routine', date, text = 'It was not right.' }) => {
    run.complaints.add(complaint);
    return run.scheme.put({
      resourceType: 'Communication',
      id: run.naming.id('complaint', complaint),
      status: 'completed',
      category: [concept('grievance')],
      priority,
      topic: concept(category, `${SYSTEM}-category`),
      ...(date === undefined ? {} : { received: date }),
      payload: [{ contentString: text }],
    });
  },
  clock: (run, { today = '' }) => run.scheme.turnClock(today),
  answer: async (run, { complaint = '', text = '' }) => {
    const task = (await taskOf(run, complaint))!;
    const output = [...(task.output ?? []), { type: concept('answer') as CodeableConcept, valueString: text }];
    await put(run, { ...task, output });
  },
  close: async (run, { complaint = '', status = 'completed' }) => {
    const task = (await taskOf(run, complaint))!;
    await put(run, { ...task, status: status as Task['status'] });
  },
  delete: (run, { complaint = '' }) => run.scheme.remove('Communication', run.naming.id('complaint', complaint)),
};

const stateAfter = async (run: Run): Promise<object> => {
  const complaints: Record<string, object> = {};
  for (const name of run.complaints) {
    const task = (await taskOf(run, name)) as unknown as Resource & Task;
    complaints[name] = {
      status: task.status,
      level: task.businessStatus?.coding?.[0]?.code,
      priority: task.priority,
      due: task.restriction?.period?.end,
    };
  }
  return { complaints };
};

/** Tries complaints on a server: by step, whether it was refused, and how every complaint stands after it. */
export const runGrievanceCase = async (
  scheme: Scheme,
  { steps }: GrievanceCase,
  number: number,
): Promise<{ steps: object[] }> => {
  const run: Run = { scheme, naming: namingOf(number, 'USD'), complaints: new Set() };
  const results: object[] = [];
  for (const step of steps) {
    const deed = DEEDS[step.do];
    if (deed === undefined) throw new Error(`steps: write one of ${Object.keys(DEEDS).join(', ')}, not ${step.do}`);
    const refused = await deed(run, step).then(() => undefined, refusedRules);
    results.push({ do: step.do, ...(refused === undefined ? {} : { refused }), ...(await stateAfter(run)) });
  }
  return { steps: results };
};
