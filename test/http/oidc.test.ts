import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { newKey, seconds, signJwt, type TestKey } from './keys.ts';
import { type Answer, startServer, useServer } from './start-server.ts';

/** What an issuer does, as far as this server asks it: discovery, keys, introspection. Counts how often it is asked. */
const key = newKey('RS256');
let keys = [key.jwk];
const asked: Record<string, number> = {};
let introspected: { body: string; authorization: string | undefined } | undefined;
const opaque: Record<string, () => object> = {
  'good-opaque': () => ({ active: true, client_id: 'mobile-app', aud: 'kiungo', exp: seconds() + 300 }),
  'for-others': () => ({ active: true, client_id: 'mobile-app', aud: 'other' }),
  inactive: () => ({ active: false }),
};
const issuerServer = createServer(async (request, response): Promise<unknown> => {
  const path = request.url ?? '';
  asked[path] = (asked[path] ?? 0) + 1;
  if (path === '/realm/introspect') {
    introspected = { body: await text(request), authorization: request.headers.authorization };
    const token = new URLSearchParams(introspected.body).get('token') ?? '';
    return response.end(JSON.stringify(opaque[token]?.() ?? { active: false }));
  }
  if (path === '/realm/keys') return response.end(JSON.stringify({ keys }));
  return response.end(
    JSON.stringify({ issuer, jwks_uri: `${issuer}/keys`, introspection_endpoint: `${issuer}/introspect` }),
  );
}).listen(0, '127.0.0.1');
await once(issuerServer, 'listening');
const host = `127.0.0.1:${(issuerServer.address() as AddressInfo).port}`;
const issuer = `http://${host}/realm`;

const folder = mkdtempSync(join(tmpdir(), 'kiungo-oidc-'));
const secretFile = join(folder, 'secret');
writeFileSync(secretFile, 's3cr3t\n');

const OIDC = { KIUNGO_AUTH: 'oidc', KIUNGO_OIDC_ISSUER: issuer, KIUNGO_OIDC_AUDIENCE: 'kiungo' };
const server = useServer({
  ...OIDC,
  KIUNGO_TRUSTED_HOSTS: host,
  KIUNGO_OIDC_CLIENT_ID: 'kiungo-server',
  KIUNGO_OIDC_SECRET_FILE: secretFile,
});

const CLAIMS = { iss: issuer, aud: ['account', 'kiungo'], azp: 'mobile-app', sub: 'a-user' };
const tokenWith = (claims: object = {}, header: object = {}, by: TestKey = key): string =>
  signJwt(by, { ...CLAIMS, iat: seconds(), exp: seconds() + 300, ...claims }, header);
const read = (token: string): Promise<Answer> => server.get('Patient', { authorization: `Bearer ${token}` });

beforeAll(async () => {
  const { store, now } = server.app.deps;
  for (const status of ['active', 'disabled']) {
    const id = status === 'active' ? 'mobile-app' : 'old-app';
    const text = JSON.stringify({ id, status, role: 'administrator', scopes: ['system/*.cruds'] });
    const change = { resourceType: 'kiungo-client', id, versionId: 1, lastUpdated: now(), index: [], text };
    await store.commit({ changes: [{ ...change, method: 'POST' }] });
  }
  // As another process would have registered them: this one finds out by itself.
  await vi.waitFor(async () => expect((await read(tokenWith())).status).toBe(200), { timeout: 5000, interval: 100 });
});

afterAll(() => {
  issuerServer.close();
  rmSync(folder, { recursive: true });
});

