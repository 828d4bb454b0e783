import type { ClaimResponse, Contract, InsurancePlan, MeasureReport, Task, TaskOutput } from 'fhir/r4.js';
import { dayOf, formatInstant } from '../fhir/datetime.ts';
import { addDecimals, decimalOf, ZERO } from '../fhir/decimal.ts';
import { parseExact, plainNumber } from '../fhir/exact-json.ts';
import type { Resource } from '../fhir/resource.ts';
import {
  type BilledClaim,
  facilityBill,
  indexReport,
  outputOf,
  type RunOf,
  runName,
  runTask,
  withOutput,
} from '../insurance/batch/batch-resources.ts';
import { allocatedOf, fundOf, relativeIndex } from '../insurance/batch/relative-share.ts';
import {
  claimsOfRun,
  currencyOf,
  nominalOf,
  pageLookups,
  type RunSearch,
  valuedClaims,
} from '../insurance/batch/run-page.ts';
import { paidOf, runSystem } from '../insurance/batch/value-claim.ts';
import { commitUnit } from '../interactions/commit-unit.ts';
import type { Deps } from '../interactions/context.ts';
import { foundPages } from '../interactions/found-pages.ts';
import { lookUp } from '../interactions/look-up.ts';
import { ownChange } from '../interactions/own-change.ts';
import type { Change, CommitResult } from '../store/store.ts';

/** Claims that are valued in one unit. */
const PAGE = 100;

/** A run at work: every unit that it commits makes a new version of its Task, so that nothing is done twice. */
interface Work {
  deps: Deps;
  run: RunOf;
  plan: InsurancePlan;
  id: string;
}

const asResource = (resource: object): Resource => resource as unknown as Resource;

const readTask = async ({ deps, id }: Work): Promise<Task | undefined> => {
  const stored = await deps.store.read({ resourceType: 'Task', id });
  const task = stored === undefined || stored.method === 'DELETE' ? undefined : (parseExact(stored.body) as Task);
  // Whoever calls the Task off or deletes it stops the run.
  return task?.status === 'in-progress' ? task : undefined;
};

/** A new version of a resource, or the first one of what has none. */
const changeOf = (deps: Deps, resource: Resource, lastUpdated: number): Change => {
  const { resourceType, id } = resource;
  const versionId = plainNumber(resource.meta?.versionId ?? 0) + 1;
  return ownChange(deps, resource, { resourceType, id: id!, versionId, lastUpdated });
};

/** Commits a step of the run with the Task that tells of it. @returns whether nobody came between */
const commit = async (work: Work, task: Task, changed: readonly Resource[] = []): Promise<boolean> => {
  const now = work.deps.now();
  const all = [...changed, asResource(task)];
  const { outcome } = await commitUnit(work.deps, {
    changes: all.map(resource => changeOf(work.deps, resource, now)),
  });
  return outcome === 'committed';
};

const searchOf = ({ deps, run, plan }: Work): RunSearch => ({
  distribution: run.distribution,
  planCodes: (plan.identifier ?? []).flatMap(({ value }) => value ?? []),
  timeZone: deps.settings.timeZone,
});

/** Answers to claims that were processed, as they were when the run began. */
const processedPages = ({ deps }: Work, { authoredOn }: Task) =>
  foundPages(
    deps,
    {
      resourceType: 'ClaimResponse',
      parameters: [
        ['outcome', 'partial'],
        ['_lastUpdated', `le${authoredOn}`],
      ],
      exact: true,
    },
    PAGE,
  );

/** Ends a run before it has valued anything, because of one answer's currency. */
const fail = async (work: Work, task: Task, answer: string): Promise<void> => {
  await commit(work, { ...task, status: 'failed', statusReason: { text: answer } });
};

const sumUp = async (work: Work, task: Task): Promise<void> => {
  const { deps, run } = work;
  let [allocated, nominal] = [ZERO, ZERO];
  let currency: string | undefined;
  const contracts = { resourceType: 'Contract', parameters: [['plan', run.plan]] as const, exact: true as const };
  for await (const page of foundPages(deps, contracts, PAGE)) {
    for (const contract of page as unknown as Contract[]) {
      allocated = addDecimals(allocated, allocatedOf(contract, run.plan, run.distribution, deps.settings.timeZone));
    }
  }
  for await (const page of processedPages(work, task)) {
    const { found } = await lookUp(deps, known => pageLookups(page, known));
    const claims = claimsOfRun(page, found, searchOf(work));
    const { other, ...told } = currencyOf(claims, currency);
    if (other !== undefined) return fail(work, task, `ClaimResponse/${other.id}`);
    ({ currency } = told);
    nominal = addDecimals(nominal, nominalOf(claims));
  }
  const fund = fundOf(allocated, run.distribution);
  const figures = { allocated, fund, nominal, index: relativeIndex(fund, nominal) };
  const date = dayOf(deps.now(), deps.settings.timeZone);
  const report = { ...indexReport(run, figures, date), id: deps.newId() };
  const told = withOutput(task, 'index', { valueReference: { reference: `MeasureReport/${report.id}` } });
  await commit(work, { ...told, businessStatus: { text: 'valuing' } }, [asResource(report)]);
};

