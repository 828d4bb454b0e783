import { expect, test } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const server = useServer();

test('a deletion is a version; the resource is gone for reads and searches', async () => {
  await server.put('Patient/d-1', patient('D-1', { id: 'd-1' }));
  const { status, headers, text } = await server.delete('Patient/d-1');
  expect({ status, text, etag: headers.etag }).toEqual({ status: 204, text: '', etag: 'W/"2"' });
  expectOutcome(await server.get('Patient/d-1'), 410, 'resource-deleted');
  expect((await server.get('Patient?identifier=D-1')).body.total).toBe(0);
});

test('deleting again, or what never was, is 204 and makes no version', async () => {
  const again = await server.delete('Patient/d-1');
  expect({ status: again.status, etag: again.headers.etag }).toEqual({ status: 204, etag: 'W/"2"' });
  expect((await server.get('Patient/d-1/_history')).body.total).toBe(2);
  const never = await server.delete('Patient/never-was');
  expect({ status: never.status, etag: never.headers.etag }).toEqual({ status: 204, etag: undefined });
});

test('If-Match holds for deletions too', async () => {
  await server.put('Patient/d-2', patient('D-2', { id: 'd-2' }));
  await server.put('Patient/d-2', patient('D-2', { id: 'd-2', gender: 'male' }));
  expectOutcome(await server.delete('Patient/d-2', { 'if-match': 'W/"1"' }), 412, 'precondition-failed');
  expectOutcome(await server.delete('Patient/d-2', { 'if-match': 'two' }), 400, 'header-malformed');
  expect((await server.get('Patient/d-2')).status).toBe(200);
  expect((await server.delete('Patient/d-2', { 'if-match': 'W/"2"' })).status).toBe(204);
  expectOutcome(await server.delete('Patient/d-2', { 'if-match': '*' }), 412, 'precondition-failed');
});

test('an id that cannot be is refused', async () => {
  expectOutcome(await server.delete('Patient/a_b'), 400, 'id-malformed');
});