describe('a token of the issuer', () => {
  test('is taken, and verified once', async () => {
    const token = tokenWith();
    for (let i = 0; i < 3; i++) expect((await read(token)).status).toBe(200);
    expect(asked['/realm/keys']).toBe(1);
    expect(JSON.parse(server.log.at(-1)!)).toMatchObject({ client: 'mobile-app' });
    expect((await read(tokenWith({ azp: undefined, client_id: 'mobile-app', aud: 'kiungo' }))).status).toBe(200);
  });

  test.each([
    ['expired', () => tokenWith({ exp: seconds() - 61 }), 'expired'],
    ['without an end', () => tokenWith({ exp: undefined }), 'exp'],
    ['not valid yet', () => tokenWith({ nbf: seconds() + 120 }), 'nbf'],
    ['issued in the future', () => tokenWith({ iat: seconds() + 120 }), 'iat'],
    ['of another issuer', () => tokenWith({ iss: 'https://login.example' }), 'another issuer'],
    ['of an issuer that is nearly the same', () => tokenWith({ iss: `${issuer}/` }), 'another issuer'],
    ['for another audience', () => tokenWith({ aud: 'account' }), 'aud'],
    ['for nobody', () => tokenWith({ aud: undefined }), 'aud'],
    ['signed by somebody else', () => tokenWith({}, {}, newKey('RS256', key.jwk.kid)), 'not signed'],
    ['of a client that is not registered', () => tokenWith({ azp: 'stranger' }), 'not registered'],
    ['of a client that is disabled', () => tokenWith({ azp: 'old-app' }), 'disabled'],
    ['of no client', () => tokenWith({ azp: undefined }), 'not registered'],
    ['of a client that is no text', () => tokenWith({ azp: ['mobile-app'] }), 'not registered'],
    ['oversized', () => tokenWith({ padding: 'x'.repeat(9000) }), 'longer'],
  ])('is not taken that is %s', async (_what, make, reason) => {
    const answer = await read(make());
    const [issue] = expectOutcome(answer, 401, 'token-refused');
    expect(issue!.text).toContain(reason);
  });

  test('is not taken by none, nor by a secret that is the public key', async () => {
    const [, claims] = tokenWith().split('.');
    for (const alg of ['none', 'HS256']) {
      const header = Buffer.from(JSON.stringify({ alg, kid: key.jwk.kid })).toString('base64url');
      const mac = createHmac('sha256', JSON.stringify(key.jwk)).update(`${header}.${claims}`).digest('base64url');
      expectOutcome(await read(`${header}.${claims}.${mac}`), 401, 'token-refused');
    }
  });

  test('of a key that is not known makes the server ask for keys at most twice a minute', async () => {
    const before = asked['/realm/keys']!;
    for (let i = 0; i < 10; i++) expect((await read(tokenWith({}, {}, newKey('ES384')))).status).toBe(401);
    expect(asked['/realm/keys']! - before).toBeLessThanOrEqual(1);
    keys = [key.jwk];
  });
});

describe('an opaque token', () => {
  test('is asked about, as who the server is, and remembered', async () => {
    for (let i = 0; i < 3; i++) expect((await read('good-opaque')).status).toBe(200);
    expect(asked['/realm/introspect']).toBe(1);
    expect(introspected?.authorization).toBe(`Basic ${Buffer.from('kiungo-server:s3cr3t').toString('base64')}`);
    expect(server.log.join()).not.toMatch(/s3cr3t|good-opaque/);
  });

  test.each(['inactive', 'for-others', 'unknown'])('that is %s is not taken', async token => {
    expectOutcome(await read(token), 401, 'token-refused');
  });
});

describe('an issuer', () => {
  test.each([
    ['does not answer', 'http://127.0.0.1:1/realm', '127.0.0.1:1'],
    ['is inside the network and not listed', 'https://127.0.0.1:1/realm', ''],
    ['says that it is another one', `http://${host}/other`, host],
  ])('that %s is 503, and others are not kept waiting', async (_what, oidcIssuer, trusted) => {
    const other = await startServer({
      ...OIDC,
      KIUNGO_OIDC_ISSUER: oidcIssuer,
      KIUNGO_TRUSTED_HOSTS: trusted,
      KIUNGO_CAPABILITIES: 'r4',
    });
    const headers = { authorization: `Bearer ${tokenWith({ iss: oidcIssuer })}` };
    for (let i = 0; i < 3; i++) {
      const answer = await other.get('Patient', headers);
      expectOutcome(answer, 503, 'issuer-unavailable');
      expect(answer.headers['retry-after']).toBe('5');
    }
    expect((await other.get('metadata')).status).toBe(200);
    await other.app.close();
  });
});
