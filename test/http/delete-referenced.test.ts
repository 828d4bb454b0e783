import { beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim, paymentNotice } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { loadScheme, startServer, useServer, YEAR } from './start-server.ts';

const server = useServer();
const target = (id: string): Resource => patient(id, { id });
const basic = (id: string, more: JsonObject): Resource => ({
  resourceType: 'Basic',
  id,
  code: { text: 'note' },
  ...more,
});

/** Deletes, and insists on a refusal that names these. */
const refusedFor = async (path: string, ...referrers: readonly string[]): Promise<void> => {
  const refused = await server.delete(path);
  expectOutcome(refused, 409, 'resource-referenced');
  const [{ diagnostics }] = refused.body.issue as [{ diagnostics: string }];
  expect(diagnostics).toContain(` others refer to it: ${referrers.join(', ')}. Delete those first`);
};

const store = async (resource: Resource): Promise<void> => {
  const { status, text } = await server.put(`${resource.resourceType}/${resource.id}`, resource);
  expect(status, text).toBe(201);
};

describe('a claim of the demo scheme', () => {
  let claim: Resource;
  beforeAll(async () => {
    await loadScheme(server);
    claim = (await server.post('Claim', malariaClaim(`${YEAR}-06-03`))).body;
  });

  test('keeps the patient, the coverage, the provider and what was given', async () => {
    const names = [`Claim/${claim.id}`, `ClaimResponse/${claim.id}`];
    await refusedFor('Patient/zuri-sadiki', ...names, 'Coverage/zuri-sadiki-cover', 'Group/sadiki-family');
    await refusedFor('Coverage/zuri-sadiki-cover', `Claim/${claim.id}`);
    expectOutcome(await server.delete('Organization/tamaro-health-centre'), 409, 'resource-referenced');
    await refusedFor('Organization/openIMIS-Implementation', names[1]!, 'Invoice/lungu-renewal');
  });

  test('goes together with its answer, but not while a payment refers to one of them', async () => {
    const of = { request: { reference: `Claim/${claim.id}` }, response: { reference: `ClaimResponse/${claim.id}` } };
    const notice = await server.post('PaymentNotice', { ...paymentNotice(`${YEAR}-06-05`), ...of });
    expect(notice.status, notice.text).toBe(201);
    await refusedFor(`Claim/${claim.id}`, `PaymentNotice/${notice.body.id}`);
    expect((await server.get(`Claim/${claim.id}`)).status).toBe(200);
    await refusedFor(`ClaimResponse/${claim.id}`, `PaymentNotice/${notice.body.id}`);
    expect((await server.delete(`PaymentNotice/${notice.body.id}`)).status).toBe(204);
    expect((await server.delete(`Claim/${claim.id}`)).status).toBe(204);
    expectOutcome(await server.get(`ClaimResponse/${claim.id}`), 410, 'resource-deleted');
    expect((await server.delete('Coverage/zuri-sadiki-cover')).status).toBe(204);
  });
});

test.each([
  ['an extension', { extension: [{ url: 'https://example.org/near', valueReference: { reference: 'Patient/l-1' } }] }],
  [
    'a contained resource',
    {
      subject: { reference: '#inner' },
      contained: [basic('inner', { subject: { reference: 'Patient/l-1' } })],
    },
  ],
  ['an element of any type', { subject: { reference: 'Patient/l-1' } }],
  ['a version', { subject: { reference: 'Patient/l-1/_history/1' } }],
])('a reference in or to %s counts, until it is gone', async (_where, more) => {
  await server.put('Patient/l-1', target('l-1'));
  const { status, text } = await server.put('Basic/b-1', basic('b-1', more));
  expect([200, 201], text).toContain(status);
  await refusedFor('Patient/l-1', 'Basic/b-1');
  await refusedFor('Patient?_id=l-1', 'Basic/b-1');
  await server.put('Basic/b-1', basic('b-1', {}));
  expect((await server.delete('Patient/l-1')).status).toBe(204);
});

