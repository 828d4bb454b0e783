import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchWithToken, getToken } from '../docs/clients/get-token.ts';
import { sendClaims } from '../docs/clients/send-claims.ts';
import { runClientCommand } from '../scripts/client/run-client-command.ts';
import { clientKey, readAuditRow } from '../src/audit/audit-facts.ts';
import type { Client } from '../src/security/client.ts';
import { assertionClaims, newKey, signJwt, type TestKey } from './http/keys.ts';
import { startServer, type TestServer } from './http/start-server.ts';

let folder: string;
let settings: Record<string, string>;
let server: TestServer;

const run = async (...args: string[]): Promise<string> => {
  const lines: string[] = [];
  await runClientCommand(args, settings, text => lines.push(text));
  return lines.join('\n');
};

const start = async (): Promise<void> => {
  server = await startServer(settings);
};

const stop = (): Promise<void> => server.app.close();

/** A port that nobody has; the command must find the server. */
const freePort = async (): Promise<string> => {
  const free = await startServer({ KIUNGO_CAPABILITIES: 'r4' });
  const { port } = new URL(free.url);
  await free.app.close();
  return port;
};

const tokenOf = async (clientId: string, scope: string): Promise<string> =>
  getToken({ base: server.url, clientId, privateKey: await readFile(join(folder, `${clientId}.key`), 'utf8'), scope });

const statusOf = async (path: string, token: string): Promise<number> =>
  (await server.get(path, { authorization: `Bearer ${token}` })).status;

const jwksFile = async (...keys: TestKey[]): Promise<string> => {
  const file = join(folder, `${keys[0]!.jwk.kid}.json`);
  await writeFile(file, JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
  return file;
};

const ADMINISTRATOR = ['--role', 'administrator', '--scope', 'system/*.cruds'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-client-'));
  settings = {
    KIUNGO_STORE: `sqlite:${join(folder, 'kiungo.db')}`,
    KIUNGO_AUTH: 'smart',
    KIUNGO_PORT: await freePort(),
  };
});

afterAll(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

describe('npm run client', () => {
  test('registers clients before the server has ever run', async () => {
    const keyFile = join(folder, 'admin.key');
    const shown = JSON.parse(await run('add', 'admin', ...ADMINISTRATOR, '--new-key', keyFile)) as Client;
    expect(shown).toMatchObject({ id: 'admin', status: 'active', jwks: { keys: [{ alg: 'ES384' }] } });
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect(await run('list')).toBe('admin\tactive\tadministrator\t\tsystem/*.cruds');
    await start();
    expect(await statusOf('Patient', await tokenOf('admin', 'system/Patient.rs'))).toBe(200);
    const [told] = await server.app.deps.store.auditRows({ anyOf: [clientKey('operator')], count: 1 });
    expect(readAuditRow(told!)).toMatchObject({
      deed: 'administration',
      note: 'npm run client on the machine of the store: admin, administrator, active',
    });
  });

  test('registers, shows, rotates and disables them while it runs', async () => {
    const file = join(folder, 'clinic.key');
    await run('add', 'clinic', ...ADMINISTRATOR, '--name', 'Clinic', '--new-key', file);
    const token = await tokenOf('clinic', 'system/Patient.rs');
    expect(await statusOf('Patient', token)).toBe(200);
    expect(JSON.parse(await run('show', 'clinic'))).toMatchObject({ name: 'Clinic', scopes: ['system/*.cruds'] });

    const next = newKey();
    const jwks = await jwksFile(next);
    await run('rotate', 'clinic', '--jwks', jwks, '--keep-old');
    expect(await statusOf('Patient', token)).toBe(401);
    expect(await statusOf('Patient', await tokenOf('clinic', 'system/Patient.rs'))).toBe(200);
    await run('rotate', 'clinic', '--jwks', jwks);
    await expect(tokenOf('clinic', 'system/Patient.rs')).rejects.toThrow('no registered client');

    await run('disable', 'clinic');
    expect(await run('list')).toContain('clinic\tdisabled');
    await run('enable', 'clinic');
    expect(JSON.parse(await run('show', 'clinic'))).toMatchObject({ status: 'active', jwks: { keys: [next.jwk] } });
    const told = server.log.filter(line => line.includes('Client registered')).map(line => JSON.parse(line));
    expect(told.at(-1)).toMatchObject({ client: 'clinic', by: 'operator', version: 5 });
  });

  test.each([
    ['nothing', [], /npm run client -- add ID/],
    ['a client that is there', ['add', 'admin', ...ADMINISTRATOR], /registered\. npm run client -- show admin/],
    ['one that is not', ['disable', 'nobody'], /No client "nobody"/],
    ['scopes that are none', ['add', 'x', '--role', 'facility', '--scope', 'user/Claim.rs'], /"scopes" is a list/],
    ['no proof', ['rotate', 'admin'], /PROOF/],
    ['an option that is none', ['add', 'x', '--secret', 's'], /--secret/],
  ])('says what to change for %s', async (_what, args, expected) => {
    await expect(run(...args)).rejects.toThrow(expected);
  });

  test('leaves no key behind where it fails, and writes over none', async () => {
    const file = join(folder, 'wrong.key');
    await expect(run('add', 'wrong', '--role', 'R', '--new-key', file)).rejects.toThrow('role');
    await expect(stat(file)).rejects.toThrow('ENOENT');
    const before = await readFile(join(folder, 'admin.key'), 'utf8');
    await expect(run('add', 'other', ...ADMINISTRATOR, '--new-key', join(folder, 'admin.key'))).rejects.toThrow(
      'EEXIST',
    );
    expect(await readFile(join(folder, 'admin.key'), 'utf8')).toBe(before);
    expect(await run('list')).not.toContain('other');
  });
});

test('docs/clients/send-claims.ts sends claims with tokens, and stops where the client may not send any', async () => {
  const key = join(folder, 'sender.key');
  const scope = 'system/Claim.crs';
  await run(
    'add',
    'sender',
    '--role',
    'facility',
    '--organization',
    'Organization/a',
    '--scope',
    scope,
    '--new-key',
    key,
  );
  const privateKey = await readFile(key, 'utf8');
  const queue = join(folder, 'queue');
  await mkdir(queue);
  const call = fetchWithToken({ base: server.url, clientId: 'sender', privateKey, scope });
  const send = async (): Promise<string[]> => {
    const lines: string[] = [];
    await writeFile(join(queue, 'a.json'), JSON.stringify({ resourceType: 'Claim' }));
    await sendClaims({ base: server.url, folder: queue, fetch: call, tell: line => lines.push(line) });
    return lines;
  };
  expect(await send()).toEqual(['a.json: 422']);
  await run('rotate', 'sender', '--jwks', await jwksFile(newKey()), '--keep-old');
  expect(await send()).toEqual(['a.json: 422']);
  await run('disable', 'sender');
  await expect(send()).rejects.toThrow('401');
});

test('an assertion that was used is worth nothing after a restart, a token is worth what it was', async () => {
  const key = newKey();
  await run('add', 'restart', ...ADMINISTRATOR, '--jwks', await jwksFile(key));
  const claims = assertionClaims('restart', `${server.url}/auth/token`);
  const ask = async (): Promise<Response> =>
    fetch(`${server.url}/auth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: 'system/Patient.rs',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: signJwt(key, claims),
      }),
    });
  const first = await ask();
  expect(first.status).toBe(200);
  const { access_token: token } = (await first.json()) as { access_token: string };
  await stop();
  await start();
  const again = await ask();
  expect(again.status).toBe(401);
  expect(await again.text()).toContain('used before');
  expect(await statusOf('Patient', token)).toBe(200);
});
