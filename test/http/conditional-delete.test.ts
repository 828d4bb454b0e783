import { expect, test } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const server = useServer();

test('the one resource that matches is deleted', async () => {
  await server.put('Patient/d-1', patient('D-1', { id: 'd-1' }));
  await server.put('Patient/d-2', patient('D-2', { id: 'd-2' }));
  const { status, headers, text } = await server.delete('Patient?identifier=D-1');
  expect({ status, text, etag: headers.etag }).toEqual({ status: 204, text: '', etag: 'W/"2"' });
  expectOutcome(await server.get('Patient/d-1'), 410, 'resource-deleted');
  expect((await server.get('Patient/d-2')).status).toBe(200);
});

test('where nothing matches, or nothing any more, nothing is done', async () => {
  for (const number of ['D-1', 'D-9']) {
    const { status, headers } = await server.delete(`Patient?identifier=${number}`);
    expect({ status, etag: headers.etag }).toEqual({ status: 204, etag: undefined });
  }
  expect((await server.get('Patient/d-1/_history')).body.total).toBe(2);
});

test('where several match none is deleted', async () => {
  await server.put('Patient/d-3', patient('D-2', { id: 'd-3' }));
  expectOutcome(await server.delete('Patient?identifier=D-2'), 412, 'multiple-matches');
  expect((await server.get('Patient?identifier=D-2')).body.total).toBe(2);
});

test('If-Match names the version of the match', async () => {
  await server.put('Patient/d-4', patient('D-4', { id: 'd-4' }));
  const tried = (ifMatch: string) => server.delete('Patient?identifier=D-4', { 'if-match': ifMatch });
  expectOutcome(await tried('W/"2"'), 412, 'precondition-failed');
  expect((await tried('W/"1"')).status).toBe(204);
  expectOutcome(await tried('*'), 412, 'precondition-failed');
});

test.each([
  ['Patient', 'criteria-missing'],
  ['Patient?_count=1', 'criteria-missing'],
  ['Patient?colour=red', 'search-parameter-unknown'],
])('DELETE %s is refused', async (path, rule) => {
  expectOutcome(await server.delete(path, { prefer: 'handling=lenient' }), 400, rule);
});

test('a deletion and an update of what matched race as if one came first', async () => {
  for (let round = 0; round < 8; round++) {
    const number = `R-${round}`;
    await server.put(`Patient/r-${round}`, patient(number, { id: `r-${round}` }));
    const path = `Patient?identifier=${number}`;
    const [deleted, updated] = await Promise.all([
      server.delete(path),
      server.put(path, patient(number, { gender: 'male' })),
    ]);
    expect(deleted.status).toBe(204);
    const left = (await server.get(path)).body.total;
    expect({ status: updated.status, left }).toEqual(
      updated.status === 201 ? { status: 201, left: 1 } : { status: 200, left: 0 },
    );
  }
});
