import { readFileSync } from 'node:fs';
import type { Invoice, Task } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import type { BatchClaim } from '../../scripts/simulate/batch-case.ts';
import { batchClaimResources, contractResource, withDistribution } from '../../scripts/simulate/batch-resources.ts';
import type { CaseSetUp, ClaimCase } from '../../scripts/simulate/case.ts';
import { namingOf } from '../../scripts/simulate/claim-case.ts';
import { claimResource } from '../../scripts/simulate/claim-resources.ts';
import { setUpResources } from '../../scripts/simulate/set-up-resources.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import type { Deps } from '../../src/interactions/context.ts';
import { batchRun } from '../../src/operations/batch-run.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { expectOutcome } from './expect-outcome.ts';
import { notice } from './payment-resources.ts';
import { resourcesOf, useServer } from './start-server.ts';

const server = useServer();

const FACILITIES = ['A', 'B', 'C'];
const setUp: CaseSetUp = {
  facilities: Object.fromEntries(FACILITIES.map(name => [name, {}])),
  catalog: { service: { kind: 'service' } },
  products: { P: {} },
  patients: { insuree: { gender: 'female', birthDate: '1980-01-01' } },
  coverages: { cover: { product: 'P', effective: '1990-01-01', members: { insuree: {} } } },
};

let schemes = 0;

/** A product of its own with a contribution of 3.66 for June, and claims of June: each a relative price of 1.00. */
const loadClaims = async (count: number): Promise<(kind: string, name: string) => string> => {
  const naming = namingOf(++schemes, 'USD');
  const put = async (resource: object): Promise<void> => {
    const { resourceType, id } = resource as Resource;
    const { status, text } = await server.put(`${resourceType}/${id}`, resource as Resource);
    expect(status, text).toBeLessThan(300);
  };
  for (const resource of setUpResources(setUp, naming)) {
    const isPlan = resource.resourceType === 'InsurancePlan';
    const distribution = { type: 'month', careType: 'both', period: 6, percent: 50 } as const;
    await put(isPlan ? withDistribution(resource, distribution) : resource);
  }
  const coverage = { effective: '2024-06-01', expiry: '2024-06-30' };
  await put(contractResource(0, { amount: `${count}.00`, coverage }, 'P', naming));
  for (let number = 0; number < count; number++) {
    const claim: BatchClaim = {
      id: `${number}`,
      status: 8,
      processed: '2024-06-15',
      start: '2024-06-10',
      facility: FACILITIES[number % 3]!,
      lines: [{ sequence: 1, priceOrigin: 'R', nominal: '1.00' }],
    };
    const { claim: asked, answer } = batchClaimResources(claim, setUp, naming);
    await put(asked);
    await put(answer);
  }
  return naming.id;
};

const ask = (plan: string, more = '') =>
  server.post(`Organization/$batch-run?product=InsurancePlan/${plan}&month=2024-06${more}`, '');

const outputs = ({ output = [] }: Task, name: string) => output.filter(({ type }) => type.text === name);

/** What a run came to: claims of each bill with the bill's total, and how many versions the answers of its claims have. */
const resultOf = async (task: Task): Promise<unknown> => {
  const bills = await Promise.all(
    outputs(task, 'bill').map(async ({ valueReference }) => {
      const { body } = await server.get(valueReference!.reference!);
      const { lineItem, totalGross, status, recipient } = body as unknown as Invoice;
      return [recipient!.reference!.slice(-1), status, lineItem!.length, totalGross!.value];
    }),
  );
  const { body } = await server.get(
    `ClaimResponse?payment-identifier=https://kiungo.example/fhir/batch-run/${task.id}|&_count=1000`,
  );
  const versions = new Set(resourcesOf(body).map(({ meta }) => meta!.versionId));
  return { claims: outputs(task, 'claims')[0]?.valueInteger, bills, versions: [...versions] };
};

