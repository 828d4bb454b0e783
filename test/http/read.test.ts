import { beforeAll, expect, test } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const server = useServer();
let id = '';

beforeAll(async () => {
  id = (await server.post('Patient', patient('R-1'))).body.id!;
});

test('a read answers the current version, its number and its time', async () => {
  await server.put(`Patient/${id}`, patient('R-1', { id, gender: 'male' }));
  const { status, headers, body } = await server.get(`Patient/${id}`);
  expect(status).toBe(200);
  expect(headers.etag).toBe('W/"2"');
  expect(headers.location).toBeUndefined();
  expect(body).toMatchObject({ id, gender: 'male', meta: { versionId: '2' } });
  const { lastUpdated } = body.meta as { lastUpdated: string };
  expect(headers['last-modified']).toBe(new Date(lastUpdated).toUTCString());
});

test('HEAD answers what GET does, without the body', async () => {
  const got = await server.get(`Patient/${id}`);
  const { status, headers, text } = await server.send('head', `Patient/${id}`);
  expect({ status, text }).toEqual({ status: 200, text: '' });
  for (const name of ['etag', 'last-modified', 'content-type', 'content-length']) {
    expect(headers[name], name).toBe(got.headers[name]);
  }
});

test('Prefer: return=minimal is about writes, a read answers the resource', async () => {
  expect((await server.get(`Patient/${id}`, { prefer: 'return=minimal' })).body.id).toBe(id);
});

test('what never was is 404, what was deleted is 410 with the version of the deletion', async () => {
  expectOutcome(await server.get('Patient/never-was'), 404, 'resource-unknown');
  const gone = (await server.post('Patient', patient('R-2'))).body.id!;
  await server.delete(`Patient/${gone}`);
  const answer = await server.get(`Patient/${gone}`);
  expectOutcome(answer, 410, 'resource-deleted');
  expect(answer.headers.etag).toBe('W/"2"');
});

test('ids belong to a type', async () => {
  expectOutcome(await server.get(`Organization/${id}`), 404, 'resource-unknown');
});

test('what the server was started with can be read: profiles, value sets, search parameters', async () => {
  for (const [type, conformanceId] of [
    ['StructureDefinition', 'Claim'],
    ['StructureDefinition', 'kiungo-claim'],
    ['SearchParameter', 'Claim-patient'],
    ['OperationDefinition', 'kiungo-claim-submit'],
    ['ValueSet', 'administrative-gender'],
    ['CodeSystem', 'administrative-gender'],
    ['CodeSystem', 'issue-rule'],
  ]) {
    const { status, body } = await server.get(`${type}/${conformanceId}`);
    expect({ status, type: body.resourceType, id: body.id }).toEqual({ status: 200, type, id: conformanceId });
  }
  expectOutcome(await server.get('StructureDefinition/unheard-of'), 404, 'resource-unknown');
});
