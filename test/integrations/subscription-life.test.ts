import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { createOutgoing } from '../../src/security/outgoing.ts';
import { createSeal } from '../../src/security/seal.ts';
import { SEALS_HEADERS } from '../../src/start-delivery.ts';
import { runSubscriptions, type Subscriptions } from '../../src/subscriptions/run-subscriptions.ts';
import { resourcesOf, useServer } from '../http/start-server.ts';
import { startWebhook, type Webhook } from '../peers/webhook.ts';

const BACKPORT = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/';
const server = useServer({ KIUNGO_TRUSTED_HOSTS: '127.0.0.1', KIUNGO_DELIVERY: 'no' });
let webhook: Webhook;
let subscriptions: Subscriptions;
let ahead = 0;

/** As a process that has just started. */
const startSubscriptions = (): Subscriptions => {
  const { deps } = server.app;
  return runSubscriptions({
    deps,
    now: () => deps.now() + ahead,
    fault: error => {
      throw error;
    },
    outgoing: createOutgoing(['127.0.0.1']),
    seal: createSeal(deps.store.signingKey, SEALS_HEADERS),
    viewOf: () => deps,
  });
};

beforeAll(async () => {
  webhook = await startWebhook();
  subscriptions = startSubscriptions();
});
afterAll(() => webhook.close());

const subscription = (more: JsonObject = {}, channel: JsonObject = {}): Resource => ({
  ...{ resourceType: 'Subscription', status: 'requested', reason: 'A test' },
  criteria: 'https://kiungo.example/fhir/SubscriptionTopic/coverage-changed',
  channel: { type: 'rest-hook', endpoint: webhook.url, payload: 'application/fhir+json', ...channel },
  ...more,
});
const work = async (): Promise<void> => {
  await subscriptions.work();
  await subscriptions.activated();
  await subscriptions.work();
};
const typesTold = (): unknown[] =>
  webhook.receipts.map(({ body }) => {
    const [status] = resourcesOf(JSON.parse(body) as Resource);
    return (status!.parameter as JsonObject[]).find(({ name }) => name === 'type')?.valueCode;
  });

it('beats when nothing has happened for the time that was asked for', async () => {
  const extension = [{ url: `${BACKPORT}backport-heartbeat-period`, valueUnsignedInt: 60 }];
  await server.put('Subscription/beating', { ...subscription({}, { extension }), id: 'beating' });
  await work();
  await subscriptions.work();
  expect(typesTold()).toEqual(['handshake']);
  ahead += 61_000;
  await subscriptions.work();
  await subscriptions.work();
  await webhook.taken(2);
  expect(typesTold()).toEqual(['handshake', 'heartbeat']);
});

it('is off when its end has come', async () => {
  const end = new Date(Date.now() + 3_600_000).toISOString();
  await server.put('Subscription/ending', { ...subscription({ end }), id: 'ending' });
  await work();
  expect((await server.get('Subscription/ending')).body.status).toBe('active');
  ahead += 3_700_000;
  await work();
  expect((await server.get('Subscription/ending')).body).toMatchObject({ status: 'off', error: 'Its end has come' });
  expect(subscriptions.peers().map(({ name }) => name)).not.toContain('subscription.ending');
});

it('is in error where its headers cannot be read any more, until they are sent again, and keeps no other waiting', async () => {
  const { store, now } = server.app.deps;
  const id = 'unreadable';
  const put = (value: string, of = id) =>
    server.put(`Subscription/${of}`, { ...subscription({}, { header: [`X-Key: ${value}`] }), id: of });
  await put('secret');
  await put('secret', 'readable');
  await work();
  const key = { resourceType: 'kiungo-subscription', id };
  const { body, versionId } = (await store.read(key))!;
  const text = body.replace(/"headers":"[^"]*"/, '"headers":"broken"');
  await store.commit({
    changes: [{ ...key, versionId: versionId + 1, lastUpdated: now(), method: 'PUT', text, index: [] }],
  });
  const restarted = startSubscriptions();
  await restarted.work();
  await restarted.work();
  expect(restarted.peers().map(({ name }) => name)).toContain('subscription.readable');
  expect((await server.get(`Subscription/${id}`)).body).toMatchObject({
    status: 'error',
    error: expect.stringContaining('send them again'),
  });
  expect((await put('***')).status).toBe(422);
  expect((await put('another')).status).toBe(200);
  await work();
  expect((await server.get(`Subscription/${id}`)).body.status).toBe('active');
});

it('comes in a transaction, and leaves no secret behind when it is deleted', async () => {
  const { store } = server.app.deps;
  const resource = subscription({}, { header: ['X-Key: secret'] });
  const entry = [{ resource, request: { method: 'POST', url: 'Subscription' } }];
  const { status, body, text } = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry });
  expect(status, text).toBe(200);
  const [, id = ''] = /Subscription\/([^/]+)/.exec(JSON.stringify(body))!;
  await work();
  const { body: stored } = await server.get(`Subscription/${id}`);
  expect(stored).toMatchObject({ status: 'active', channel: { header: ['X-Key: ***'] } });
  expect(webhook.receipts.at(-1)!.headers['x-key']).toBe('secret');
  const key = { resourceType: 'kiungo-subscription', id };
  expect((await store.read(key))?.body).toContain('"headers"');

  await server.delete(`Subscription/${id}`);
  await work();
  expect(await store.read(key)).toMatchObject({ method: 'DELETE', body: '' });
  expect(await store.readVersion(key, 1)).toMatchObject({ body: '' });
  expect((await server.get('kiungo-subscription/x')).status).toBe(404);
  const history = await server.get('_history?_count=1000');
  expect(history.text).not.toContain('kiungo-');
});
