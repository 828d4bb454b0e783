import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runClientCommand } from '../../scripts/client/run-client-command.ts';
import { createAccessTokens } from '../../src/security/access-token.ts';
import { newCertificate, type TestCertificate } from './certificates.ts';
import { startServer, type TestServer } from './start-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'kiungo-tls-'));
const own = newCertificate('server');
const authority = newCertificate('authority');
const clinic = newCertificate('clinic', authority);
const stranger = newCertificate('stranger', authority);
const hop = newCertificate('openhim', authority);
const forged = newCertificate('clinic', newCertificate('authority'));
const CREDENTIAL = 'Basic b3BlbmhpbTpzZWNyZXQ=';

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const settings: Record<string, string> = {
  KIUNGO_STORE: `sqlite:${join(folder, 'kiungo.db')}`,
  KIUNGO_AUTH: 'openhim',
  KIUNGO_TLS_CERT: file('server.pem', own.cert),
  KIUNGO_TLS_KEY: file('server.key', own.key),
  KIUNGO_TLS_CLIENT_CA: file('authority.pem', authority.cert),
  KIUNGO_OPENHIM_CERTIFICATES: hop.fingerprint,
  KIUNGO_OPENHIM_CREDENTIAL_FILE: file('credential', `${CREDENTIAL}\n`),
};

let server: TestServer;

interface Asked {
  status: number;
  headers: Record<string, unknown>;
  body: Record<string, unknown>;
  /** Whom the log names. */
  client: string | undefined;
}

const get = async (
  by?: TestCertificate,
  headers: Record<string, string> = {},
  options: RequestOptions = {},
  path = '/fhir/Patient',
): Promise<Asked> => {
  const { port } = new URL(server.url);
  const proof = by === undefined ? {} : { cert: by.cert, key: by.key };
  const sent = request({ host: '127.0.0.1', port, path, headers, ca: own.cert, agent: false, ...proof, ...options });
  sent.end();
  const [response] = await once(sent, 'response');
  const body = (await json(response)) as Record<string, unknown>;
  const { client } = JSON.parse(server.log.at(-1)!) as { client?: string };
  return { status: response.statusCode, headers: response.headers, body, client };
};

const ADMINISTRATOR = ['--role', 'administrator', '--scope', 'system/*.cruds'];
const run = (...args: string[]): Promise<void> => runClientCommand(args, settings, () => {});

beforeAll(async () => {
  await run('add', 'clinic', ...ADMINISTRATOR, '--certificate', file('clinic.pem', clinic.cert));
  await run('add', 'mediator', ...ADMINISTRATOR, '--openhim', 'Mediator 1');
  server = await startServer({ ...settings });
});

afterAll(async () => {
  await server.app.close();
  rmSync(folder, { recursive: true });
});

describe('TLS', () => {
  test('is all that the server speaks, and it says so to browsers', async () => {
    expect(server.url).toMatch(/^https:/);
    const { status, headers } = await get(undefined, {}, {}, '/fhir/metadata');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    await expect(fetch(server.url.replace('https:', 'http:'))).rejects.toThrow();
    await expect(get(undefined, {}, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })).rejects.toThrow();
  });

  test('lets npm run client in, by the very certificate of the settings', async () => {
    settings.KIUNGO_PORT = new URL(server.url).port;
    await run('disable', 'mediator');
    await run('enable', 'mediator');
  });
});

describe('a certificate', () => {
  test('proves the client that is registered with it, on every request of its connection and of the next', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 10 });
    expect(await get(clinic, {}, { agent })).toMatchObject({ status: 200, client: 'clinic' });
    expect(await get(clinic, {}, { agent })).toMatchObject({ status: 200, client: 'clinic' });
    agent.destroy();
    expect(await get(clinic, {}, { agent })).toMatchObject({ status: 200, client: 'clinic' });
    agent.destroy();
  });

  test.each([
    ['none', undefined],
    ['one that is not registered', stranger],
    ['one of another authority of the same name', forged],
    ["the server's own", own],
  ])('is needed: %s is 401', async (_what, by) => {
    expect(await get(by)).toMatchObject({ status: 401, client: undefined });
  });

  test('is not needed with a token', async () => {
    const tokens = createAccessTokens(server.app.deps.store.signingKey, {
      find: () => undefined,
      readOn: async () => {},
    });
    const authorization = `Bearer ${tokens.issueToOperator(Date.now())}`;
    expect(await get(undefined, { authorization })).toMatchObject({ status: 200, client: 'operator' });
    expect(await get(forged, { authorization })).toMatchObject({ status: 200, client: 'operator' });
  });
});

describe('OpenHIM', () => {
  const named = { 'x-openhim-clientid': 'Mediator 1' };

  test('is believed with its certificate or its credential', async () => {
    expect(await get(hop, named)).toMatchObject({ status: 200, client: 'mediator' });
    expect(await get(undefined, { ...named, authorization: CREDENTIAL })).toMatchObject({
      status: 200,
      client: 'mediator',
    });
  });

  test.each([
    ['nobody has proven that it is OpenHIM', undefined, named],
    ['the credential is wrong', undefined, { ...named, authorization: 'Basic b3BlbmhpbTpvdGhlcg==' }],
    ['the credential is cut', undefined, { ...named, authorization: CREDENTIAL.slice(0, -1) }],
    ['the certificate is another one', stranger, named],
    ['it names no client', hop, {}],
    ['it names one that is not registered', hop, { 'x-openhim-clientid': 'mediator' }],
    ['it names one that is registered otherwise', hop, { 'x-openhim-clientid': 'clinic' }],
  ] as const)('is not believed where %s', async (_what, by, headers) => {
    const { status, body } = await get(by, headers);
    expect(status).toBe(401);
    expect(JSON.stringify(body)).toContain('login-required');
  });

  test('cannot be played by a client: it stays who it is', async () => {
    expect(await get(clinic, named)).toMatchObject({ status: 200, client: 'clinic' });
  });
});

test('a connection on which nobody has said anything does not keep the server from ending', async () => {
  const other = await startServer({ ...settings, KIUNGO_PORT: '0', KIUNGO_STORE: 'sqlite::memory:' });
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(other.url).port), ca: own.cert });
  await once(socket, 'secureConnect');
  const closed = once(socket, 'close');
  socket.resume();
  await other.app.close();
  await closed;
});
