import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { CapabilityStatement } from 'fhir/r4.js';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccessTokens } from '../../src/security/access-token.ts';
import { expectOutcome } from './expect-outcome.ts';
import { assertionClaims, newKey, seconds, signJwt, type TestKey } from './keys.ts';
import { patient } from './resources.ts';
import { type Answer, useServer } from './start-server.ts';

const published = newKey('ES384', 'first');
let publishedKeys: object[] = [published.jwk];
let fetches = 0;
const keyServer = createServer((_request, response) => {
  fetches++;
  response.end(JSON.stringify({ keys: publishedKeys }));
}).listen(0, '127.0.0.1');
await once(keyServer, 'listening');
const keyHost = `127.0.0.1:${(keyServer.address() as AddressInfo).port}`;

const server = useServer({ KIUNGO_AUTH: 'smart', KIUNGO_TRUSTED_HOSTS: keyHost, KIUNGO_MAX_CLIENT_REQUESTS: '3' });
const key = newKey();
const rsa = newKey('RS384');
let operator = '';
let registry: Parameters<typeof createAccessTokens>[1];

const admin = (method: 'get' | 'put', path: string, body?: object, headers = {}): Promise<Answer> =>
  server.send(method, `${new URL(server.url).origin}/admin/clients${path}`, body as never, {
    authorization: `Bearer ${operator}`,
    'content-type': 'application/json',
    ...headers,
  });

const clinic = (more: object = {}): { id: string } & Record<string, unknown> => ({
  id: 'clinic-1',
  role: 'administrator',
  organization: 'Organization/hospital-a',
  scopes: ['system/Claim.crs', 'system/Patient.cruds'],
  jwks: { keys: [key.jwk, rsa.jwk] },
  ...more,
});

const register = async (client: { id: string }): Promise<void> => {
  const { status, text } = await admin('put', `/${client.id}`, client);
  expect([200, 201], text).toContain(status);
};

const tokenUrl = (): string => `${server.url}/auth/token`;

const form = (assertion: string, scope = 'system/Patient.rs'): Record<string, string> => ({
  grant_type: 'client_credentials',
  scope,
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: assertion,
});

const askWith = (parameters: Record<string, string>): Promise<Answer> =>
  server.post('auth/token', new URLSearchParams(parameters).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });

const ask = (claims: object = {}, header: object = {}, by: TestKey = key, scope?: string): Promise<Answer> =>
  askWith(form(signJwt(by, { ...assertionClaims('clinic-1', tokenUrl()), ...claims }, header), scope));

const tokenOf = ({ status, text, body }: Answer): string => {
  expect(status, text).toBe(200);
  return String(body.access_token);
};

const withToken = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

beforeAll(async () => {
  const { store } = server.app.deps;
  registry = { find: () => undefined, readOn: async () => {} };
  operator = createAccessTokens(store.signingKey, registry).issueToOperator(Date.now());
  await register(clinic());
});

afterAll(() => keyServer.close());

interface Route {
  method: Parameters<typeof server.send>[0];
  path: string;
}

/** Every route of a server, from the tree that its router prints. */
const routesOf = (tree: string): Route[] => {
  const parents: string[] = [];
  return tree.split('\n').flatMap(line => {
    const [, indent, part, methods] = /^((?:│ {3}| {4})*)[├└]── (\S+)(?: \((.*)\))?$/.exec(line) ?? [];
    if (indent === undefined) return [];
    const depth = indent.length / 4;
    parents.length = depth;
    parents.push(part!);
    const path = parents.join('');
    return (methods?.split(', ') ?? []).map(name => ({ method: name.toLowerCase() as Route['method'], path }));
  });
};

