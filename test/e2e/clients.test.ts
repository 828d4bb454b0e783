import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sendClaims } from '../../docs/clients/send-claims.ts';
import { bundle } from '../http/bundles.ts';
import { openConnections } from './connections.ts';
import { claimText, loadDemoScheme, readAll } from './demo-claims.ts';
import { killServers, type ServerProcess, startServer } from './server-process.ts';

const CLAIMS = 24;

/** What the line does with one request. */
type Mishap = 'lost before the server' | 'lost after the server' | 'page of a portal' | 'busy' | 'broken claim server';

let home: string;
let queue: string;
let server: ServerProcess;
/** Mishaps by the number of the request that they befall, from 1. */
const mishaps = new Map<number, Mishap>();
let requests = 0;

const settings = (): Record<string, string> => ({ KIUNGO_STORE: `sqlite:${join(home, 'store.db')}` });

const restart = async (): Promise<void> => {
  await server.kill();
  server = await startServer(settings());
};

const PAGE = '<html>Buy more data</html>';
const OUTCOME = JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'transient' }] });

/** The line between a facility and the server. */
const line = createServer((incoming, outgoing) => {
  const mishap = mishaps.get(++requests);
  if (mishap === 'page of a portal') return void outgoing.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
  if (mishap === 'busy') return void outgoing.writeHead(503, { 'retry-after': '0' }).end(OUTCOME);
  if (mishap === 'broken claim server') return void outgoing.writeHead(500).end(OUTCOME);
  if (mishap === 'lost before the server') return void restart().then(() => outgoing.destroy());
  const { method, headers } = incoming;
  const onward = request(`${server.url}${incoming.url}`, { method: method!, headers }, answer => {
    if (mishap !== 'lost after the server') {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      return void answer.pipe(outgoing);
    }
    answer.resume();
    answer.on('end', () => void restart().then(() => outgoing.destroy()));
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
});

const sending = (lines: string[] = []): Parameters<typeof sendClaims>[0] => ({
  base: `http://127.0.0.1:${(line.address() as AddressInfo).port}`,
  folder: queue,
  tell: told => lines.push(told),
  pauseMs: 1,
  maxPauseMs: 20,
});

const enqueue = (name: string, text: string): Promise<void> => writeFile(join(queue, `${name}.json`), text);
const jsonIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter(name => name.endsWith('.json')).sort();

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'kiungo-clients-'));
  queue = join(home, 'queue');
  await mkdir(queue);
  requests = 0;
  mishaps.clear();
  server = await startServer(settings());
  const connections = openConnections(1);
  await loadDemoScheme(server.url, connections);
  connections.close();
  await new Promise<void>(listening => line.listen(0, '127.0.0.1', listening));
});

afterEach(async () => {
  line.closeAllConnections();
  await new Promise(closed => line.close(closed));
  await killServers();
  await rm(home, { recursive: true });
});

const idsOf = async (type: string): Promise<unknown[]> => {
  const connections = openConnections(1);
  const found = await readAll(server.url, type, connections);
  connections.close();
  return found.map(({ id }) => id).sort();
};

test('every claim arrives exactly once, though the server is killed midway and the line fails in each way', async () => {
  for (let index = 0; index < CLAIMS; index++) await enqueue(`claim-${index}`, claimText(`Q-${index}`));
  mishaps.set(3, 'lost after the server');
  mishaps.set(7, 'page of a portal');
  mishaps.set(9, 'lost before the server');
  mishaps.set(12, 'busy');
  mishaps.set(14, 'broken claim server');
  mishaps.set(CLAIMS, 'lost after the server');
  const lines: string[] = [];
  await sendClaims(sending(lines));

  expect(await jsonIn(queue)).toEqual([]);
  const names = await jsonIn(join(queue, 'sent'));
  const answers = names.map(
    async name => JSON.parse(await readFile(join(queue, 'sent', name), 'utf8')) as { id: string },
  );
  const ids = (await Promise.all(answers)).map(({ id }) => id).sort();
  expect(ids).toHaveLength(CLAIMS);
  expect(await idsOf('Claim')).toEqual(ids);
  expect(await idsOf('ClaimResponse')).toEqual(ids);
  const statuses = Object.groupBy(lines, told => told.split(': ')[1]!);
  // Twice the claim was stored and its answer lost: sending it again was answered with the first one.
  expect(Object.fromEntries(Object.entries(statuses).map(([status, each]) => [status, each!.length]))).toEqual({
    '201': CLAIMS - 2,
    '200': 2,
    'no answer': 4,
    '503': 1,
    '500': 1,
  });
});

test('what a person has to correct is set aside with the reasons, and the others go on', async () => {
  await enqueue('a-bad', claimText('Q-BAD').replace('"active"', '"sent"'));
  await enqueue('b-good', claimText('Q-GOOD'));
  await enqueue('c-other', claimText('Q-GOOD').replace('9.20', '9.21'));
  await enqueue('d-broken', '{"resourceType":');
  const lines: string[] = [];
  await sendClaims(sending(lines));
  expect(lines).toEqual(['a-bad.json: 422', 'b-good.json: 201', 'c-other.json: 409', 'd-broken.json: 400']);
  expect(await jsonIn(join(queue, 'sent'))).toEqual(['b-good.json']);
  const refused = ['a-bad', 'c-other', 'd-broken'];
  expect(await jsonIn(join(queue, 'refused'))).toEqual(
    refused.flatMap(name => [`${name}.json`, `${name}.outcome.json`]),
  );
  expect(await readFile(join(queue, 'refused', 'a-bad.outcome.json'), 'utf8')).toContain('Claim.status');
});

test('a wrong address stops it, and no claim leaves the queue', async () => {
  await enqueue('one', claimText('Q-1'));
  const wrong = { ...sending(), base: `${sending().base}/elsewhere` };
  await expect(sendClaims(wrong)).rejects.toThrow('404');
  expect(await jsonIn(queue)).toEqual(['one.json']);
});

test('a batch that is sent again stores nothing twice', async () => {
  const claims = [1, 2, 3].map(number => ({
    resource: JSON.parse(claimText(`Q-${number}`)),
    request: { method: 'POST', url: 'Claim' },
  }));
  const connections = openConnections(1);
  const post = async (): Promise<string[]> => {
    const { text } = await connections.send('POST', server.url, JSON.stringify(bundle('batch', ...claims)));
    return (JSON.parse(text) as { entry: { response: { status: string } }[] }).entry.map(
      ({ response }) => response.status,
    );
  };
  expect(await post()).toEqual(Array(3).fill('201 Created'));
  expect(await post()).toEqual(Array(3).fill('200 OK'));
  connections.close();
  expect(await idsOf('Claim')).toHaveLength(3);
});
