import { beforeAll, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { Resource } from '../../src/fhir/resource.ts';
import { createAccessTokens } from '../../src/security/access-token.ts';
import { expectOutcome } from './expect-outcome.ts';
import { assertionClaims, newKey, signJwt } from './keys.ts';
import { patient } from './resources.ts';
import { type Answer, linkOf, resourcesOf, useServer, YEAR } from './start-server.ts';

const server = useServer({ KIUNGO_AUTH: 'smart', KIUNGO_REFERENCES: 'off' });
const key = newKey();
const tokens: Record<string, string> = {};

type Headers = Record<string, string>;
const as = (client: string, more: Headers = {}): Headers => ({ authorization: `Bearer ${tokens[client]}`, ...more });

/** The AuditEvents that an auditor finds, once all that was gathered is written. */
const events = async (search: string): Promise<Resource[]> => {
  await server.app.trail!.flush();
  const found: Resource[] = [];
  let page: Answer = await server.get(`AuditEvent?${search}`, as('auditor'));
  for (;;) {
    expect(page.status, page.text).toBe(200);
    found.push(...resourcesOf(page.body));
    const next = linkOf(page.body, 'next');
    if (next === undefined) return found;
    page = await server.get(next, as('auditor'));
  }
};

const ofRequest = async (requestId: string): Promise<Resource[]> =>
  (await events('date=ge2026-01-01')).filter(event => JSON.stringify(event).includes(`"value":"${requestId}"`));

type Coding = { code: string };
interface Event {
  action: string;
  outcome: string;
  subtype: Coding[];
  agent: { altId?: string; requestor: boolean; type: { coding: Coding[] }; network: { address: string } }[];
  entity?: { what?: { reference?: string }; query?: string; role?: Coding }[];
}
const read = (event: Resource | undefined): Event => event as unknown as Event;
const told = (event: Resource | undefined): object => {
  const { action, outcome, subtype, entity = [] } = read(event);
  const about = entity.flatMap(({ what }) => what?.reference ?? []);
  return { action, outcome, subtype: subtype[0]!.code, about };
};

const register = async (id: string, role: string, more: object = {}): Promise<void> => {
  const client = { id, role, jwks: { keys: [key.jwk] }, scopes: ['system/*.cruds'], ...more };
  const headers = as('operator', { 'content-type': 'application/json' });
  const put = await server.send(
    'put',
    `${new URL(server.url).origin}/admin/clients/${id}`,
    JSON.stringify(client),
    headers,
  );
  expect(put.status, put.text).toBe(201);
  const form = {
    grant_type: 'client_credentials',
    scope: 'system/*.cruds',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: signJwt(key, assertionClaims(id, `${server.url}/auth/token`)),
  };
  const answer = await server.post('auth/token', new URLSearchParams(form).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });
  tokens[id] = String(answer.body.access_token);
};

const claim = malariaClaim(`${YEAR}-06-03`);
const { reference: facility } = claim.provider as { reference: string };
const patients = ['p-1', 'p-2'];

beforeAll(async () => {
  const { store } = server.app.deps;
  tokens.operator = createAccessTokens(store.signingKey, {
    find: () => undefined,
    readOn: async () => {},
  }).issueToOperator(Date.now());
  await register('auditor', 'auditor');
  await register('admin', 'administrator');
  await register('clinic', 'facility', { organization: facility });
  for (const id of patients) {
    await server.put(`Patient/${id}`, patient(id, { id }), as('admin'));
  }
});

test('what is written has a row in its unit: who, what, about whom, by which request', async () => {
  const posted = await server.post(
    'Claim',
    { ...claim, patient: { reference: 'Patient/p-1' } },
    as('clinic', { 'x-request-id': 'post-1', 'x-purpose-of-use': 'HPAYMT' }),
  );
  expect(posted.status, posted.text).toBe(201);
  const { id } = posted.body;
  const [ofClaim, ofAnswer, ...others] = await ofRequest('post-1');
  expect(told(ofClaim)).toEqual({
    ...{ action: 'C', outcome: '0', subtype: 'create' },
    about: ['Patient/p-1', `Claim/${id}/_history/1`],
  });
  expect(told(ofAnswer)).toMatchObject({ about: ['Patient/p-1', `ClaimResponse/${id}/_history/1`] });
  expect(others).toEqual([]);
  expect(read(ofClaim).agent).toMatchObject([
    {
      ...{
        altId: 'clinic',
        requestor: true,
        type: { coding: [{ code: '110153' }] },
        network: { address: '127.0.0.1' },
      },
      who: { reference: facility },
      purposeOfUse: [{ coding: [{ code: 'HPAYMT' }] }],
    },
    { requestor: false, type: { coding: [{ code: '110152' }] } },
  ]);
});

