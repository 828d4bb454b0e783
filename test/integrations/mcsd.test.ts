import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Location, Organization } from 'fhir/r4.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { Resource } from '../../src/fhir/resource.ts';
import { createOutgoing } from '../../src/security/outgoing.ts';
import { createMcsd } from '../../src/start-mcsd.ts';
import { resourcesOf, startServer, type TestServer } from '../http/start-server.ts';

const HOUR_MS = 3_600_000;
const MFL = 'https://mfl.example/code';
const LOCAL = 'https://scheme.example/code';
const FACILITY = 'http://terminology.hl7.org/CodeSystem/organization-type';
const told: { outcome: string; message: string; reason?: string }[] = [];
let ahead = 0;
let source: TestServer;
let server: TestServer;
let question: () => Promise<void>;

/** The source is another server of ours, in the plain form of R4, which shows two versions on a page. */
beforeAll(async () => {
  source = await startServer({ KIUNGO_CAPABILITIES: 'r4', KIUNGO_MAX_PAGE_SIZE: '2', KIUNGO_PAGE_SIZE: '2' });
  server = await startServer({ KIUNGO_DELIVERY: 'no' });
  question = questionAt(source.url);
});
afterAll(async () => {
  await server.app.close();
  await source.app.close();
});

const questionAt = (url: string): (() => Promise<void>) => {
  const { deps } = server.app;
  return createMcsd(
    readConfig({ KIUNGO_MCSD_URL: url, KIUNGO_SECRET_MCSD: 'Bearer of-the-scheme' }),
    { ...deps, now: () => deps.now() + ahead },
    { outgoing: createOutgoing(['127.0.0.1']), tell: exchange => told.push(exchange) },
  )!;
};
/** An hour later. */
const ask = async (): Promise<(typeof told)[number]> => {
  ahead += HOUR_MS;
  await question();
  return told.at(-1)!;
};
const put = async (at: TestServer, resource: Organization | Location): Promise<void> => {
  const { status, text } = await at.put(`${resource.resourceType}/${resource.id}`, resource as unknown as Resource);
  expect([200, 201], text).toContain(status);
};
const read = async <Type>(reference: string): Promise<Type> => (await server.get(reference)).body as unknown as Type;
const versionsOf = async (reference: string): Promise<number> =>
  resourcesOf((await server.get(`${reference}/_history`)).body).length;

const organization = (id: string, more: Partial<Organization> = {}): Organization => ({
  ...{ resourceType: 'Organization', id, active: true, name: `Facility ${id}` },
  identifier: [{ system: MFL, value: id }],
  type: [{ coding: [{ system: FACILITY, code: 'prov' }] }],
  ...more,
});
const place = (id: string, more: Partial<Location> = {}): Location => ({
  ...{ resourceType: 'Location', id, status: 'active', name: `Place ${id}` },
  identifier: [{ system: MFL, value: id }],
  ...more,
});

test('facilities and places come page by page, with their own numbers, whatever refers to what', async () => {
  await put(source, place('ward', { partOf: { reference: 'Location/region', display: 'Region' } }));
  await put(source, place('region'));
  await put(source, place('site', { managingOrganization: { reference: `${source.url}/Organization/h1` } }));
  await put(source, organization('h1', { endpoint: [{ reference: 'Endpoint/e', display: 'Its interface' }] }));
  await put(
    source,
    organization('h1', { name: 'Hospital', endpoint: [{ reference: 'Endpoint/e', display: 'Its interface' }] }),
  );
  expect(await ask()).toMatchObject({ outcome: 'delivered', message: expect.stringContaining('created 4') });
  expect(await read<Organization>('Organization/h1')).toMatchObject({
    ...{ name: 'Hospital', endpoint: [{ display: 'Its interface' }] },
    identifier: [
      { system: MFL, value: 'h1' },
      { system: `${source.url}/Organization`, value: 'h1' },
    ],
  });
  expect((await read<Location>('Location/ward')).partOf).toEqual({ reference: 'Location/region', display: 'Region' });
  expect((await read<Location>('Location/site')).managingOrganization).toEqual({ reference: 'Organization/h1' });
});

