import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const server = useServer({ KIUNGO_MAX_REQUESTS: '2', KIUNGO_MAX_BYTES: String(1024 * 1024) });
const BODY = JSON.stringify(patient('S-1'));

/** A client whose request has begun, and whose body has not. */
const slowClient = async (length = Buffer.byteLength(BODY)): Promise<Socket> => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\nExpect: 100-continue\r\n` +
      `Connection: close\r\nContent-Length: ${length}\r\n\r\n`,
  );
  await once(socket, 'data');
  return socket;
};

test('more requests than the server takes at a time are told to come back, and the others are answered', async () => {
  const [first, second] = [await slowClient(), await slowClient()];
  const refused = await server.get('metadata');
  expectOutcome(refused, 503, 'server-busy');
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(refused.headers['x-request-id']).toBeDefined();
  const health = await server.get(server.url.replace('/fhir', '/health'));
  expect(health.status).toBe(200);

  first.write(BODY);
  const [answer] = (await once(first, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 201 /);
  await once(first, 'close');
  expect((await server.get('metadata')).status).toBe(200);

  // One that gives up makes room, too.
  const third = await slowClient();
  expectOutcome(await server.get('metadata'), 503, 'server-busy');
  third.destroy();
  second.destroy();
  await expect.poll(async () => (await server.get('metadata')).status).toBe(200);
});

test('larger bodies than the server takes at a time are refused before they are sent, and small ones are taken', async () => {
  const large = await slowClient(1000 * 1000);
  const many = Buffer.from(JSON.stringify(patient('S-2', { name: [{ text: 'x'.repeat(60_000) }] })));
  const refused = await server.post('Patient', many);
  const [issue] = expectOutcome(refused, 503, 'server-busy');
  expect(issue!.text).toContain('KIUNGO_MAX_BYTES');
  expect((await server.post('Patient', patient('S-3'))).status).toBe(201);
  // One in chunks, and one that may grow, count for more than they seem to.
  const chunked = await server.raw(
    'POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  );
  expect(chunked).toMatch(/^HTTP\/1\.1 503 /);
  const packed = await server.send('post', 'Patient', Buffer.alloc(10_000), { 'content-encoding': 'gzip' });
  expectOutcome(packed, 503, 'server-busy');
  large.destroy();
  await expect.poll(async () => (await server.post('Patient', many)).status).toBe(201);
});
