import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/fhir/resource.ts';
import type { Caller } from '../../src/security/caller.ts';
import { resourcesOf } from '../http/start-server.ts';
import { leastResource } from './least-resources.ts';
import { clientOf, useClientServer } from './serve-clients.ts';

const server = useClientServer({ KIUNGO_CAPABILITIES: 'r4' });
const insurer = clientOf('insurer', 'Organization/own');
const registry = clientOf('social-registry', 'Organization/registry');
const administrator = clientOf('administrator');
const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

const store = async (resource: JsonObject): Promise<void> => {
  const { status, text } = await server.open.put(`${resource.resourceType}/${resource.id}`, resource);
  expect(status, text).toBeLessThan(300);
};

/** What each way of looking for a resource answers: the status of a read, a version and a history, whether searches and links find it. */
const seenBy = async (client: Caller, type: string, id: string): Promise<(number | boolean)[]> => {
  const found = async (path: string): Promise<boolean> =>
    resourcesOf((await server.get(client, path)).body).some(resource => resource.id === id);
  return [
    (await server.get(client, `${type}/${id}`)).status,
    (await server.get(client, `${type}/${id}/_history/1`)).status,
    (await server.get(client, `${type}/${id}/_history`)).status,
    await found(`${type}?_id=${id}`),
    await found(`${type}/_history`),
  ];
};

const SEEN = [200, 200, 200, true, true];
const NOT_SEEN = [404, 404, 404, false, false];

beforeAll(async () => {
  for (const type of ['Location', 'Organization', 'Patient', 'Coverage', 'Claim', 'Task'])
    await store(leastResource(type, 'own'));
});

describe('scopes', () => {
  test.each([
    ['system/Claim.rs', 'GET', 'Claim/own', 200],
    ['system/Claim.rs', 'GET', 'Patient/own', 403],
    ['system/Claim.r', 'GET', 'Claim/own/_history', 200],
    ['system/Claim.r', 'GET', 'Claim?_id=own', 403],
    ['system/Claim.s', 'GET', 'Claim?_id=own', 200],
    ['system/Claim.s', 'GET', 'Claim/own', 403],
    ['system/Claim.s', 'GET', 'Claim/_history', 200],
    ['system/Claim.rs', 'DELETE', 'Claim/own', 403],
    ['system/Claim.c', 'GET', 'Claim/own', 403],
    ['system/Claim.u', 'PATCH', 'Claim/own', 403],
    ['system/Claim.ru', 'PATCH', 'Claim/own', 200],
    ['system/Claim.u', 'PATCH', 'Claim?_id=own', 403],
    ['system/Claim.rs', 'POST', 'Claim', 403],
    ['system/Patient.rs', 'GET', 'Patient/own/$everything', 200],
    ['system/Coverage.rs', 'GET', 'Patient/own/$everything', 403],
    ['', 'GET', 'Claim/own', 403],
    ['', 'GET', 'metadata', 200],
    ['system/Claim.rs', 'GET', 'StructureDefinition/Patient', 403],
  ])('%j lets %s of %s answer %i', async (scope, method, path, status) => {
    const client = clientOf('administrator', undefined, { scope, clientId: `scoped ${scope}` });
    const body =
      method === 'PATCH' ? { language: 'en' } : method === 'POST' ? leastResource('Claim', 'own') : undefined;
    const answer = await server.send(client, method, path, body);
    expect(answer.status, answer.text).toBe(status);
    if (status === 403) expect(answer.text).toMatch(/"code":"access-denied"/);
  });

  test('keep what they do not name out of includes, of records, and of searches over all types', async () => {
    const client = clientOf('administrator', undefined, { scope: 'system/Claim.rs system/Patient.rs' });
    const types = async (path: string): Promise<unknown> =>
      [...new Set(resourcesOf((await server.get(client, path)).body).map(({ resourceType }) => resourceType))].sort();
    expect(await types('Claim?_id=own&_include=*')).toEqual(['Claim', 'Patient']);
    expect(await types('Patient?_id=own&_revinclude=*')).toEqual(['Claim', 'Patient']);
    expect(await types('Patient/own/$everything')).toEqual(['Claim', 'Patient']);
    const writing = clientOf('administrator', undefined, {
      scope: 'system/Claim.rs system/Patient.rs system/Organization.cud',
    });
    for (const path of ['Claim?_id=own&_include=*', 'Patient/own/$everything']) {
      expect((await server.get(writing, path)).text).not.toContain('"resourceType":"Organization"');
    }
    expect(await types('?_count=100')).toEqual(['Claim', 'Patient']);
    expect(await types('_history?_count=100')).toEqual(['Claim', 'Patient']);
  });

  test('that are narrowed hold for reads, searches, links, histories and writes', async () => {
    await store({ ...leastResource('Claim', 'own'), id: 'cancelled', status: 'cancelled' });
    const scope = 'system/Claim.cruds?status=active system/Patient.rs system/Coverage.r system/Organization.r';
    const client = clientOf('administrator', undefined, { scope });
    expect(await seenBy(client, 'Claim', 'own')).toEqual(SEEN);
    expect(await seenBy(client, 'Claim', 'cancelled')).toEqual(NOT_SEEN);
    const { body } = await server.get(client, 'Patient?_has:Claim:patient:status=cancelled&_total=accurate');
    expect(body.total).toBe(0);
    const cancel = await server.send(client, 'PATCH', 'Claim/own', { status: 'cancelled' });
    expect([cancel.status, cancel.text.includes('status=active')]).toEqual([403, true]);
  });

  test('whose query is none of this server allow nothing', async () => {
    const client = clientOf('administrator', undefined, { scope: 'system/Claim.rs?nonsense=1' });
    expect((await server.get(client, 'Claim/own')).status).toBe(403);
  });

  test('of a client whose role is not known allow nothing, and neither do rows without an organization', async () => {
    expect((await server.get(clientOf('nobody'), 'Claim/own')).status).toBe(403);
    expect((await server.get(clientOf('facility'), 'Claim/own')).status).toBe(404);
  });
});