test('up to ten are named', async () => {
  await store(target('l-2'));
  for (let i = 0; i < 12; i++) await store(basic(`many-${i}`, { subject: { reference: 'Patient/l-2' } }));
  const { body } = await server.delete('Patient/l-2');
  expect(JSON.stringify(body.issue).match(/Basic\/many/g)).toHaveLength(10);
  expect(JSON.stringify(body.issue)).toContain(' and more. Delete');
});

test('what refers to itself can be deleted', async () => {
  await store(basic('self', {}));
  await server.put('Basic/self', basic('self', { subject: { reference: 'Basic/self' } }));
  expect((await server.delete('Basic/self')).status).toBe(204);
});

test('$validate tells it beforehand', async () => {
  await store(target('l-3'));
  await store(basic('b-3', { subject: { reference: 'Patient/l-3' } }));
  const { text } = await server.get('Patient/l-3/$validate?mode=delete');
  expect(text).toContain('resource-referenced');
});

test('a reference and the deletion of what it leads to race as if one came first', async () => {
  for (let round = 0; round < 10; round++) {
    const id = `r-${round}`;
    await store(patient(`RACE-${round}`, { id }));
    const refer = () => server.put(`Basic/of-${id}`, basic(`of-${id}`, { subject: { reference: `Patient/${id}` } }));
    const remove = () => server.delete(`Patient/${id}`);
    const acts = round % 2 === 0 ? [refer, remove] : [remove, refer];
    const statuses = (await Promise.all(acts.map(act => act()))).map(({ status }) => status).sort();
    const left = (await server.get(`Patient/${id}`)).status;
    expect(statuses).toEqual(left === 200 ? [201, 409] : [204, 422]);
  }
});

test('in a transaction, what goes or is turned away with it does not count', async () => {
  for (const id of ['t-1', 't-2']) await store(target(id));
  for (const id of ['goes', 'turned', 'stays']) {
    await store(basic(id, { subject: { reference: 'Patient/t-1' } }));
  }
  const removal = (url: string) => ({ request: { method: 'DELETE', url } });
  const entry = [
    removal('Basic/goes'),
    {
      resource: basic('turned', { subject: { reference: 'Patient/t-2' } }),
      request: { method: 'PUT', url: 'Basic/turned' },
    },
    removal('Patient/t-1'),
  ];
  const bundle = (type: string, entries: JsonObject[]) => ({ resourceType: 'Bundle', type, entry: entries });
  const refused = expectOutcome(await server.post('/', bundle('transaction', entry)), 409, 'resource-referenced');
  expect(refused).toMatchObject([{ expression: 'Bundle.entry[2].request.url' }]);
  expect(refused[0]?.text).toContain('others refer to it: Basic/stays. Delete');
  expect((await server.get('Basic/goes')).status).toBe(200);
  const { body } = await server.post('/', bundle('batch', [removal('Patient/t-1')]));
  expect(JSON.stringify(body.entry)).toContain('resource-referenced');
  const whole = await server.post('/', bundle('transaction', [...entry, removal('Basic/stays')]));
  expect(whole.status, whole.text).toBe(200);
  expectOutcome(await server.get('Patient/t-1'), 410, 'resource-deleted');
  expect((await server.get('Basic/turned')).headers.etag).toBe('W/"2"');
});

test('is said in /metadata, and can be switched off', async () => {
  type Statement = { rest: { resource: { type: string; referencePolicy?: string[] }[] }[] };
  const policyOf = async (from: Pick<typeof server, 'get'>) =>
    ((await from.get('metadata')).body as unknown as Statement).rest[0]!.resource.find(({ type }) => type === 'Patient')
      ?.referencePolicy;
  expect(await policyOf(server)).toEqual(['enforced']);
  const lenient = await startServer({ KIUNGO_DELETE_REFERENCED: 'allow' });
  try {
    expect(await policyOf(lenient)).toEqual(['literal']);
    await lenient.put('Patient/l', target('l'));
    await lenient.put('Basic/b', basic('b', { subject: { reference: 'Patient/l' } }));
    expect((await lenient.delete('Patient/l')).status).toBe(204);
  } finally {
    await lenient.app.close();
  }
});
