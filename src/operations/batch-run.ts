import { randomUUID } from 'node:crypto';
import type { InsurancePlan, Task } from 'fhir/r4.js';
import { buildBundle } from '../fhir/bundle.ts';
import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import { parseReference } from '../fhir/reference.ts';
import type { Resource } from '../fhir/resource.ts';
import type { RunOf } from '../insurance/batch/batch-resources.ts';
import { alreadyRun, beginRun, mixedCurrencies } from '../insurance/batch/begin-run.ts';
import type { RunCare } from '../insurance/batch/plan-distribution.ts';
import { allFaults } from '../interactions/all-faults.ts';
import { type Deps, type InteractionResult, serverOf } from '../interactions/context.ts';
import { foundPages } from '../interactions/found-pages.ts';
import { read } from '../interactions/read.ts';
import { StoreError } from '../store/store-error.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { beginTask, isTaskOf, runBatch } from './run-batch.ts';

/** How long a call waits for the run to end before it answers with the run as it is. */
const WAIT_MS = 5000;

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const CARE: readonly RunCare[] = ['hospital', 'non-hospital', 'both'];

/** The id in a reference to a resource of a type. @throws {FhirError} 400 */
const idOf = (deps: Deps, parameter: string, type: string, reference: string): string => {
  const target = parseReference(reference, deps.settings.baseUrl);
  if (target.kind === 'local' && target.resourceType === type) return target.id;
  throw refuse('operation-parameter-invalid', `The parameter ${parameter} must name one, like ${type}/123.`);
};

/** Makes the function that says whether a product is of a district: whether that is its area of coverage. @throws {FhirError} 404 */
const ofDistrict = async (deps: Deps, district: string): Promise<(plan: Resource) => boolean> => {
  const id = idOf(deps, 'district', 'Location', district);
  await read(deps, 'Location', id);
  return plan => {
    const { coverageArea = [] } = plan as unknown as InsurancePlan;
    return coverageArea.some(({ reference }) => reference === `Location/${id}`);
  };
};

/** The products that are asked for. @throws {FhirError} 400 where none is named, or there is none of that name in the district */
const plansAsked = async (
  deps: Deps,
  product: string | undefined,
  district: string | undefined,
): Promise<Resource[]> => {
  if (product === undefined && district === undefined) {
    throw refuse(
      'operation-parameter-missing',
      'Say which product: add product=InsurancePlan/<id>; or whose products: add district=Location/<id>.',
    );
  }
  const isMeant = district === undefined ? () => true : await ofDistrict(deps, district);
  if (product === undefined) {
    const plans: Resource[] = [];
    for await (const page of foundPages(deps, { resourceType: 'InsurancePlan', parameters: [] })) {
      plans.push(...page.filter(isMeant));
    }
    return plans;
  }
  const id = idOf(deps, 'product', 'InsurancePlan', product);
  const plan = JSON.parse((await read(deps, 'InsurancePlan', id)).body!) as Resource;
  if (isMeant(plan)) return [plan];
  throw refuse(
    'operation-parameter-invalid',
    `InsurancePlan/${id} is no product of ${district}: its coverageArea is another.`,
  );
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

const noProducts = (district: string): FhirError =>
  refuse('operation-parameter-invalid', `No product has ${district} as its coverageArea.`);

/** Tasks in a Bundle, and an outcome that tells why other products were not run. */
const runsOf = ({ settings }: Deps, runs: readonly InteractionResult[], faults: readonly FhirError[]): string => {
  const entries = runs.map(
    ({ version, body }) => `{"fullUrl":"${settings.baseUrl}/Task/${version!.id}","resource":${body}}`,
  );
  const issues = faults.flatMap(fault => fault.issues).map((issue): Issue => ({ ...issue, severity: 'information' }));
  if (issues.length > 0) {
    const outcome = JSON.stringify(operationOutcome(issues));
    entries.push(`{"fullUrl":"urn:uuid:${randomUUID()}","resource":${outcome}}`);
  }
  return buildBundle({ type: 'collection', entries });
};

/** Begins the run of a product or goes on with it. @throws {FhirError} 422 where it is not due, was run, or has failed */
const runOf = async (
  deps: Deps,
  plan: Resource,
  asked: Parameters<typeof beginRun>[1],
  waitMs: number,
): Promise<InteractionResult> => {
  const begun = beginRun(plan, asked);
  if ('issues' in begun) throw new FhirError(422, begun.issues);
  const id = await taskId(deps, begun.run);
  await orAfter(workOn(deps, begun.run, plan, id), waitMs);
  const run = await read(deps, 'Task', id);
  const { status, statusReason } = JSON.parse(run.body!) as Task;
  if (status === 'failed') {
    throw new FhirError(422, [mixedCurrencies(`Task/${id}`, statusReason?.text ?? '')]);
  }
  return run;
};

/**
 * Values the claims with relative prices of a product and a period, once: by an index of what was contributed and what waits. Answers with
 * the Task of the run, which says how far it is; it goes on after the answer, and where it was broken off, when it is called again. For all
 * products of a district: with a Bundle of their Tasks, and why others were not run.
 */
export const batchRun: Operation = {
  code: 'batch-run',
  levels: new Set(['type']),
  affectsState: true,
  run: async (deps, request) => {
    const declared = { product: 'text', district: 'text', month: 'text', care: 'text' } as const;
    const { product, district, month, care } = readOperationInput(request, declared, deps.settings.maxDepth);
    const asked = { month: readMonth(month), care: readCare(care), insurer: deps.settings.insurer };
    const plans = await plansAsked(deps, product, district);
    if (product !== undefined) return runOf(deps, plans[0]!, asked, WAIT_MS);
    // All of them together are waited for no longer than one is.
    const until = performance.now() + WAIT_MS;
    const runs: InteractionResult[] = [];
    const faults: FhirError[] = [];
    for (const plan of plans) {
      try {
        runs.push(await runOf(deps, plan, asked, Math.max(0, until - performance.now())));
      } catch (error) {
        if (!(error instanceof FhirError)) throw error;
        faults.push(error);
      }
    }
    if (runs.length === 0) throw faults.length > 0 ? allFaults(faults) : noProducts(district!);
    return { status: 200, body: runsOf(deps, runs, faults) };
  },
};
