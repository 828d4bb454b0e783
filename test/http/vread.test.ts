import { beforeAll, expect, test } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const server = useServer();

beforeAll(async () => {
  await server.put('Patient/asha', patient('V-1', { id: 'asha' }));
  await server.put('Patient/asha', patient('V-1', { id: 'asha', gender: 'male' }));
  await server.delete('Patient/asha');
});

test.each([
  [1, 'female'],
  [2, 'male'],
])('version %i is there for good', async (version, gender) => {
  const { status, headers, body } = await server.get(`Patient/asha/_history/${version}`);
  expect(status).toBe(200);
  expect(headers.etag).toBe(`W/"${version}"`);
  expect(body).toMatchObject({ id: 'asha', gender, meta: { versionId: String(version) } });
  expect(headers['last-modified']).toBe(new Date((body.meta as { lastUpdated: string }).lastUpdated).toUTCString());
});

test('the version that is the deletion is 410', async () => {
  const answer = await server.get('Patient/asha/_history/3');
  expectOutcome(answer, 410, 'resource-deleted');
  expect(answer.headers.etag).toBe('W/"3"');
});

test.each(['4', '0', '-1', '01', '1.0', 'latest', '99999999999999999999', '%00'])(
  'there is no version %s',
  async version => {
    expectOutcome(await server.get(`Patient/asha/_history/${version}`), 404, 'version-unknown');
  },
);

test('a resource that never was has no versions', async () => {
  expectOutcome(await server.get('Patient/never-was/_history/1'), 404, 'version-unknown');
});
