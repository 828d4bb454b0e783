import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import { runOutboxes } from '../../src/integrations/connector/run-outboxes.ts';
import type { Deps } from '../../src/interactions/context.ts';
import { create } from '../../src/interactions/create.ts';
import { read } from '../../src/interactions/read.ts';
import { update } from '../../src/interactions/update.ts';
import { createOutgoing } from '../../src/security/outgoing.ts';
import { createSeal } from '../../src/security/seal.ts';
import { SEALS_HEADERS } from '../../src/start-delivery.ts';
import { runSubscriptions } from '../../src/subscriptions/run-subscriptions.ts';
import { useServer } from '../http/start-server.ts';
import { startWebhook, type Webhook } from '../peers/webhook.ts';
import { clientOf } from './serve-clients.ts';

const server = useServer({
  ...{ KIUNGO_TRUSTED_HOSTS: '127.0.0.1', KIUNGO_DELIVERY: 'no' },
  ...{ KIUNGO_REFERENCES: 'off' },
});
let webhook: Webhook;
beforeAll(async () => {
  webhook = await startWebhook();
});
afterAll(() => webhook.close());

const bodyOf = (resource: Resource): Buffer => Buffer.from(JSON.stringify(resource));
const subscription = (criteria: string): Resource => ({
  ...{ resourceType: 'Subscription', status: 'requested', reason: 'A test', criteria },
  meta: { tag: [{ system: 'https://kiungo.example/fhir/CodeSystem/client', code: 'facility-Organization/other' }] },
  channel: { type: 'rest-hook', endpoint: webhook.url, payload: 'application/fhir+json' },
});
const message = (id: string, recipient: string): Resource => ({
  ...{ resourceType: 'CommunicationRequest', id, status: 'active' },
  payload: [{ contentString: id }],
  recipient: [{ reference: recipient }],
});

it('tells a client of what is its own only, and shows its Subscription to nobody else', async () => {
  const { deps, depsOfCaller } = server.app;
  const clients = new Map<string | undefined, Deps>(
    ['own', 'other'].map(name => {
      const caller = clientOf('facility', `Organization/${name}`);
      return [caller.clientId, depsOfCaller(caller)];
    }),
  );
  const [own, other] = [...clients.values()] as [Deps, Deps];
  const fault = (error: unknown): void => {
    throw error;
  };
  const subscriptions = runSubscriptions({
    ...{ deps, now: deps.now, fault },
    outgoing: createOutgoing(['127.0.0.1']),
    seal: createSeal(deps.store.signingKey, SEALS_HEADERS),
    viewOf: clientId => clients.get(clientId),
  });
  const outboxes = runOutboxes({
    ...{ store: deps.store, now: deps.now, random: Math.random, tell: () => {}, term: '' },
    ...{ peers: subscriptions.peers, fault: (_peer, error) => fault(error) },
  });
  const work = async (): Promise<void> => {
    await subscriptions.work();
    await subscriptions.activated();
    await subscriptions.work();
    await outboxes.work();
  };
  const asked = { resourceType: 'Subscription', body: bodyOf(subscription('CommunicationRequest?status=active')) };
  const { version } = await create(own, asked);
  await work();
  for (const [id, recipient] of [
    ['theirs', 'Organization/other'],
    ['mine', 'Organization/own'],
  ] as const) {
    await update(deps, { resourceType: 'CommunicationRequest', id, body: bodyOf(message(id, recipient)) });
  }
  await work();
  expect(webhook.receipts.map(({ body }) => (JSON.parse(body) as Resource).id)).toEqual(['mine']);

  const { id } = version!;
  expect(JSON.parse((await read(own, 'Subscription', id)).body!)).toMatchObject({ status: 'active' });
  await expect(read(other, 'Subscription', id)).rejects.toMatchObject({ status: 404 });
  const persons = create(own, { resourceType: 'Subscription', body: bodyOf(subscription('Patient?gender=female')) });
  await expect(persons).rejects.toMatchObject({ status: 422 });

  clients.delete('facility-Organization/own');
  await work();
  expect(JSON.parse((await read(deps, 'Subscription', id)).body!)).toMatchObject({ status: 'off' });
  await outboxes.close();
});
