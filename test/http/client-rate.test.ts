import Fastify from 'fastify';
import { afterAll, expect, test } from 'vitest';
import { boundClients } from '../../src/http/bound-clients.ts';

const app = Fastify();
app.decorateRequest('caller', undefined);
app.addHook('onRequest', async request => {
  const { client } = request.headers;
  if (typeof client === 'string') request.caller = { clientId: client, role: 'facility', scopes: [] };
});
boundClients(app, { atATime: 10, perMinute: 60 });
app.get('/', async () => 'ok');
app.setErrorHandler((error: Error & { status?: number; headers?: Record<string, string> }, _request, reply) =>
  reply
    .code(error.status ?? 500)
    .headers(error.headers ?? {})
    .send(error.message),
);

afterAll(() => app.close());

const ask = async (client?: string) => {
  const headers = client === undefined ? {} : { client };
  const { statusCode, headers: received, body } = await app.inject({ url: '/', headers });
  return { status: statusCode, retryAfter: received['retry-after'], body };
};

test('a client that sends faster than it may is told when to come back, and others are not', async () => {
  const answers = [];
  for (let i = 0; i < 12; i++) answers.push(await ask('a'));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
  expect(answers.at(-1)).toMatchObject({ status: 429, retryAfter: '1' });
  expect(answers.at(-1)!.body).toContain('KIUNGO_MAX_CLIENT_RATE');
  expect((await ask('b')).status).toBe(200);
  for (let i = 0; i < 20; i++) expect((await ask()).status).toBe(200);
});
