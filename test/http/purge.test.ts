import { describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { loadScheme, resourcesOf, startServer, useServer, YEAR } from './start-server.ts';

const server = useServer({ KIUNGO_PURGE: 'yes' });

describe('$purge', () => {
  test('erases all versions; histories show deletions', async () => {
    await server.put('Patient/p-1', patient('P-1', { id: 'p-1' }));
    await server.put('Patient/p-1', patient('P-1', { id: 'p-1', gender: 'male' }));
    const purged = await server.send('post', 'Patient/p-1/$purge');
    expect({ status: purged.status, etag: purged.headers.etag }).toEqual({ status: 200, etag: 'W/"3"' });
    expect(purged.text).toContain('Patient/p-1: what 2 versions held is erased.');
    for (const path of ['Patient/p-1', 'Patient/p-1/_history/1', 'Patient/p-1/_history/2']) {
      expectOutcome(await server.get(path), 410, 'resource-deleted');
    }
    for (const path of ['Patient/p-1/_history', 'Patient/_history', '_history']) {
      const { body, text } = await server.get(path);
      const entries = body.entry as unknown as { fullUrl: string; request: { method: string } }[];
      const ofPatient = entries.filter(({ fullUrl }) => fullUrl.endsWith('/Patient/p-1'));
      expect(ofPatient.map(({ request }) => request.method)).toEqual(['DELETE', 'DELETE', 'DELETE']);
      expect(text).not.toContain('P-1');
    }
    expect((await server.get('Patient?identifier=P-1')).body.total).toBe(0);
    const line = server.log.map(each => JSON.parse(each)).find(({ msg }) => msg === 'A resource was erased');
    expect(line).toMatchObject({ resourceType: 'Patient', versions: 2 });
    expect(line).not.toHaveProperty('id');
  });

  test('erases what was deleted before, and the id can be used again', async () => {
    await server.put('Patient/p-2', patient('P-2', { id: 'p-2' }));
    await server.delete('Patient/p-2');
    expect((await server.get('Patient/p-2/_history/1')).status).toBe(200);
    expect((await server.send('post', 'Patient/p-2/$purge')).status).toBe(200);
    expectOutcome(await server.get('Patient/p-2/_history/1'), 410, 'resource-deleted');
    const { status, headers } = await server.put('Patient/p-2', patient('P-2', { id: 'p-2' }));
    expect({ status, etag: headers.etag }).toEqual({ status: 201, etag: 'W/"4"' });
  });

  test('is refused for what a deletion is refused for, and where there is nothing', async () => {
    const note = { resourceType: 'Basic', id: 'n', code: { text: 'n' }, subject: { reference: 'Patient/p-2' } };
    await server.put('Basic/n', note);
    expectOutcome(await server.send('post', 'Patient/p-2/$purge'), 409, 'resource-referenced');
    expect((await server.get('Patient/p-2')).status).toBe(200);
    expectOutcome(await server.send('post', 'Patient/never/$purge'), 404, 'resource-unknown');
    expectOutcome(await server.get('Patient/p-2/$purge'), 405, 'interaction-not-enabled');
    expectOutcome(await server.send('post', 'StructureDefinition/kiungo-claim/$purge'), 404, 'operation-unknown');
  });

  test('takes a claim with its answer, and frees its number', async () => {
    await loadScheme(server);
    const claim = malariaClaim(`${YEAR}-06-03`);
    const { id } = (await server.post('Claim', claim)).body;
    expect((await server.send('post', `Claim/${id}/$purge`)).status).toBe(200);
    expectOutcome(await server.get(`ClaimResponse/${id}/_history/1`), 410, 'resource-deleted');
    const again = await server.post('Claim', claim);
    expect(again.status).toBe(201);
    expect(again.body.id).not.toBe(id);
  });

  test('two at once, or one and a write, end as if one came first', async () => {
    for (let round = 0; round < 5; round++) {
      const id = `r-${round}`;
      await server.put(`Patient/${id}`, patient(id, { id }));
      const results = await Promise.all([
        server.send('post', `Patient/${id}/$purge`),
        server.put(`Patient/${id}`, patient(id, { id, gender: 'male' })),
        server.send('post', `Patient/${id}/$purge`),
      ]);
      for (const { status } of results) expect([200, 201]).toContain(status);
      const first = await server.get(`Patient/${id}/_history/1`);
      expectOutcome(first, 410, 'resource-deleted');
    }
  });
});

test('is marked by an AuditEvent where that type is enabled', async () => {
  const plain = await startServer({ KIUNGO_PURGE: 'yes', KIUNGO_CAPABILITIES: 'r4' });
  try {
    await plain.put('Patient/x', { resourceType: 'Patient', id: 'x', active: true });
    expect((await plain.send('post', 'Patient/x/$purge')).status).toBe(200);
    const [event, ...others] = resourcesOf((await plain.get('AuditEvent')).body);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ action: 'D', entity: [{ what: { identifier: { value: 'Patient/x' } } }] });
    expect((await plain.get(`AuditEvent/${event!.id}`)).status).toBe(200);
  } finally {
    await plain.app.close();
  }
});

type Statement = { rest: { resource: { type: string; operation?: { name: string }[] }[] }[] };
const purgeable = ({ body }: { body: Resource | JsonObject }): string[] =>
  (body as unknown as Statement).rest[0]!.resource.filter(({ operation = [] }) =>
    operation.some(({ name }) => name === 'purge'),
  ).map(({ type }) => type);

test('is offered by setting only', async () => {
  expect(purgeable(await server.get('metadata'))).toContain('Patient');
  expect(purgeable(await server.get('metadata'))).not.toContain('StructureDefinition');
  const usual = await startServer();
  try {
    expect(purgeable(await usual.get('metadata'))).toEqual([]);
    await usual.put('Patient/x', patient('X', { id: 'x' }));
    expectOutcome(await usual.send('post', 'Patient/x/$purge'), 404, 'operation-unknown');
  } finally {
    await usual.app.close();
  }
});
