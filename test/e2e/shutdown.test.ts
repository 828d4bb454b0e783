import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { patient } from '../http/resources.ts';
import { storeUrl } from '../store-url.ts';
import { killServers, startServer } from './server-process.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-shutdown-'));
});

afterEach(async () => {
  await killServers();
  await rm(folder, { recursive: true });
});

const settings = (): Record<string, string> => ({ KIUNGO_STORE: storeUrl(folder) });

const open = (url: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => resolve(socket)).on('error', reject);
  });

/** All that a socket gives until it is closed. */
const rest = (socket: Socket): Promise<string> =>
  new Promise(resolve => {
    let text = '';
    socket.setEncoding('utf8').on('data', chunk => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
  });

/** Settles once nothing new can connect: the server has begun to close. */
const refusesConnections = async (url: string): Promise<void> => {
  for (;;) {
    try {
      (await open(url)).destroy();
    } catch {
      return;
    }
  }
};

test('SIGTERM lets the request in flight finish, keeps what it stored, and ends with 0', async () => {
  const server = await startServer(settings());
  const body = JSON.stringify(patient('SLOW-1'));
  const socket = await open(server.url);
  const answer = rest(socket);
  socket.write(
    'POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body.slice(0, 40)}`,
  );
  // The server has met the request once it has answered one that came later.
  expect((await fetch(`${server.url}/metadata`)).status).toBe(200);
  const stopped = server.stop();
  await refusesConnections(server.url);
  socket.write(body.slice(40));
  expect(await answer).toMatch(/^HTTP\/1\.1 201 Created\r\n[\s\S]*connection: close/i);
  expect(await stopped).toBe(0);
  expect(server.complaint()).toBe('');

  const again = await startServer(settings());
  const found = (await (await fetch(`${again.url}/Patient?identifier=SLOW-1`)).json()) as { total: number };
  expect(found.total).toBe(1);
  expect(await again.stop()).toBe(0);
});

test('SIGTERM in the middle of many writers: every one gets a whole answer or none, and what was answered is there', async () => {
  const server = await startServer(settings());
  const acknowledged: string[] = [];
  let first: () => void = () => {};
  const begun = new Promise<void>(resolve => {
    first = resolve;
  });
  const writer = async (number: number): Promise<void> => {
    for (let count = 0; ; count++) {
      let response: Response;
      try {
        response = await fetch(`${server.url}/Patient`, {
          method: 'POST',
          headers: { 'content-type': 'application/fhir+json' },
          body: JSON.stringify(patient(`W-${number}-${count}`)),
        });
      } catch {
        return;
      }
      expect(response.status).toBe(201);
      acknowledged.push(((await response.json()) as { id: string }).id);
      if (acknowledged.length === 200) first();
    }
  };
  const writers = Promise.all(Array.from({ length: 16 }, (_, number) => writer(number)));
  await begun;
  expect(await server.stop()).toBe(0);
  await writers;

  const again = await startServer(settings());
  const statuses = await Promise.all(acknowledged.map(async id => (await fetch(`${again.url}/Patient/${id}`)).status));
  expect(statuses.every(status => status === 200)).toBe(true);
  expect(await again.stop()).toBe(0);
});

test('SIGTERM does not wait for a client that keeps its connection open and says nothing', async () => {
  const server = await startServer(settings());
  const idle = await open(server.url);
  const used = await open(server.url);
  used.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise(resolve => used.once('data', resolve));
  const closed = [rest(idle), rest(used)];
  expect(await server.stop()).toBe(0);
  await Promise.all(closed);
});

test('SIGTERM does not wait longer for a request than a request may take', async () => {
  const server = await startServer({ ...settings(), KIUNGO_REQUEST_TIMEOUT_MS: '1000' });
  const socket = await open(server.url);
  const answer = rest(socket);
  socket.write(
    'POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\nContent-Length: 100\r\n\r\n{',
  );
  expect((await fetch(`${server.url}/metadata`)).status).toBe(200);
  expect(await server.stop()).toBe(0);
  expect(await answer).toBe('');
});