describe('what is open', () => {
  test('tells clients how to get a token, and gives nothing else away', async () => {
    const { rest } = (await server.get('metadata')).body as unknown as CapabilityStatement;
    expect(rest?.[0]?.security).toMatchObject({
      service: [{ coding: [{ code: 'SMART-on-FHIR' }] }],
      description: expect.stringContaining(tokenUrl()),
    });
    for (const base of [server.url, new URL(server.url).origin]) {
      const { status, body } = await server.get(`${base}/.well-known/smart-configuration`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        token_endpoint: tokenUrl(),
        grant_types_supported: ['client_credentials'],
        token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
      });
    }
    expect((await server.get(`${new URL(server.url).origin}/health`)).status).toBe(200);
  });

  test.each([
    ['get', 'Patient/1'],
    ['get', 'Patient?name=x'],
    ['get', ''],
    ['get', '_history'],
    ['get', 'StructureDefinition/kiungo-claim'],
    ['get', 'Patient/$everything'],
    ['post', 'Patient'],
    ['post', ''],
    ['post', 'metadata'],
    ['delete', 'Patient/1'],
    ['options', 'Patient'],
    ['get', 'Nonsense/1'],
    ['delete', 'auth/token'],
  ] as const)('%s %s is closed, and says so', async (method, path) => {
    const answer = await server.send(method, path, method === 'post' ? {} : undefined);
    const [issue] = expectOutcome(answer, 401, 'login-required');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="Kiungo"');
    expect(issue!.text).toContain('Authorization: Bearer');
  });

  test('is what is listed here, and every other route that there is asks who is there', async () => {
    const routes = routesOf(server.app.server.printRoutes({ commonPrefix: false }));
    expect(routes.length).toBeGreaterThan(60);
    const open: string[] = [];
    for (const { method, path } of routes) {
      const url = `${new URL(server.url).origin}${path.replace(/:\w+/g, 'x')}`;
      const { status } = await server.send(method, url, undefined, { 'x-forwarded-for': '203.0.113.7' });
      if (status !== 401) open.push(`${method} ${path}`);
    }
    expect(open.filter(route => !route.startsWith('head '))).toEqual([
      'get /.well-known/smart-configuration',
      'get /fhir/.well-known/smart-configuration',
      'get /fhir/.well-known/jwks.json',
      'get /fhir/.well-known/crl/:kid.json',
      'post /fhir/auth/token',
      'get /fhir/metadata',
      'get /card',
      'get /health',
      'get /ready',
    ]);
  });

  test('HEAD of the capability statement is open too', async () => {
    expect((await server.send('head', 'metadata')).status).toBe(200);
  });

  test('/metrics is for this machine, unless a proxy speaks, and for administrators', async () => {
    const metrics = (headers = {}): Promise<Answer> => server.get(`${new URL(server.url).origin}/metrics`, headers);
    const fromOutside = { 'x-forwarded-for': '203.0.113.7' };
    expect((await metrics()).status).toBe(200);
    expectOutcome(await metrics(fromOutside), 401, 'login-required');
    expectOutcome(await metrics({ ...fromOutside, ...withToken('x') }), 401, 'token-refused');
    expect((await metrics({ ...fromOutside, ...withToken(operator) })).status).toBe(200);
  });

  test('a body that nobody may send is not waited for', async () => {
    const answer = await server.raw(
      'POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/fhir+json\r\nContent-Length: 1000\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('a token', () => {
  test.each([
    ['ES384', key],
    ['RS384', rsa],
  ] as const)('is given for an assertion signed with %s, and opens what it is for', async (_alg, by) => {
    const answer = await ask({}, {}, by, 'openid system/Patient.cruds system/Coverage.rs');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).toMatchObject({ token_type: 'bearer', expires_in: 300, scope: 'system/Patient.cruds' });
    const token = tokenOf(answer);
    expect((await server.post('Patient', patient('A-1'), withToken(token))).status).toBe(201);
    expect((await server.get('Patient', withToken(token))).status).toBe(200);
    const line = JSON.parse(server.log.at(-1)!) as { client: string };
    expect(line.client).toBe('clinic-1');
    expect(server.log.join()).not.toContain(token.slice(-20));
  });

  test('is given to a client of OAuth 2 that knows nothing of this server', async () => {
    const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, [
      'sign',
    ]);
    const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'foreign' };
    await register(clinic({ id: 'foreign', jwks: { keys: [jwk] } }));
    const insecure = { [oauth.allowInsecureRequests]: true };
    const { body } = await server.get('.well-known/smart-configuration');
    const issuer = { issuer: server.url, ...body } as unknown as oauth.AuthorizationServer;
    const client: oauth.Client = { client_id: 'foreign' };
    const proof = oauth.PrivateKeyJwt(
      { key: privateKey, kid: 'foreign' },
      // SMART has the token endpoint as audience.
      { [oauth.modifyAssertion]: (_header, payload) => Object.assign(payload, { aud: issuer.token_endpoint }) },
    );
    const scope = new URLSearchParams({ scope: 'system/Patient.rs' });
    const response = await oauth.clientCredentialsGrantRequest(issuer, client, proof, scope, insecure);
    const answer = await oauth.processClientCredentialsResponse(issuer, client, response);
    expect(answer).toMatchObject({ token_type: 'bearer', expires_in: 300, scope: 'system/Patient.rs' });
    const found = await oauth.protectedResourceRequest(
      answer.access_token,
      'GET',
      new URL(`${server.url}/Patient`),
      undefined,
      undefined,
      insecure,
    );
    expect(found.status).toBe(200);
  });

  test.each([
    ['expired', () => ask({ exp: seconds() - 61 }), 'expired'],
    ['too long-lived', () => ask({ exp: seconds() + 600 }), 'five minutes'],
    ['without an end', () => ask({ exp: undefined }), 'exp'],
    ['of the future', () => ask({ iat: seconds() + 120 }), 'iat'],
    ['not valid yet', () => ask({ nbf: seconds() + 120 }), 'nbf'],
    ['for another audience', () => ask({ aud: server.url }), 'aud'],
    ['of another subject', () => ask({ sub: 'clinic-2' }), 'iss and sub'],
    ['of a client that is not there', () => ask({ iss: 'clinic-2', sub: 'clinic-2' }), 'no registered client'],
    ['without jti', () => ask({ jti: undefined }), 'jti'],
    ['with a jti of any length', () => ask({ jti: 'x'.repeat(300) }), 'jti'],
    ['signed by somebody else', () => ask({}, { kid: key.jwk.kid }, newKey()), 'no registered client'],
    ['with an unknown key', () => ask({}, { kid: 'other' }), 'no registered client'],
    ['with keys that it brings along', () => ask({}, { jku: 'https://evil.example/keys' }), 'jku'],
    ['with an extension that must be understood', () => ask({}, { crit: ['b64'] }), 'no JWT'],
    ['by an algorithm that is not agreed', () => ask({}, { alg: 'ES256' }), 'alg'],
    ['oversized', () => ask({ padding: 'x'.repeat(20_000) }), 'no JWT'],
  ])('is not given for an assertion that is %s', async (_what, send, reason) => {
    const { status, body } = await send();
    expect({ status, body }).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(body.error_description).toContain(reason);
  });

  test.each(['none', 'None', 'HS256', 'HS384'])('is not given for an assertion by %s', async alg => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg, kid: rsa.jwk.kid })}.${part(assertionClaims('clinic-1', tokenUrl()))}`;
    const publicPem = JSON.stringify(rsa.jwk);
    const mac = createHmac(alg === 'HS384' ? 'sha384' : 'sha256', publicPem)
      .update(text)
      .digest('base64url');
    for (const signature of ['', mac]) {
      const { status, body } = await askWith(form(`${text}.${signature}`));
      expect({ status, body }).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    }
  });

  test('is given once for an assertion, whoever comes first', async () => {
    const parameters = form(signJwt(key, assertionClaims('clinic-1', tokenUrl())));
    const answers = await Promise.all(Array.from({ length: 8 }, () => askWith(parameters)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(401)]);
    expect((await askWith(parameters)).body.error_description).toContain('used before');
  });

  test.each([
    ['no grant type', { grant_type: '' }, 'unsupported_grant_type'],
    ['a password', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['another kind of assertion', { client_assertion_type: 'saml' }, 'invalid_request'],
    ['scopes that it may not have', { scope: 'system/Coverage.rs user/Patient.rs' }, 'invalid_scope'],
  ])('is not given for %s', async (_what, change, error) => {
    const { status, body } = await askWith({
      ...form(signJwt(key, assertionClaims('clinic-1', tokenUrl()))),
      ...(change as Record<string, string>),
    });
    expect({ status, body }).toMatchObject({ status: 400, body: { error, error_description: expect.any(String) } });
  });

  test('is asked for with a form, each parameter once', async () => {
    expect((await server.post('auth/token', {})).body.error).toBe('invalid_request');
    const twice = new URLSearchParams(form('x'));
    twice.append('scope', 'system/Claim.rs');
    const sent = await server.post('auth/token', twice.toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(sent.body).toMatchObject({ error: 'invalid_request' });
  });

  test('that was changed, was made with another key, or is nothing, is refused', async () => {
    const token = tokenOf(await ask());
    const [prefix, payload, signature] = token.split('.');
    const other = [...JSON.parse(Buffer.from(payload!, 'base64url').toString())];
    other[2] = 'system/*.cruds';
    const forged = createAccessTokens(Buffer.alloc(32), registry).issueToOperator(Date.now());
    const expired = createAccessTokens(server.app.deps.store.signingKey, registry).issueToOperator(Date.now() - 61_000);
    for (const wrong of [
      `${prefix}.${Buffer.from(JSON.stringify(other)).toString('base64url')}.${signature}`,
      `${prefix}.${payload}.`,
      `${prefix}.${payload}`,
      `${prefix}.`,
      `${prefix}.${'x'.repeat(10_000)}.${signature}`,
      signJwt(key, assertionClaims('clinic-1', tokenUrl())),
      forged,
      expired,
    ]) {
      const answer = await server.get('Patient', withToken(wrong));
      expectOutcome(answer, 401, 'token-refused');
      expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
      expect(answer.text).not.toContain(wrong.slice(0, 40));
    }
    expectOutcome(await server.get('Patient', { authorization: 'Basic eDp5' }), 401, 'login-required');
    expect((await server.get('Patient', withToken(token))).status).toBe(200);
  });

  test('dies with the registration that it was given for', async () => {
    await register(clinic({ id: 'clinic-9' }));
    const asked = await askWith(form(signJwt(key, assertionClaims('clinic-9', tokenUrl()))));
    const token = tokenOf(asked);
    expect((await server.get('Patient', withToken(token))).status).toBe(200);
    await register(clinic({ id: 'clinic-9', status: 'disabled' }));
    expectOutcome(await server.get('Patient', withToken(token)), 401, 'token-refused');
    const again = await askWith(form(signJwt(key, assertionClaims('clinic-9', tokenUrl()))));
    expect(again.body).toMatchObject({ error: 'invalid_client' });
    await register(clinic({ id: 'clinic-9', scopes: ['system/Claim.rs'] }));
    expectOutcome(await server.get('Patient', withToken(token)), 401, 'token-refused');
  });

  test('is given by keys that are published, and by new ones among them, without asking for them again and again', async () => {
    await register({ ...clinic({ id: 'published', jwks: undefined }), jwksUrl: `http://${keyHost}/keys` } as never);
    const askPublished = (by: TestKey): Promise<Answer> =>
      askWith(form(signJwt(by, assertionClaims('published', tokenUrl()))));
    tokenOf(await askPublished(published));
    tokenOf(await askPublished(published));
    expect(fetches).toBe(1);
    publishedKeys = [];
    for (let i = 0; i < 5; i++) expect((await askPublished(newKey())).status).toBe(401);
    expect(fetches).toBe(1);
  });

  test('a key server inside the network is not asked unless it is listed', async () => {
    await register({ ...clinic({ id: 'inside', jwks: undefined }), jwksUrl: 'https://127.0.0.1:1/keys' } as never);
    const { body } = await askWith(form(signJwt(key, assertionClaims('inside', tokenUrl()))));
    expect(body).toMatchObject({
      error: 'invalid_client',
      error_description: expect.stringContaining('cannot be fetched'),
    });
  });
});