test('each version of each resource that is stored has exactly one row', async () => {
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: patients.map(id => ({
      resource: patient(id, { id, language: 'sw' }),
      request: { method: 'PUT', url: `Patient/${id}` },
    })),
  };
  expect((await server.post('', bundle, as('admin'))).status).toBe(200);
  await server.put('Patient/p-3', patient('p-3', { id: 'p-3' }), as('admin'));
  expect((await server.delete('Patient/p-3', as('admin'))).status).toBe(204);
  const stored = (await server.app.deps.store.changes(0, 1000)).filter(({ resourceType }) =>
    /^[A-Z]/.test(resourceType),
  );
  const written = (await events('action=C,U,D')).flatMap(event => read(event).entity ?? []);
  const names = written.flatMap(({ what }) => what?.reference ?? []).filter(name => name.includes('/_history/'));
  expect(stored.length).toBeGreaterThan(7);
  expect(names.sort()).toEqual(
    stored.map(({ resourceType, id, versionId }) => `${resourceType}/${id}/_history/${versionId}`).sort(),
  );
  expect((await events('entity=Patient/p-3')).map(event => read(event).action)).toEqual(['C', 'D']);
});

test('what is read is told of with the patients that were shown, and a search with what was asked', async () => {
  await server.get('Patient/p-1', as('admin', { 'x-request-id': 'read-1' }));
  const [event] = await ofRequest('read-1');
  expect(told(event)).toMatchObject({ action: 'R', subtype: 'read', about: ['Patient/p-1/_history/2'] });
  expect(read(event).agent[0]!.type.coding[0]!.code).toBe('110152');
  await server.get('Patient?_id=p-1,p-2', as('admin', { 'x-request-id': 'search-1' }));
  const found = await ofRequest('search-1');
  expect(found.map(told)).toEqual(
    patients.map(id => ({ action: 'E', outcome: '0', subtype: 'search-type', about: [`Patient/${id}`] })),
  );
  const query = read(found[1]).entity!.find(({ role }) => role?.code === '24')!.query!;
  expect(Buffer.from(query, 'base64').toString()).toBe('/fhir/Patient?_id=p-1,p-2');
  const second = await server.get(`AuditEvent/${found[1]!.id}`, as('auditor'));
  expect(second.body).toEqual(found[1]);
});

test('who is refused, logs in or registers clients is told of', async () => {
  await server.get('Claim', { 'x-request-id': 'nobody-1' });
  await server.get('Practitioner?name=x', as('auditor', { 'x-request-id': 'denied-1' }));
  expect((await ofRequest('nobody-1')).map(told)).toMatchObject([{ outcome: '4', subtype: 'search-type' }]);
  expect((await ofRequest('denied-1')).map(told)).toMatchObject([{ outcome: '4', subtype: 'search-type' }]);
  expect((await events('altid=clinic&subtype=110122')).map(told)).toMatchObject([{ outcome: '0' }]);
  expect((await events('subtype=110137')).length).toBe(3);
});

test('AuditEvents are found by patient, entity, client, date, action, subtype and outcome, newest first if wanted', async () => {
  const ofPatient = await events('patient=Patient/p-2');
  expect(ofPatient.map(event => read(event).action)).toEqual(['C', 'U', 'E', 'E']);
  expect((await events('patient=Patient/p-2&action=E')).length).toBe(2);
  expect((await events('patient=p-2&_count=1')).length).toBe(4);
  expect((await events('altid=clinic&outcome=0&subtype=create')).length).toBe(2);
  expect(await events('date=lt2026-01-01')).toEqual([]);
  const newest = await events('subtype=create,update&_sort=-date&_count=2');
  const oldest = await events('subtype=create,update&_sort=date');
  expect(newest.map(({ id }) => id).reverse()).toEqual(oldest.map(({ id }) => id));
  const counted = await server.get('AuditEvent?patient=p-2&_summary=count', as('auditor'));
  expect(counted.body.total).toBeGreaterThan(3);
  expectOutcome(await server.get('AuditEvent?_sort=action', as('auditor')), 400, 'search-parameter-invalid');
  expectOutcome(await server.get('AuditEvent?patient.name=x', as('auditor')), 400, 'search-parameter-invalid');
});

test('nobody writes AuditEvents, and only who audits or administers reads them', async () => {
  const [{ id } = { id: '' }] = await events('action=C&_count=1');
  const path = `AuditEvent/${id}`;
  expect((await server.get(`${path}/_history/1`, as('auditor'))).status).toBe(200);
  expect((await server.get(`${path}/_history`, as('auditor'))).body.total ?? 1).toBe(1);
  expect((await server.get('AuditEvent/999999', as('auditor'))).status).toBe(404);
  for (const client of ['auditor', 'admin']) {
    expect((await server.post('AuditEvent', { resourceType: 'AuditEvent' }, as(client))).status).toBe(405);
    expect((await server.put(path, { resourceType: 'AuditEvent', id: id! }, as(client))).status).toBe(405);
    expect((await server.delete(path, as(client))).status).toBe(405);
  }
  expect((await server.get(path, as('clinic'))).status).toBe(403);
});
