import { MedplumClient, type OperationOutcomeError } from '@medplum/core';
import type { Bundle, Coverage, Patient } from 'fhir/r4.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDemoScheme } from '../../scripts/demo/scheme.ts';
import { YEAR } from '../http/start-server.ts';
import { killServers, startServer } from './server-process.ts';

let client: MedplumClient;
let fhir: string;

beforeAll(async () => {
  ({ url: fhir } = await startServer({ KIUNGO_STORE: 'sqlite::memory:' }));
  client = new MedplumClient({ baseUrl: new URL('/', fhir).href, fhirUrlPath: 'fhir', cacheTime: 0 });
});
afterAll(killServers);

const scheme = async (): Promise<Bundle> => ({
  resourceType: 'Bundle',
  type: 'batch',
  entry: (await readDemoScheme(YEAR)).map(resource => ({
    resource: resource as unknown as Patient,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  })),
});

const statusOf = (request: Promise<unknown>): Promise<string | undefined> =>
  request.then(
    () => expect.unreachable('The request was not refused'),
    (error: unknown) => (error as OperationOutcomeError).outcome.issue[0]?.code,
  );

it("Medplum's client loads a scheme as a batch, in rounds, until all that is referred to is there", async () => {
  let left = await scheme();
  for (let round = 0; round < 6 && left.entry!.length > 0; round++) {
    const { entry } = await client.executeBatch(left as Parameters<MedplumClient['executeBatch']>[0]);
    left = { ...left, entry: left.entry!.filter((_, index) => !/^20[01] /.test(entry![index]!.response!.status!)) };
  }
  expect(left.entry).toEqual([]);
});

it('reads, searches, counts and pages', async () => {
  expect(await client.readResource('Patient', 'zuri-sadiki')).toMatchObject({ birthDate: expect.any(String) });
  expect((await client.searchResources('Coverage', 'beneficiary=Patient/zuri-sadiki')).map(({ id }) => id)).toEqual([
    'zuri-sadiki-cover',
  ]);
  expect((await client.searchOne('Patient', { identifier: '100000003' }))?.id).toBe('zuri-sadiki');
  const pages: number[] = [];
  for await (const page of client.searchResourcePages('Patient', '_count=2')) pages.push(page.length);
  expect(pages).toEqual([2, 2, 2]);
});

it('creates once, updates, patches, reads the history and deletes', async () => {
  const cover = (await client.readResource('Coverage', 'zuri-sadiki-cover')) as unknown as Coverage;
  const list = { resourceType: 'List', status: 'current', mode: 'working', title: 'To visit' } as const;
  const identifier = [{ system: 'https://client.example/lists', value: '1' }];
  const wanted = { ...list, identifier, subject: cover.beneficiary } as Parameters<typeof client.createResource>[0];
  const created = await client.createResourceIfNoneExist(wanted, 'identifier=https://client.example/lists|1');
  const again = await client.createResourceIfNoneExist(wanted, 'identifier=https://client.example/lists|1');
  expect(again.id).toBe(created.id);
  const updated = await client.updateResource({ ...created, title: 'Visited' } as typeof created);
  expect(updated.meta?.versionId).toBe('2');
  await client.patchResource('List', created.id!, [{ op: 'replace', path: '/status', value: 'retired' }]);
  expect((await client.readHistory('List', created.id!)).entry).toHaveLength(3);
  await client.deleteResource('List', created.id!);
  expect(await statusOf(client.readResource('List', created.id!))).toBe('deleted');
});

it('is told what is wrong by an OperationOutcome', async () => {
  expect(await statusOf(client.readResource('Patient', 'nobody'))).toBe('not-found');
  expect(await statusOf(client.search('Patient', 'famly=Sadiki'))).toBe('not-supported');
  const empty = { resourceType: 'Patient' } as Parameters<typeof client.createResource>[0];
  expect(await statusOf(client.createResource(empty))).toBe('required');
});
