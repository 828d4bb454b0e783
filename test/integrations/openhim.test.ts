import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { type KeptRegistration, keepRegistered } from '../../src/integrations/openhim/keep-registered.ts';
import { describeMediator } from '../../src/integrations/openhim/mediator.ts';
import { type ConsoleSettings, openhimClient } from '../../src/integrations/openhim/openhim-client.ts';
import { patient } from '../http/resources.ts';
import { startServer, type TestServer, useServer } from '../http/start-server.ts';
import { type OpenhimPeer, startOpenhim } from '../peers/openhim.ts';

const URN = 'urn:mediator:kiungo';
const folder = mkdtempSync(join(tmpdir(), 'kiungo-openhim-'));
const passwordFile = join(folder, 'password');
writeFileSync(passwordFile, 'secret\n');
let peer: OpenhimPeer;
beforeAll(async () => {
  peer = await startOpenhim();
});
afterAll(async () => {
  await peer.close();
  rmSync(folder, { recursive: true });
});

describe('a mediator', () => {
  let kept: KeptRegistration | undefined;
  afterEach(() => {
    kept?.close();
    peer.fail(false);
    peer.forget();
  });
  const told: string[] = [];
  const noted: (string | undefined)[] = [];
  const heard: ConsoleSettings[] = [];
  const keep = (password = 'secret', makesChannels = false): void => {
    told.length = 0;
    noted.length = 0;
    heard.length = 0;
    kept = keepRegistered({
      client: openhimClient({ url: peer.url, user: 'root@openhim.org', password }),
      mediator: describeMediator({ upstream: 'https://kiungo', baseUrl: 'https://hie.example/fhir', version: '1.0.0' }),
      makesChannels,
      configure: settings => heard.push(settings),
      note: reason => noted.push(reason),
      tell: (text, facts) => told.push(`${text} ${JSON.stringify(facts)}`),
      everyMs: 20,
    });
  };

  test('registers, asks for its settings once, and then sends heartbeats', async () => {
    keep();
    await peer.next(`POST /mediators/${URN}/heartbeat 200`);
    await peer.next(`POST /mediators/${URN}/heartbeat 200`);
    expect(peer.mediators.get(URN)).toMatchObject({
      endpoints: [{ host: 'kiungo', port: 443, path: '/fhir', type: 'https' }],
      config: { publicBaseUrl: 'https://hie.example/fhir' },
    });
    expect(heard).toEqual([{ publicBaseUrl: 'https://hie.example/fhir' }]);
    expect(told).toEqual([`Registered with OpenHIM {"urn":"${URN}"}`]);
  });

  test('hears what an operator changes in the console', async () => {
    keep();
    await peer.next(`POST /mediators/${URN}/heartbeat 200`);
    peer.configure(URN, { publicBaseUrl: 'https://other.example/fhir' });
    await peer.next(`POST /mediators/${URN}/heartbeat 200`);
    await peer.next(`POST /mediators/${URN}/heartbeat 200`);
    expect(heard.at(-1)).toEqual({ publicBaseUrl: 'https://other.example/fhir' });
  });

  test('registers anew where OpenHIM has forgotten it, and waits where OpenHIM is away', async () => {
    keep();
    await peer.next(`POST /mediators/${URN}/heartbeat 200`);
    peer.forget();
    await peer.next('POST /mediators 201');
    await peer.next(`POST /mediators/${URN}/heartbeat 200`);
    peer.fail(true);
    for (let beat = 0; beat < 3; beat++) await peer.next(`POST /mediators/${URN}/heartbeat 503`);
    peer.fail(false);
    await peer.next(`POST /mediators/${URN}/heartbeat 200`);
    expect(told.filter(text => text.includes('503'))).toHaveLength(1);
    expect(noted.slice(0, 1)).toEqual([undefined]);
    expect(noted.filter(reason => reason?.includes('503'))).toHaveLength(1);
  });

  test('has its channels made where that is wanted, and says what is wrong with its password once', async () => {
    keep('secret', true);
    await peer.next(`POST /mediators/${URN}/channels 201`);
    await peer.next(`POST /mediators/${URN}/heartbeat 200`);
    kept!.close();
    keep('wrong');
    await peer.next('POST /mediators 401');
    await peer.next('POST /mediators 401');
    expect(told).toEqual(['OpenHIM cannot be used {"reason":"OpenHIM answered the registration with 401."}']);
  });
});

test('a server registers itself, and its links are below what the console says', async () => {
  peer.forget();
  const registered = peer.next(`POST /mediators/${URN}/heartbeat 200`);
  const server: TestServer = await startServer({
    KIUNGO_OPENHIM_URL: peer.url,
    KIUNGO_OPENHIM_PASSWORD_FILE: passwordFile,
    KIUNGO_OPENHIM_UPSTREAM: 'http://kiungo:8080',
    KIUNGO_BASE_URL: 'https://hie.example/fhir',
  });
  try {
    await registered;
    expect(peer.mediators.get(URN)).toMatchObject({
      version: packageJson.version,
      config: { publicBaseUrl: 'https://hie.example/fhir' },
    });
    const { headers } = await server.post('Patient', patient('O-1'));
    expect(headers.location).toMatch(/^https:\/\/hie\.example\/fhir\/Patient\//);
  } finally {
    await server.app.close();
  }
});

describe('an answer for the console of OpenHIM', () => {
  const server = useServer();
  const OPENHIM = { accept: 'application/json+openhim' };

  test('holds the answer as it would have been', async () => {
    const created = await server.put('Patient/o-2', patient('O-2', { id: 'o-2' }), OPENHIM);
    expect(created.status).toBe(201);
    expect(created.headers['content-type']).toBe('application/json+openhim');
    expect(created.body).toMatchObject({
      'x-mediator-urn': URN,
      status: 'Successful',
      response: {
        status: 201,
        headers: {
          etag: 'W/"1"',
          'content-type': expect.stringMatching(/^application\/fhir\+json/),
          location: expect.stringMatching(/o-2/),
        },
        timestamp: expect.stringMatching(/^\d{4}-/),
      },
    });
    const { response } = created.body as unknown as { response: { body: string } };
    expect(JSON.parse(response.body)).toMatchObject({ resourceType: 'Patient', id: 'o-2' });
  });

  test('is Completed where the client is wrong', async () => {
    const { status, body } = await server.get('Patient/none', OPENHIM);
    expect(status).toBe(404);
    expect(body).toMatchObject({
      status: 'Completed',
      response: { status: 404, body: expect.stringMatching('resource-unknown') },
    });
  });

  test('comes with a body where the answer has none', async () => {
    const deleted = await server.delete('Patient/o-2', OPENHIM);
    expect(deleted.status).toBe(200);
    expect(deleted.body).toMatchObject({ response: { status: 204, body: '' } });
  });
});
