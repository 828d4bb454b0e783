import type { InsurancePlan, Task } from 'fhir/r4.js';
import { FhirError, refuse } from '../fhir/fhir-error.ts';
import { parseReference } from '../fhir/reference.ts';
import type { Resource } from '../fhir/resource.ts';
import type { RunOf } from '../insurance/batch/batch-resources.ts';
import { alreadyRun, beginRun, mixedCurrencies } from '../insurance/batch/begin-run.ts';
import type { RunCare } from '../insurance/batch/plan-distribution.ts';
import { type Deps, serverOf } from '../interactions/context.ts';
import { read } from '../interactions/read.ts';
import { StoreError } from '../store/store-error.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { beginTask, isTaskOf, runBatch } from './run-batch.ts';

/** How long a call waits for the run to end before it answers with the run as it is. */
const WAIT_MS = 5000;

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const CARE: readonly RunCare[] = ['hospital', 'non-hospital', 'both'];

const readPlan = async (deps: Deps, product: string | undefined): Promise<Resource> => {
  if (product === undefined)
    throw refuse('operation-parameter-missing', 'Say which product: add product=InsurancePlan/<id>.');
  const target = parseReference(product, deps.settings.baseUrl);
  if (target.kind !== 'local' || target.resourceType !== 'InsurancePlan') {
    throw refuse('operation-parameter-invalid', 'The parameter product must name one, like InsurancePlan/123.');
  }
  return JSON.parse((await read(deps, 'InsurancePlan', target.id)).body!) as Resource;
};

const readMonth = (month: string | undefined): string => {
  if (month !== undefined && MONTH.test(month)) return month;
  throw refuse(
    'operation-parameter-invalid',
    'The parameter month must be the last month of the period, like 2026-06.',
  );
};

const readCare = (care: string | undefined): RunCare => {
  const known = CARE.find(each => each === (care ?? 'both'));
  if (known !== undefined) return known;
  throw refuse('operation-parameter-invalid', `The parameter care must be one of ${CARE.join(', ')}.`);
};

/** The id of the Task of a run: a new one, or the one that was broken off. @throws {FhirError} 422 where the period was run */
const taskId = async (deps: Deps, run: RunOf): Promise<string> => {
  const id = deps.newId();
  const begun = await beginTask(serverOf(deps), run, id);
  if (begun.outcome !== 'identity-taken') return id;
  const task = JSON.parse((await read(deps, 'Task', begun.key.id)).body!) as Task;
  if (task.status === 'in-progress' && isTaskOf(task, run)) return begun.key.id;
  throw new FhirError(422, [alreadyRun(`Task/${begun.key.id}`)]);
};

/** Runs at work in this process, by the ids of their Tasks. */
const working = new Map<string, Promise<void>>();

const workOn = (deps: Deps, run: RunOf, plan: Resource, id: string): Promise<void> => {
  const begun = working.get(id);
  if (begun !== undefined) return begun;
  const work = runBatch({ deps: serverOf(deps), run, plan: plan as unknown as InsurancePlan, id })
    .catch((error: unknown) => {
      // The server closes, or its disk is full: whoever calls again goes on from the Task.
      if (!(error instanceof StoreError)) throw error;
    })
    .finally(() => working.delete(id));
  working.set(id, work);
  return work;
};

const orAfter = async (work: Promise<void>, milliseconds: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, milliseconds).unref();
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
};

/**
 * Values the claims with relative prices of a product and a period, once: by an index of what was contributed and what waits. Answers with
 * the Task of the run, which says how far it is; it goes on after the answer, and where it was broken off, when it is called again.
 */
export const batchRun: Operation = {
  code: 'batch-run',
  levels: new Set(['type']),
  affectsState: true,
  run: async (deps, request) => {
    const declared = { product: 'text', month: 'text', care: 'text' } as const;
    const { product, month, care } = readOperationInput(request, declared, deps.settings.maxDepth);
    const asked = { month: readMonth(month), care: readCare(care), insurer: deps.settings.insurer };
    const plan = await readPlan(deps, product);
    const begun = beginRun(plan, asked);
    if ('issues' in begun) throw new FhirError(422, begun.issues);
    const id = await taskId(deps, begun.run);
    await orAfter(workOn(deps, begun.run, plan, id), WAIT_MS);
    const run = await read(deps, 'Task', id);
    const { status, statusReason } = JSON.parse(run.body!) as Task;
    if (status === 'failed') {
      throw new FhirError(422, [mixedCurrencies(`Task/${id}`, statusReason?.text ?? '')]);
    }
    return run;
  },
};
