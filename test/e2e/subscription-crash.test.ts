import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { patient } from '../http/resources.ts';
import { startWebhook, type Webhook } from '../peers/webhook.ts';
import { limitOf, storeUrl } from '../store-url.ts';
import { killServers, type ServerProcess, startServer } from './server-process.ts';

let folder: string;
let webhook: Webhook;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiungo-subscription-'));
  webhook = await startWebhook();
});
afterAll(async () => {
  await killServers();
  await webhook.close();
  await rm(folder, { recursive: true });
});

const start = (): Promise<ServerProcess> =>
  startServer({ KIUNGO_STORE: storeUrl(folder), KIUNGO_TRUSTED_HOSTS: '127.0.0.1' });

const post = async ({ url }: ServerProcess, resource: object): Promise<string> => {
  const headers = { 'content-type': 'application/fhir+json' };
  const { resourceType } = resource as { resourceType: string };
  const answer = await fetch(`${url}/${resourceType}`, { method: 'POST', headers, body: JSON.stringify(resource) });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
};

it('tells a subscriber of all that was acknowledged, in order, also when the server is killed', {
  timeout: limitOf(60_000),
}, async () => {
  let server = await start();
  await post(server, {
    ...{ resourceType: 'Subscription', status: 'requested', reason: 'A test', criteria: 'Patient?active=true' },
    channel: { type: 'rest-hook', endpoint: webhook.url, payload: 'application/fhir+json' },
  });
  const ids: string[] = [];
  const store = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) ids.push(await post(server, patient(`K${ids.length}`, { active: true })));
  };
  const first = webhook.taken(1);
  // The first is stored again until the Subscription is active.
  while (webhook.receipts.length === 0) {
    ids.length = 0;
    await store(1);
    await Promise.race([first, new Promise(resolve => setTimeout(resolve, 300))]);
  }
  await store(20);
  await server.kill();
  server = await start();
  await store(3);
  const told = (): string[] => [
    ...new Set(webhook.receipts.map(({ body }) => (JSON.parse(body) as { id: string }).id)),
  ];
  while (told().length < ids.length) await webhook.taken(webhook.receipts.length + 1);
  expect(told().slice(-ids.length)).toEqual(ids);
  expect(await server.stop()).toBe(0);
});