const indexOf = async ({ deps }: Work, task: Task) => {
  const id = outputOf(task, 'index')!.valueReference!.reference!.slice('MeasureReport/'.length);
  const { body } = (await deps.store.read({ resourceType: 'MeasureReport', id }))!;
  return decimalOf((parseExact(body) as MeasureReport).group![0]!.measureScore!.value);
};

/** Values the claims of a page; where others change one of them meanwhile, they are read again. */
const valuePage = async (work: Work, first: readonly Resource[], index: ReturnType<typeof decimalOf>) => {
  let page = first;
  for (;;) {
    const { found } = await lookUp(work.deps, known => pageLookups(page, known));
    const claims = claimsOfRun(page, found, searchOf(work));
    const task = claims.length === 0 ? undefined : await readTask(work);
    if (task === undefined) return;
    const before = plainNumber(outputOf(task, 'claims')?.valueInteger ?? 0);
    const told = withOutput(task, 'claims', { valueInteger: before + claims.length });
    const { language } = work.deps.settings;
    if (await commit(work, told, valuedClaims(claims, found, { index, run: `Task/${work.id}`, language }))) return;
    const references = claims.map(({ response }) => `ClaimResponse/${response.id}`);
    page = (await lookUp(work.deps, () => ({ page: { references, exact: true } }))).found.page!;
  }
};

const value = async (work: Work, task: Task): Promise<void> => {
  const index = await indexOf(work, task);
  for await (const page of processedPages(work, task)) await valuePage(work, page, index);
  const valued = await readTask(work);
  if (valued !== undefined) await commit(work, { ...valued, businessStatus: { text: 'billing' } });
};

const valuedPages = ({ deps, id }: Work, facility = '') =>
  foundPages(
    deps,
    {
      resourceType: 'ClaimResponse',
      parameters: [['payment-identifier', `${runSystem(`Task/${id}`)}|${facility}`]],
      exact: true,
    },
    PAGE,
  );

const billOf = async (work: Work, facility: string): Promise<Resource> => {
  const { deps, run, id } = work;
  const claims: BilledClaim[] = [];
  let currency = deps.settings.currency;
  for await (const page of valuedPages(work, facility)) {
    for (const response of page as unknown as ClaimResponse[]) {
      const paid = paidOf(response, `Task/${id}`);
      if (paid === undefined) continue;
      ({ currency } = paid);
      const { identifier, request } = response;
      claims.push({ response: { identifier, request } as ClaimResponse, amount: paid.amount });
    }
  }
  const bill = { id: deps.newId(), facility, date: dayOf(deps.now(), deps.settings.timeZone), currency };
  return { ...asResource(facilityBill(run, bill, claims)), id: bill.id };
};

const isBillOf =
  (facility: string) =>
  ({ type, valueReference }: TaskOutput): boolean =>
    type.text === 'bill' && valueReference?.display === facility;

const bill = async (work: Work): Promise<void> => {
  const facilities = new Set<string>();
  for await (const page of valuedPages(work)) {
    for (const response of page as unknown as ClaimResponse[]) {
      const paid = paidOf(response, `Task/${work.id}`);
      if (paid !== undefined) facilities.add(paid.facility);
    }
  }
  for (const facility of [...facilities].sort()) {
    for (let isDone = false; !isDone; ) {
      const task = await readTask(work);
      if (task === undefined) return;
      if (task.output?.some(isBillOf(facility))) break;
      const invoice = await billOf(work, facility);
      const valueReference = { reference: `Invoice/${invoice.id}`, display: facility };
      const output = [...(task.output ?? []), { type: { text: 'bill' }, valueReference }];
      isDone = await commit(work, { ...task, output }, [invoice]);
    }
  }
  const task = await readTask(work);
  if (task !== undefined) await commit(work, { ...task, status: 'completed', businessStatus: { text: 'done' } });
};

const PHASES: Readonly<Record<string, (work: Work, task: Task) => Promise<void>>> = {
  summing: sumUp,
  valuing: value,
  billing: bill,
};

/** Begins a run. Another one of the same product and period is told in the result (`identity-taken`). */
export const beginTask = (deps: Deps, run: RunOf, id: string): Promise<CommitResult> => {
  const now = deps.now();
  const task = { ...asResource(runTask(run, formatInstant(now))), id };
  return commitUnit(deps, { changes: [changeOf(deps, task, now)] });
};

/** Whether a Task is that of the run. */
export const isTaskOf = ({ identifier = [] }: Task, run: RunOf): boolean =>
  identifier.some(({ value: name }) => name === runName(run));

/**
 * Goes on with a run from where its Task stands, to its end: sums up contributions and nominal values, values the claims page by page, makes
 * a bill for each facility. It may be broken off at any moment and called again.
 */
export const runBatch = async (work: Work): Promise<void> => {
  for (let task = await readTask(work); task !== undefined; task = await readTask(work)) {
    await PHASES[task.businessStatus?.text ?? 'summing']!(work, task);
  }
};