const expectRun = async (task: Task, count: number): Promise<void> => {
  expect(task).toMatchObject({ status: 'completed', businessStatus: { text: 'done' } });
  expect(await resultOf(task)).toEqual({
    claims: count,
    bills: FACILITIES.map(name => [name, 'issued', count / 3, count / 6]),
    versions: ['3'],
  });
};

/** The same server, but its store goes away after so many commits. */
const losingStore = (deps: Deps, commits: number): Deps => {
  let left = commits;
  const commit: Deps['store']['commit'] = async unit => {
    if (left-- <= 0) throw new StoreError('unavailable', 'gone');
    return deps.store.commit(unit);
  };
  const store = new Proxy(deps.store, {
    get: (target, name) => {
      if (name === 'commit') return commit;
      const member = target[name as keyof typeof target];
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { ...deps, store };
};

describe('Organization/$batch-run', () => {
  it('values claims, bills each facility, and is run once; the bill is paid like any invoice', async () => {
    const id = await loadClaims(6);
    const plan = id('product', 'P');
    const { status, body } = await ask(plan);
    expect(status).toBe(200);
    await expectRun(body as unknown as Task, 6);
    const [index] = outputs(body as unknown as Task, 'index');
    const { body: report } = await server.get(index!.valueReference!.reference!);
    expect(report).toMatchObject({ group: [{ measureScore: { value: 0.5 } }, {}, {}, {}] });
    expectOutcome(await ask(plan), 422, 'batch-already-run');
    expectOutcome(await ask(plan, '&care=hospital'), 422, 'batch-run-not-due');
    expectOutcome(await server.delete(`Task/${body.id}`), 422, 'batch-already-run');

    const bill = outputs(body as unknown as Task, 'bill')[0]!.valueReference!.reference!.split('/')[1]!;
    const facility = { reference: `Organization/${id('facility', 'A')}` };
    const paid = notice(`n${bill}`, bill, 1, { payee: facility, recipient: facility });
    expect((await server.put(`PaymentNotice/${paid.id}`, paid)).status).toBe(201);
    expect((await server.get(`Invoice/${bill}`)).body.status).toBe('balanced');
  });

  it('runs all products of a district that are due, and tells why others were not', async () => {
    const district = {
      resourceType: 'Location',
      id: 'district-of-runs',
      status: 'active',
      identifier: [{ value: 'D-RUNS' }],
      name: 'Uluru',
    };
    const { status: stored, text } = await server.put(`Location/${district.id}`, district);
    expect(stored, text).toBe(201);
    const ofDistrict = async (isDue = true): Promise<string> => {
      const plan = (await loadClaims(3))('product', 'P');
      const { extension, ...body } = (await server.get(`InsurancePlan/${plan}`)).body;
      const coverageArea = [{ reference: `Location/${district.id}` }];
      const answer = await server.put(`InsurancePlan/${plan}`, {
        ...body,
        coverageArea,
        ...(isDue && { extension: extension! }),
      });
      expect(answer.status, answer.text).toBe(200);
      return plan;
    };
    const elsewhere = (await loadClaims(3))('product', 'P');
    const first = await ofDistrict();
    const second = await ofDistrict();
    await ofDistrict(false);
    const run = (more: string) => server.post(`Organization/$batch-run?month=2024-06&${more}`, '');
    expectOutcome(
      await run(`district=Location/${district.id}&product=InsurancePlan/${elsewhere}`),
      400,
      'operation-parameter-invalid',
    );
    expectOutcome(await run('district=Location/unheard-of'), 404, 'resource-unknown');
    expectOutcome(await run(''), 400, 'operation-parameter-missing');

    const { status, body } = await run(`district=Location/${district.id}`);
    expect(status).toBe(200);
    const [outcome, ...tasks] = resourcesOf(body).toReversed();
    expect(outcome).toMatchObject({ issue: [{ severity: 'information' }] });
    expect(tasks.map(({ focus }) => (focus as JsonObject).reference).toSorted()).toEqual(
      [first, second].map(plan => `InsurancePlan/${plan}`).toSorted(),
    );
    for (const task of tasks) await expectRun(task as unknown as Task, 3);
    expectOutcome(await run(`district=Location/${district.id}`), 422, 'batch-already-run');
  });

  it('finishes a claim that was checked and processed here', async () => {
    const { cases } = JSON.parse(
      readFileSync(new URL('../simulation/worked-claims.json', import.meta.url), 'utf8'),
    ) as {
      cases: ClaimCase[];
    };
    const { setup: worked, claim } = cases.find(({ id }) => id === 'E42')!;
    const setup = { ...worked, patients: { ...worked.patients, ...setUp.patients } };
    const naming = namingOf(++schemes, 'USD');
    const [today] = new Date().toISOString().split('T');
    const percent = 100;
    const distribution = { type: 'month', careType: 'both', period: Number(today!.slice(5, 7)), percent } as const;
    for (const resource of setUpResources(setup, naming)) {
      const isPlan = resource.resourceType === 'InsurancePlan';
      const stored = isPlan ? withDistribution(resource, distribution) : resource;
      const { status, text } = await server.put(
        `${resource.resourceType}/${resource.id}`,
        stored as unknown as Resource,
      );
      expect(status, text).toBe(201);
    }
    const coverage = { effective: `${today!.slice(0, 8)}01`, expiry: `${today!.slice(0, 8)}28` };
    const contract = contractResource(0, { amount: '28.80', coverage }, 'P1', naming);
    expect((await server.put(`Contract/${contract.id}`, contract as unknown as Resource)).status).toBe(201);
    const asked = claimResource(claim!, setup, naming, { name: 'E42', mode: 'review' });
    expect((await server.put(`Claim/${asked.id}`, asked as unknown as Resource)).status).toBe(201);
    expect((await server.post(`Claim/${asked.id}/$process`, '')).body).toMatchObject({ outcome: 'partial' });
    const plan = naming.id('product', 'P1');
    const run = await server.post(
      `Organization/$batch-run?product=InsurancePlan/${plan}&month=${today!.slice(0, 7)}`,
      '',
    );
    expect(run.body).toMatchObject({ status: 'completed' });
    const { body } = await server.get(`ClaimResponse/${asked.id}`);
    expect(body.outcome).toBe('complete');
    const sums = (body.total as { amount: { value: number } }[]).map(({ amount }) => amount.value);
    expect(sums).toEqual([50, 50, 55, 38.8]);
  });

  it('goes on where it was broken off, and counts nothing twice', async () => {
    const id = await loadClaims(240);
    const body = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'product', valueString: `InsurancePlan/${id('product', 'P')}` },
        { name: 'month', valueString: '2024-06' },
      ],
    };
    let task: Task | undefined;
    let calls = 0;
    while (task?.status !== 'completed') {
      const answer = await batchRun.run(losingStore(server.app.deps, 1 + (calls++ % 2)), {
        level: 'type',
        resourceType: 'Organization',
        parameters: [],
        body: Buffer.from(JSON.stringify(body)),
        prefer: { return: 'representation', handling: 'strict', normalize: undefined },
      });
      task = JSON.parse(answer.body!) as Task;
    }
    expect(calls).toBeGreaterThan(3);
    await expectRun(task, 240);
  });

  it('is one run, however many ask for it at the same moment', async () => {
    const id = await loadClaims(6);
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(id('product', 'P'))));
    const tasks = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body.id));
    expect(tasks.size).toBe(1);
    await expectRun((await server.get(`Task/${[...tasks][0]}`)).body as unknown as Task, 6);
  });

  it.each([
    ['product=InsurancePlan/none&month=2024-06', 404, 'resource-unknown'],
    ['product=Claim/1&month=2024-06', 400, 'operation-parameter-invalid'],
    ['month=2024-06', 400, 'operation-parameter-missing'],
    ['product=InsurancePlan/none&month=June', 400, 'operation-parameter-invalid'],
    ['product=InsurancePlan/none&month=2024-06&care=some', 400, 'operation-parameter-invalid'],
  ] as const)('refuses %s', async (query, status, rule) => {
    expectOutcome(await server.post(`Organization/$batch-run?${query}`, ''), status, rule);
  });
});