describe('labels', () => {
  test('above the clearance of a role hide a resource, its earlier versions too', async () => {
    await store({ ...leastResource('Patient', 'own'), id: 'famous' });
    expect(await seenBy(registry, 'Patient', 'famous')).toEqual(SEEN);
    const meta = { security: [{ system: CONFIDENTIALITY, code: 'R' }] };
    await store({ ...leastResource('Patient', 'own'), id: 'famous', meta });
    expect(await seenBy(registry, 'Patient', 'famous')).toEqual(NOT_SEEN);
    expect(await seenBy(insurer, 'Patient', 'famous')).toEqual(SEEN);
    const put = await server.send(registry, 'PUT', 'Patient/famous', {
      ...leastResource('Patient', 'own'),
      id: 'famous',
    });
    expect(put.status).toBe(409);
    const posted = await server.send(registry, 'POST', 'Patient', { ...leastResource('Patient', 'own'), meta });
    expect(posted.status).toBe(403);
  });
});

describe('what a patient denies', () => {
  const denial = (provision: JsonObject, more: JsonObject = {}): JsonObject => ({
    ...leastResource('Consent', 'own'),
    ...{ id: 'denial', status: 'active', provision: { type: 'deny', ...provision } },
    ...more,
  });
  const actor = (reference: string): JsonObject => ({
    actor: [{ role: { text: 'recipient' }, reference: { reference } }],
  });
  const ofType = (code: string): JsonObject => ({ class: [{ system: 'http://hl7.org/fhir/resource-types', code }] });

  beforeEach(() => store({ ...leastResource('Consent', 'own'), id: 'denial' }));

  test('is kept from whom it names, at once, everywhere, until it is taken back', async () => {
    expect(await seenBy(insurer, 'Claim', 'own')).toEqual(SEEN);
    await store(denial(actor('Organization/own')));
    for (const type of ['Claim', 'Coverage', 'Patient']) expect(await seenBy(insurer, type, 'own')).toEqual(NOT_SEEN);
    expect(await seenBy(registry, 'Patient', 'own')).toEqual(SEEN);
    expect(await seenBy(administrator, 'Claim', 'own')).toEqual(SEEN);
    const linked = await server.get(insurer, 'Organization?_has:Claim:provider:status=active&_total=accurate');
    expect(linked.body.total).toBe(0);
    expect(await seenBy(insurer, 'Consent', 'denial')).toEqual(SEEN);
    await server.open.delete('Consent/denial');
    expect(await seenBy(insurer, 'Claim', 'own')).toEqual(SEEN);
  });

  test.each<[string, JsonObject, string[]]>([
    ['all, to everybody', {}, ['Claim', 'Coverage']],
    ['one type', ofType('Claim'), ['Claim']],
    ['nothing to another one', actor('Organization/other'), []],
    ['nothing before its time', { period: { start: '2999-01-01' } }, []],
    ['nothing after its time', { period: { end: '2001-01-01' } }, []],
    ['nothing of another purpose', { purpose: [{ system: 'http://x.example', code: 'HMARKT' }] }, []],
    ['nothing that is only collected', { action: [{ coding: [{ code: 'collect' }] }] }, []],
    [
      'what it narrows by label whole',
      { securityLabel: [{ system: 'http://x.example', code: 'HIV' }], ...ofType('Claim') },
      ['Claim'],
    ],
    ['what is no exception', { provision: [{ type: 'permit', ...ofType('Coverage') }] }, ['Claim']],
    ['only an exception', { type: 'permit', provision: [{ type: 'deny', ...ofType('Coverage') }] }, ['Coverage']],
    [
      'what an exception narrows by label',
      { provision: [{ type: 'permit', securityLabel: [{ code: 'a' }] }] },
      ['Claim', 'Coverage'],
    ],
  ])('may be %s', async (_what, provision, hidden) => {
    await store(denial(provision));
    for (const type of ['Claim', 'Coverage']) {
      expect(await seenBy(insurer, type, 'own'), type).toEqual(hidden.includes(type) ? NOT_SEEN : SEEN);
    }
  });

  test('counts only while the consent is active', async () => {
    await store(denial({}, { status: 'rejected' }));
    expect(await seenBy(insurer, 'Claim', 'own')).toEqual(SEEN);
  });
});

describe('an emergency', () => {
  const facility = clientOf('facility', 'Organization/foreign');
  const breaking = clientOf('facility', 'Organization/foreign', { purposeOfUse: 'BTG' });

  test('opens what the role says, by exact knowledge only, whatever is denied, and is told in the log', async () => {
    await store({ ...leastResource('Consent', 'own'), id: 'denial', status: 'active', provision: { type: 'deny' } });
    expect((await server.get(facility, 'Claim?patient=Patient/own&_total=accurate')).body.total).toBe(0);
    expect((await server.get(facility, 'Patient/own')).status).toBe(404);
    const { body } = await server.get(breaking, 'Claim?patient=Patient/own');
    expect(resourcesOf(body).map(({ id }) => id)).toContain('own');
    expect((await server.get(breaking, 'Patient/own')).body.address).toBeDefined();
    expect((await server.get(breaking, 'Claim?status=active')).status).toBe(403);
    expect(server.open.log.filter(line => line.includes('Emergency access'))).toHaveLength(3);
  });

  test('changes nothing for a role that has none', async () => {
    const client = clientOf('payment-gateway', 'Organization/own', { purposeOfUse: 'BTG' });
    expect((await server.get(client, 'Patient/own')).status).toBe(403);
  });
});