describe('clients', () => {
  test('are told and registered by administrators only', async () => {
    await register(clinic({ id: 'facility', role: 'facility' }));
    const token = tokenOf(await askWith(form(signJwt(key, assertionClaims('facility', tokenUrl())))));
    expectOutcome(await admin('get', '', undefined, withToken(token)), 403, 'administrator-required');
    expectOutcome(await admin('put', '/x', clinic({ id: 'x' }), withToken(token)), 403, 'administrator-required');
    expectOutcome(await admin('get', '', undefined, { authorization: '' }), 401, 'login-required');
    const listed = (await admin('get', '')).body.clients as { id: string }[];
    expect(listed.map(({ id }) => id)).toContain('facility');
    const one = await admin('get', '/facility');
    expect(one).toMatchObject({ status: 200, body: { id: 'facility', status: 'active' }, headers: { etag: 'W/"1"' } });
    expectOutcome(await admin('get', '/nobody'), 404, 'client-unknown');
  });

  test('are not registered with a token of an administrator that is for less', async () => {
    await register(clinic({ id: 'boss', scopes: ['system/*.cruds'] }));
    const listed = async (scope: string): Promise<Answer> => {
      const asked = await askWith(form(signJwt(key, assertionClaims('boss', tokenUrl())), scope));
      return admin('get', '', undefined, withToken(tokenOf(asked)));
    };
    expect((await listed('system/*.cruds')).status).toBe(200);
    for (const scope of ['system/*.rs', 'system/Patient.cruds', 'system/*.cruds?status=active']) {
      const [issue] = expectOutcome(await listed(scope), 403, 'administrator-required');
      expect(issue!.text).toContain('system/*.cruds');
    }
  });

  test('are not lost between two administrators', async () => {
    await register(clinic({ id: 'shared' }));
    const change = (version: string): Promise<Answer> =>
      admin('put', '/shared', clinic({ id: 'shared', name: 'Changed' }), { 'if-match': version });
    expect((await change('W/"1"')).status).toBe(200);
    expectOutcome(await change('W/"1"'), 409, 'version-conflict');
    expectOutcome(await change('x'), 400, 'header-malformed');
  });

  test.each([
    ['a private key', { jwks: { keys: [newKey().privateKey.export({ format: 'jwk' })] } }, 'private'],
    ['a shared key', { jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }, 'private'],
    [
      'a short key',
      { jwks: { keys: [generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' })] } },
      '2048',
    ],
    ['a scope of a user', { scopes: ['user/Claim.rs'] }, 'scopes'],
    ['no scopes', { scopes: [] }, 'scopes'],
    ['no role', { role: undefined }, 'role'],
    ['a role that is none', { role: 'doctor' }, 'payment-gateway'],
    ['a role of an organization, and none', { role: 'facility', organization: undefined }, 'organization'],
    ['a member that is none', { secret: 'x' }, 'secret'],
    ['a file as URL', { jwks: undefined, jwksUrl: 'file:///etc/passwd' }, 'jwksUrl'],
    ['a certificate that is none', { certificates: ['AB:CD'] }, 'certificates'],
    ['an id of the operator', { id: 'operator' }, 'id'],
  ])('are not registered with %s', async (_what, change, named) => {
    const client = clinic({ id: 'wrong', ...change });
    const answer = await admin('put', `/${client.id}`, client);
    const [issue] = expectOutcome(answer, 422, 'client-invalid');
    expect(issue!.text).toContain(named);
  });

  test('share no certificate', async () => {
    const certificates = ['ab'.repeat(32)];
    await register(clinic({ id: 'one', certificates }));
    expectOutcome(await admin('put', '/two', clinic({ id: 'two', certificates })), 409, 'identity-taken');
  });

  test('are nowhere in FHIR', async () => {
    const headers = withToken(operator);
    const before = (await server.get('_history?_count=1000', headers)).text;
    await register(clinic({ id: `hidden-${randomUUID()}` }));
    for (const path of ['_history?_count=1000', 'metadata', '?_count=1000', '?_type=Basic', 'Patient/$meta', '$meta']) {
      const { text } = await server.get(path, headers);
      expect(text).not.toContain('kiungo-client');
      expect(text).not.toContain('hidden-');
    }
    expect((await server.get('_history?_count=1000', headers)).text.length).toBe(before.length);
    expect((await server.get('kiungo-client/clinic-1', headers)).status).toBe(404);
    expect((await server.get('kiungo-client/clinic-1/_history', headers)).status).toBe(404);
    expect((await server.put('kiungo-client/clinic-1', {}, headers)).status).toBe(404);
    const bundle = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'GET', url: 'kiungo-client/clinic-1' } }],
    };
    expect((await server.post('', bundle, headers)).text).toContain('"status":"404 Not Found"');
  });
});

test('one client does not take the place of others', async () => {
  const token = tokenOf(await ask());
  await register(clinic({ id: 'clinic-2' }));
  const other = tokenOf(await askWith(form(signJwt(key, assertionClaims('clinic-2', tokenUrl())))));
  const begun =
    `POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nExpect: 100-continue\r\n` +
    'Content-Type: application/fhir+json\r\nContent-Length: 5\r\n\r\n';
  const sockets = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.write(begun);
      await once(socket, 'data');
      return socket;
    }),
  );
  const busy = await server.get('Patient', withToken(token));
  expectOutcome(busy, 429, 'client-too-busy');
  expect(busy.headers['retry-after']).toBe('2');
  expect((await server.get('Patient', withToken(other))).status).toBe(200);
  for (const socket of sockets) socket.destroy();
});
