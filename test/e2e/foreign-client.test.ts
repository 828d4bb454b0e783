import type { Bundle, CapabilityStatement, OperationOutcome, Patient } from 'fhir/r4.js';
import { CapabilityTool, Client } from 'fhir-kit-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killServers, startServer } from './server-process.ts';

type Body = Awaited<ReturnType<Client['read']>>;
type LinkedBundle = Parameters<Client['nextPage']>[0]['bundle'];

const SYSTEM = 'https://hospital.example/patients';

const patient = (number: number, family = 'Kamara'): Body => ({
  resourceType: 'Patient',
  identifier: [{ system: SYSTEM, value: String(number) }],
  name: [{ family, given: [`P${number}`] }],
  gender: 'female',
  birthDate: `${1940 + number}-05-17`,
});

const statusOf = (body: Body): number | undefined => Client.httpFor(body).response?.status;

/** What a refused request is rejected with. */
interface Refusal {
  response: { status: number; data: OperationOutcome };
}

const refusalOf = async (request: Promise<unknown>): Promise<Refusal['response']> =>
  request.then(
    () => expect.unreachable('The request was not refused'),
    (error: Refusal) => error.response,
  );

/** A client that knows nothing of this server but FHIR R4. */
describe('fhir-kit-client', () => {
  let client: Client;

  beforeAll(async () => {
    const { url } = await startServer({ KIUNGO_STORE: 'sqlite::memory:' });
    client = new Client({ baseUrl: url });
  });

  afterAll(killServers);

  const create = async (number: number, family?: string): Promise<Body> =>
    client.create({ resourceType: 'Patient', body: patient(number, family) });

  it('finds in the capability statement what it may do', async () => {
    const statement = await client.capabilityStatement();
    expect((statement as unknown as CapabilityStatement).fhirVersion).toBe('4.0.1');
    const tool = new CapabilityTool(statement);
    expect(tool.resourceCan('Patient', 'create')).toBe(true);
    expect(tool.resourceCan('Patient', 'patch')).toBe(true);
    expect(tool.resourceCan('StructureDefinition', 'patch')).toBe(false);
    expect(tool.resourceSearch('Claim', 'patient')).toBe(true);
    expect(tool.resourceCan('Observation', 'create')).toBe(false);
  });

  it('creates, reads, updates and deletes', async () => {
    const created = await create(1);
    expect(statusOf(created)).toBe(201);
    const id = created.id as string;
    const location = Client.httpFor(created).response!.headers.get('location')!;
    expect(location).toBe(`${client.baseUrl}/Patient/${id}/_history/1`);
    expect(await client.request(location)).toEqual(created);
    expect(await client.read({ resourceType: 'Patient', id })).toEqual(created);

    const changed = await client.update({ resourceType: 'Patient', id, body: { ...created, gender: 'male' } });
    expect(statusOf(changed)).toBe(200);
    expect(changed).toMatchObject({ id, gender: 'male', meta: { versionId: '2' } });
    expect(await client.vread({ resourceType: 'Patient', id, version: '1' })).toEqual(created);

    await client.delete({ resourceType: 'Patient', id });
    expect((await refusalOf(client.read({ resourceType: 'Patient', id }))).status).toBe(410);

    const history = (await client.history({ resourceType: 'Patient', id })) as unknown as Bundle<Patient>;
    expect(history.type).toBe('history');
    expect(history.entry!.map(({ request, resource }) => [request!.method, resource?.gender])).toEqual([
      ['DELETE', undefined],
      ['PUT', 'male'],
      ['POST', 'female'],
    ]);
  });

  it('pages through what it searches, each once', async () => {
    const ids = [];
    for (let number = 10; number < 35; number++) ids.push((await create(number, 'Page')).id);
    const searchParams = { family: 'page', _count: '10', _sort: 'birthdate' };
    let page: Body | undefined = await client.search({ resourceType: 'Patient', searchParams });
    const found: (readonly [string | undefined, string | undefined])[] = [];
    const sizes: number[] = [];
    while (page !== undefined) {
      const { entry = [] } = page as unknown as Bundle<Patient>;
      sizes.push(entry.length);
      found.push(...entry.map(({ resource }) => [resource?.id, resource?.birthDate] as const));
      page = await client.nextPage({ bundle: page as LinkedBundle });
    }
    expect(sizes).toEqual([10, 10, 5]);
    expect(found.map(([id]) => id)).toEqual(ids);
    const days = found.map(([, day]) => day!);
    expect(days).toEqual([...days].sort());
  });

  it('creates on condition that there is none yet', async () => {
    const createOnce = async (): Promise<Body> =>
      client.create({
        resourceType: 'Patient',
        body: patient(40),
        options: { headers: { 'If-None-Exist': `identifier=${SYSTEM}|40` } },
      });
    const [first, second] = [await createOnce(), await createOnce()];
    expect([first, second].map(statusOf)).toEqual([201, 200]);
    expect(second.id).toBe(first.id);
    const found = await client.search({ resourceType: 'Patient', searchParams: { identifier: `${SYSTEM}|40` } });
    expect((found as unknown as Bundle).entry).toHaveLength(1);
  });

  it('is told what is wrong', async () => {
    const { status, data } = await refusalOf(
      client.create({ resourceType: 'Patient', body: { ...patient(50), gendre: 'female', birthDate: '1960-13-01' } }),
    );
    expect(status).toBe(422);
    expect(data.resourceType).toBe('OperationOutcome');
    const errors = data.issue.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ expression }) => expression?.[0]).sort()).toEqual(['Patient.birthDate', 'Patient.gendre']);
    for (const { diagnostics } of errors) expect(diagnostics!.length).toBeGreaterThan(20);
  });

  it('patches, and updates what it knows by an identifier only', async () => {
    const { id } = await create(75);
    const jsonPatch = [{ op: 'add' as const, path: '/active', value: true }];
    const patched = await client.patch({ resourceType: 'Patient', id: id as string, jsonPatch });
    expect({ status: statusOf(patched), active: patched.active }).toEqual({ status: 200, active: true });
    const searchParams = { identifier: `${SYSTEM}|75` };
    const updated = await client.update({ resourceType: 'Patient', searchParams, body: patient(75, 'Changed') });
    expect({ status: statusOf(updated), id: updated.id }).toEqual({ status: 200, id });
  });

  it('sends a transaction, whose references it follows, and a batch', async () => {
    const fullUrl = 'urn:uuid:5f0c3c1e-3c0a-4d0e-9d55-6d3f5b0f7a01';
    const list = { resourceType: 'List', status: 'current', mode: 'working', subject: { reference: fullUrl } };
    const entry = [
      { fullUrl, resource: patient(80), request: { method: 'POST', url: 'Patient' } },
      { resource: list, request: { method: 'POST', url: 'List' } },
    ];
    const stored = (await client.transaction({
      body: { resourceType: 'Bundle', type: 'transaction', entry },
    })) as unknown as Bundle<Patient>;
    expect(stored.type).toBe('transaction-response');
    expect(stored.entry!.map(({ response }) => response!.status)).toEqual(['201 Created', '201 Created']);
    const [made, listed] = await Promise.all(stored.entry!.map(({ response }) => client.request(response!.location!)));
    expect(listed).toMatchObject({ subject: { reference: `Patient/${made!.id}` } });

    const asked = [`Patient/${made!.id}`, 'Patient/none'].map(url => ({ request: { method: 'GET', url } }));
    const read = (await client.batch({
      body: { resourceType: 'Bundle', type: 'batch', entry: asked },
    })) as unknown as Bundle<Patient>;
    expect(read.entry![0]!.resource).toEqual(made);
    expect(read.entry![1]!.response).toMatchObject({
      status: '404 Not Found',
      outcome: { issue: [{ code: 'not-found' }] },
    });
  });

  it.each<[string, number, string, () => Promise<unknown>]>([
    ['an unknown id', 404, 'not-found', () => client.read({ resourceType: 'Patient', id: 'none' })],
    ['a type that is not enabled', 404, 'not-supported', () => client.search({ resourceType: 'Observation' })],
    [
      'a parameter that is not known',
      400,
      'not-supported',
      () => client.search({ resourceType: 'Patient', searchParams: { familiy: 'x' } }),
    ],
    [
      'an interaction that is not enabled',
      405,
      'not-supported',
      () => client.patch({ resourceType: 'ValueSet', id: 'x', jsonPatch: [{ op: 'remove', path: '/name' }] }),
    ],
  ])('is told about %s', async (_name, expected, code, request) => {
    const { status, data } = await refusalOf(request());
    expect(status).toBe(expected);
    expect(data).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] });
  });
});
