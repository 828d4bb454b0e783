import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Patient, Task } from 'fhir/r4.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { createOutgoing } from '../../src/security/outgoing.ts';
import { createDci, type Dci } from '../../src/start-dci.ts';
import { loadScheme, resourcesOf, startServer, type TestServer } from '../http/start-server.ts';
import { type DciPeer, startDci } from '../peers/dci.ts';
import { type DciRegistry, startDciRegistry } from '../peers/dci-registry.ts';

const HOUR_MS = 3_600_000;
const NIN = 'https://nid.example';
const folder = mkdtempSync(join(tmpdir(), 'kiungo-dci-'));
const told: { outcome: string; message: string; reason?: string }[] = [];
let ahead = 0;
let peer: DciPeer;
let registry: DciRegistry;
let server: TestServer;
let dci: Dci;

beforeAll(async () => {
  peer = await startDci();
  registry = await startDciRegistry(peer);
  writeFileSync(join(folder, 'sr.jwks'), JSON.stringify(peer.jwks));
  const settings = {
    ...{ senderId: 'kiungo.example', identifierTypes: { NIN } },
    peers: [{ senderId: peer.senderId, role: 'social-registry', jwksFile: 'sr.jwks', registryUrl: registry.url }],
  };
  writeFileSync(join(folder, 'dci.json'), JSON.stringify(settings));
  server = await startServer();
  await loadScheme(server);
  const { deps, depsOfCaller } = server.app;
  const config = readConfig({ KIUNGO_DCI_PEERS: join(folder, 'dci.json') });
  dci = createDci(
    config,
    { ...deps, now: () => deps.now() + ahead },
    {
      ...{ depsOfCaller, trail: undefined, outgoing: createOutgoing(['127.0.0.1']) },
      ...{ roles: new Map([['social-registry', {}]]), tell: exchange => told.push(exchange) },
    },
  )!;
});
afterAll(async () => {
  await server.app.close();
  await registry.close();
  await peer.close();
  rmSync(folder, { recursive: true });
});

/** An hour later. */
const ask = async (): Promise<(typeof told)[number]> => {
  ahead += HOUR_MS;
  await dci.questions[0]!();
  return told.at(-1)!;
};
const recordOf = (number: string, person: JsonObject): JsonObject => ({
  '@type': 'Member',
  member_identifier: [{ identifier_type: 'NIN', identifier_value: number }],
  demographic_info: person,
});
const asha: JsonObject = {
  ...{ name: { first_name: 'Asha', second_name: 'Bahati', family_name: 'Komba' }, sex: 'F' },
  ...{ birth_date: '1991-05-06T00:00:00+03:00', phone_number: ['+000 555 0777'] },
};
const withNumber = async (number: string): Promise<Patient[]> => {
  const { body } = await server.get(`Patient?identifier=${NIN}|${number}`);
  return resourcesOf(body) as unknown as Patient[];
};

test('somebody new has a record, which stays one when it is told again and follows what changes', async () => {
  registry.has(recordOf('1', asha));
  expect(await ask()).toMatchObject({ outcome: 'delivered', message: expect.stringContaining('created 1') });
  const [first] = await withNumber('1');
  expect(first).toMatchObject({
    ...{ active: true, gender: 'female', birthDate: '1991-05-06' },
    name: [{ family: 'Komba', given: ['Asha', 'Bahati'] }],
  });
  expect((await ask()).message).toContain('unchanged 1');
  registry.has(recordOf('1', { ...asha, name: { first_name: 'Asha', family_name: 'Mushi' } }));
  expect((await ask()).message).toContain('updated 1');
  const found = await withNumber('1');
  expect(found.map(({ id, name }) => [id, name![0]!.family])).toEqual([[first!.id, 'Mushi']]);
});

test('it is asked for what changed since, once in an hour', async () => {
  const asked = registry.asked.length;
  await dci.questions[0]!();
  expect(registry.asked).toHaveLength(asked);
  await ask();
  const [{ expression1 }] = registry.asked.at(-1)!.query as { expression1: { attribute_value: string } }[] as [
    { expression1: { attribute_value: string } },
  ];
  expect(Date.parse(expression1.attribute_value)).toBeGreaterThan(Date.now());
});

test('who is certainly known gets the number, and no second record', async () => {
  const name = { given_name: 'Neema', surname: 'Sadiki' };
  const neema = {
    name,
    sex: 'female',
    birth_date: '1988-04-12',
    phone_number: '+000 555 0201',
    address: [{ city: 'Moru' }],
  };
  registry.has(recordOf('2', neema));
  expect((await ask()).message).toContain('linked 1');
  expect((await withNumber('2')).map(({ id, identifier }) => [id, identifier!.length])).toEqual([['neema-sadiki', 2]]);
});

test('who may be known is not active until a clerk has looked', async () => {
  registry.has(
    recordOf('3', { name: { given_name: 'Baraka', surname: 'Lungu' }, sex: 'male', birth_date: '1959-08-01' }),
  );
  expect((await ask()).message).toContain('doubtful 1');
  const [doubtful] = await withNumber('3');
  expect(doubtful).toMatchObject({ active: false });
  const { body } = await server.get(`Task?focus=Patient/${doubtful!.id}`);
  const [task] = resourcesOf(body) as unknown as Task[];
  expect(task).toMatchObject({
    status: 'requested',
    input: [{ valueReference: { reference: 'Patient/baraka-lungu' } }],
  });
});

test('what cannot be taken is counted, and the rest is taken', async () => {
  registry.has(recordOf('', asha), { demographic_info: 'nonsense' }, recordOf('4', { ...asha, name: 'Faraja' }));
  const { outcome, message, reason } = await ask();
  expect({ outcome, message }).toMatchObject({ outcome: 'delivered', message: expect.stringContaining('refused 2') });
  expect(reason).toMatch(/^2 records/);
  expect(await withNumber('4')).toHaveLength(1);
});

test.each(['stranger', 'nobody'] as const)('what %s has signed is not taken', async who => {
  registry.signedBy(who);
  registry.has(recordOf('5', asha));
  expect(await ask()).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/sign/) });
  expect(await withNumber('5')).toEqual([]);
});
