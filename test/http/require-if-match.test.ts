import { expect, test } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const server = useServer({ KIUNGO_REQUIRE_IF_MATCH: 'yes' });
const MERGE = { 'content-type': 'application/merge-patch+json' };
const changed = patient('I-1', { id: 'i-1', gender: 'male' });

test('every change of what is stored needs If-Match; a new resource does not', async () => {
  expect((await server.put('Patient/i-1', patient('I-1', { id: 'i-1' }))).status).toBe(201);
  expect((await server.post('Patient', patient('I-2'))).status).toBe(201);
  expect((await server.put('Patient?identifier=I-3', patient('I-3'))).status).toBe(201);
  for (const path of ['Patient/i-1', 'Patient?identifier=I-1']) {
    expectOutcome(await server.put(path, changed), 428, 'precondition-required');
    expectOutcome(await server.send('patch', path, { gender: 'male' }, MERGE), 428, 'precondition-required');
    expectOutcome(await server.delete(path), 428, 'precondition-required');
  }
  expect((await server.get('Patient/i-1')).headers.etag).toBe('W/"1"');
});

test('with it all is as ever', async () => {
  expect((await server.put('Patient/i-1', changed, { 'if-match': 'W/"1"' })).status).toBe(200);
  const patched = await server.send('patch', 'Patient/i-1', { gender: 'other' }, { ...MERGE, 'if-match': 'W/"2"' });
  expect(patched.status).toBe(200);
  expectOutcome(await server.delete('Patient/i-1', { 'if-match': 'W/"2"' }), 412, 'precondition-failed');
  expect((await server.delete('Patient/i-1', { 'if-match': 'W/"3"' })).status).toBe(204);
  expect((await server.delete('Patient/i-1')).status).toBe(204);
});

test('$validate can be asked without it', async () => {
  await server.put('Patient/i-4', patient('I-4', { id: 'i-4' }));
  const { text } = await server.get('Patient/i-4/$validate?mode=delete');
  expect(text).not.toContain('precondition-required');
});