test('what has not changed makes no new version, and is asked for once in an hour', async () => {
  expect((await ask()).message).toBe('unchanged 4, created 0, updated 0, ended 0, left 0');
  expect(await versionsOf('Organization/h1')).toBe(1);
  const before = told.length;
  await question();
  expect(told).toHaveLength(before);
});

test('a facility that is here under another id is known by its number, and keeps what the source does not know', async () => {
  const type = [{ coding: [{ system: 'https://scheme.example/kind', code: 'D' }] }];
  const own = { system: LOCAL, value: 'HOSP9' };
  await put(server, organization('own-h2', { type, identifier: [own, { system: MFL, value: 'h2' }], alias: ['Nine'] }));
  await put(source, organization('h2'));
  await put(source, place('site-2', { managingOrganization: { reference: 'Organization/h2' } }));
  expect((await ask()).message).toContain('created 1, updated 1');
  const known = await read<Organization>('Organization/own-h2');
  expect(known).toMatchObject({ name: 'Facility h2', alias: ['Nine'] });
  expect(known.identifier!.map(({ value }) => value)).toEqual(['h2', 'h2', 'HOSP9']);
  expect(known.type!.map(({ coding }) => coding![0]!.code)).toEqual(['prov', 'D']);
  expect((await server.get('Organization/h2')).status).toBe(404);
  const { managingOrganization } = await read<Location>('Location/site-2');
  expect(managingOrganization!.reference).toBe('Organization/own-h2');
});

test('an id that something else has here is not taken', async () => {
  await put(server, organization('h3', { name: 'Another', identifier: [{ system: LOCAL, value: 'X' }] }));
  await put(source, organization('h3'));
  expect((await ask()).message).toContain('created 1');
  expect((await read<Organization>('Organization/h3')).name).toBe('Another');
  const found = resourcesOf((await server.get(`Organization?identifier=${MFL}|h3`)).body);
  expect(found.map(({ name }) => name)).toEqual(['Facility h3']);
});

test('what was deleted at the source is not active here any more', async () => {
  for (const gone of ['Location/site', 'Location/site-2', 'Organization/h2']) {
    expect((await source.delete(gone)).status).toBe(204);
  }
  expect((await ask()).message).toContain('ended 3');
  expect((await read<Location>('Location/site')).status).toBe('inactive');
  expect((await read<Organization>('Organization/own-h2')).active).toBe(false);
  expect((await ask()).message).toContain('ended 0');
});

test('what cannot be stored, or refers to what is not here, is told, and asked for until it can be', async () => {
  const { name: _, ...nameless } = place('nameless');
  await put(source, nameless);
  await put(source, place('inner', { partOf: { reference: 'Location/nameless' } }));
  const { message, reason } = await ask();
  expect(message).toContain('created 0, updated 0, ended 0, left 2');
  expect(reason).toContain('Location/nameless (cardinality-min)');
  expect(reason).toContain('Location/inner (refers to what is not here)');
  await put(source, { ...nameless, name: 'Named' });
  expect(await ask()).not.toHaveProperty('reason');
  expect((await read<Location>('Location/inner')).partOf).toEqual({ reference: 'Location/nameless' });
});

test('a source that does not answer is asked for the same again', async () => {
  question = questionAt('http://127.0.0.1:1/fhir');
  expect(await ask()).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('127.0.0.1:1') });
  question = questionAt(`${source.url}/nowhere`);
  expect(await ask()).toMatchObject({ outcome: 'failed', reason: 'The source answered with status 404' });
});

test('a page that is elsewhere is not asked for: it would get the secret', async () => {
  const elsewhere = {
    resourceType: 'Bundle',
    type: 'history',
    link: [{ relation: 'next', url: 'https://other.example/' }],
  };
  const proxy = createServer((_request, response) => response.end(JSON.stringify(elsewhere))).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  question = questionAt(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}/fhir`);
  expect(await ask()).toMatchObject({ outcome: 'failed', reason: 'The next page of the source is not below its URL' });
  proxy.close();
});
