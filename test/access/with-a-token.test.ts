import { beforeAll, expect, test } from 'vitest';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { createAccessTokens } from '../../src/security/access-token.ts';
import { assertionClaims, newKey, signJwt } from '../http/keys.ts';
import { type Answer, useServer } from '../http/start-server.ts';
import { leastResource, type Whose } from './least-resources.ts';

const server = useServer({ KIUNGO_AUTH: 'smart', KIUNGO_CAPABILITIES: 'r4' });
const key = newKey();
let operator = '';

const as = (token: string, more: Record<string, string> = {}): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  ...more,
});

/** Registers a facility's client and gets it a token. */
const tokenOf = async (organization: Whose, scope: string, more: JsonObject = {}): Promise<string> => {
  const id = ['clinic', organization, ...Object.values(more)].join('-');
  const client = {
    ...{ id, role: 'facility', organization: `Organization/${organization}`, jwks: { keys: [key.jwk] } },
    scopes: ['system/*.cruds'],
    ...more,
  };
  const headers = as(operator, { 'content-type': 'application/json' });
  await server.send('put', `${new URL(server.url).origin}/admin/clients/${id}`, JSON.stringify(client), headers);
  const form = {
    grant_type: 'client_credentials',
    scope,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: signJwt(key, assertionClaims(id, `${server.url}/auth/token`)),
  };
  const { status, text, body } = await server.post('auth/token', new URLSearchParams(form).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });
  expect(status, text).toBe(200);
  return String(body.access_token);
};

const statuses = async (...answers: Promise<Answer>[]): Promise<number[]> =>
  (await Promise.all(answers)).map(({ status }) => status);

beforeAll(async () => {
  const { store } = server.app.deps;
  const registry = { find: () => undefined, readOn: async () => {} };
  operator = createAccessTokens(store.signingKey, registry).issueToOperator(Date.now());
});

test('what a token proves is what its client sees and does', async () => {
  const own = await tokenOf('own', 'system/*.cruds');
  const foreign = await tokenOf('foreign', 'system/*.cruds');
  const { id: _id, ...claim } = leastResource('Claim', 'own');
  const posted = await server.post('Claim', claim, as(own));
  expect(posted.status, posted.text).toBe(201);
  const path = `Claim/${posted.body.id}`;
  expect(await statuses(server.get(path, as(own)), server.get(path, as(foreign)), server.get(path))).toEqual([
    200, 404, 401,
  ]);
  expect((await server.post('Claim', claim, as(foreign))).status).toBe(403);
  expect((await server.get('Claim?_total=accurate', as(foreign))).body.total).toBe(0);
  expect((await server.get('Patient', as(own))).status).toBe(403);

  const narrow = await tokenOf('own', 'system/Claim.rs?status=cancelled');
  expect(await statuses(server.get(path, as(narrow)), server.get('Location', as(narrow)))).toEqual([404, 403]);

  const breaking = { 'x-purpose-of-use': 'BTG' };
  expect(await statuses(server.get(path, as(foreign, breaking)), server.get(path, as(narrow, breaking)))).toEqual([
    200, 404,
  ]);
});

test('what a client is registered to have normalised is, until it prefers otherwise', async () => {
  const { id: _id, ...least } = leastResource('Claim', 'own');
  const claim = { ...least, status: 'ACTIVE', identifier: [{ system: 'urn:claims', value: 'capital' }] };
  const strict = await tokenOf('own', 'system/*.cruds');
  expect((await server.post('Claim', claim, as(strict))).status).toBe(422);
  const lenient = await tokenOf('own', 'system/*.cruds', { normalize: 'openimis' });
  expect((await server.post('Claim', claim, as(lenient, { prefer: 'normalize=off' }))).status).toBe(422);
  const taken = await server.post('Claim', claim, as(lenient));
  expect(taken.status, taken.text).toBe(201);
  expect(taken.body.status).toBe('active');
  expect(taken.headers['x-kiungo-normalized']).toBe('1');
});
