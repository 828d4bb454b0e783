import { expect, test } from 'vitest';
import { patient } from './resources.ts';
import { startServer, useServer } from './start-server.ts';

const server = useServer();

const origin = (): string => new URL(server.url).origin;
const metric = (text: string, line: RegExp): number => Number(line.exec(text)?.[1]);

test('/health and /ready answer while the server works', async () => {
  expect(await server.get(`${origin()}/health`)).toMatchObject({ status: 200, body: { status: 'alive' } });
  expect(await server.get(`${origin()}/ready`)).toMatchObject({ status: 200, body: { status: 'ready' } });
});

test('/ready is 503 when the store does not answer, and so is every request that needs it; /health stays', async () => {
  const broken = await startServer();
  await broken.app.deps.store.close();
  const ready = await broken.get(`${new URL(broken.url).origin}/ready`);
  expect(ready).toMatchObject({ status: 503, body: { status: 'not ready' } });
  expect(ready.headers['retry-after']).toBe('5');
  for (const answer of [
    await broken.get('Patient/1'),
    await broken.get('Patient?gender=male'),
    await broken.get('Patient/1/_history'),
    await broken.post('Patient', patient('O-0')),
    await broken.delete('Patient/1'),
  ]) {
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.body).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ code: 'transient', details: { coding: [{ code: 'store-unavailable' }] } }],
    });
  }
  const told = broken.log.map(line => JSON.parse(line)).filter(({ msg }) => msg === 'Store refused');
  expect(told).toHaveLength(5);
  expect(told[0]).toMatchObject({ level: 50, reason: 'The store is closed.' });
  expect(broken.log.join()).not.toContain('.ts:');
  expect((await broken.get(`${new URL(broken.url).origin}/health`)).status).toBe(200);
  expect((await broken.get('metadata')).status).toBe(200);
  await broken.app.server.close();
});

test('/metrics counts requests by interaction, type and status, and tells of store, memory and event loop', async () => {
  await server.post('Patient', patient('O-1'));
  await server.post('Patient', patient('O-2'));
  await server.post('Patient', {});
  await server.get('Nonsense-17/1');
  const { status, headers, text } = await server.get(`${origin()}/metrics`);
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(metric(text, /^kiungo_requests_total\{interaction="create",type="Patient",status="201"\} (\d+)$/m)).toBe(2);
  expect(metric(text, /^kiungo_requests_total\{interaction="create",type="Patient",status="400"\} (\d+)$/m)).toBe(1);
  expect(metric(text, /^kiungo_requests_total\{interaction="read",type="none",status="404"\} (\d+)$/m)).toBe(1);
  expect(text).not.toContain('Nonsense-17');
  expect(metric(text, /^kiungo_request_duration_seconds_count\{interaction="create"\} (\d+)$/m)).toBe(3);
  expect(metric(text, /^kiungo_request_duration_seconds_bucket\{le="\+Inf",interaction="create"\} (\d+)$/m)).toBe(3);
  expect(metric(text, /^process_resident_memory_bytes (\d+)$/m)).toBeGreaterThan(1e6);
  expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
  expect(text).toMatch(/^kiungo_store\{figure="\w+"\} \d/m);
});

test('the log has one line a request, and nothing of what was sent', async () => {
  const before = server.log.length;
  const secret = 'Zawadi-4711';
  await server.post('Patient', patient(secret, { name: [{ family: secret, given: [secret] }] }), {
    'x-request-id': 'log-1',
  });
  await server.post('Patient', patient(secret, { gender: secret }));
  await server.get(`Patient?identifier=${secret}`);
  await server.get(`Patient/${secret}`);
  await server.get(`Patient?${secret}=1`);
  const lines = server.log.slice(before);
  expect(lines).toHaveLength(5);
  expect(lines.join('')).not.toContain(secret);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    requestId: 'log-1',
    interaction: 'create',
    type: 'Patient',
    status: 201,
    ms: expect.any(Number),
    msg: 'request',
  });
});

test.each([
  ['$submit', 'none'],
  ['Claim/$submit', 'Claim'],
  ['Claim/1/%24submit', 'Claim'],
])('a call of /%s is counted as an operation', async (path, type) => {
  await server.post(path, {});
  expect(JSON.parse(server.log.at(-1)!)).toMatchObject({ interaction: 'operation', type });
});

test('values of a person are not repeated in a refusal', async () => {
  const secret = 'Zawadi-4711';
  const { text } = await server.post(
    'Patient',
    patient(secret, { birthDate: secret, name: secret, telecom: [{ value: secret }] }),
  );
  expect(text).toContain('OperationOutcome');
  expect(text).not.toContain(secret);
});
