import type { Resource } from '../../src/fhir/resource.ts';
import { createOutgoing } from '../../src/security/outgoing.ts';
import { createSeal } from '../../src/security/seal.ts';
import { SEALS_HEADERS } from '../../src/start-delivery.ts';
import { runSubscriptions } from '../../src/subscriptions/run-subscriptions.ts';
import { patient } from '../http/resources.ts';
import { resourcesOf, startServer } from '../http/start-server.ts';
import { startWebhook } from '../peers/webhook.ts';
import { describeSending } from './failure-suite.ts';

describeSending('A Subscription', async () => {
  const webhook = await startWebhook();
  const server = await startServer({ KIUNGO_TRUSTED_HOSTS: '127.0.0.1', KIUNGO_DELIVERY: 'no' });
  const { deps } = server.app;
  const fault = (error: unknown): void => {
    throw error;
  };
  const subscriptions = runSubscriptions({
    ...{ deps, now: deps.now, fault },
    outgoing: createOutgoing(['127.0.0.1']),
    seal: createSeal(deps.store.signingKey, SEALS_HEADERS),
    viewOf: () => deps,
  });
  const subscription = (secret: string): Resource => ({
    ...{ resourceType: 'Subscription', id: 'suite', status: 'requested', reason: 'A test' },
    criteria: 'Patient?gender=female',
    channel: {
      type: 'rest-hook',
      endpoint: webhook.url,
      payload: 'application/fhir+json',
      header: [`X-Secret: ${secret}`],
    },
  });
  const send = async (secret: string): Promise<void> => {
    await server.put('Subscription/suite', subscription(secret));
    await subscriptions.work();
    await subscriptions.activated();
    await subscriptions.work();
  };
  await send('first');
  let count = 0;
  return {
    store: deps.store,
    webhook,
    peers: subscriptions.peers,
    now: deps.now,
    cause: async () => {
      count += 1;
      return (await server.post('Patient', patient(`S${count}`))).body.id!;
    },
    keyOf: body => (JSON.parse(body) as Resource).id!,
    rotateSecret: async () => {
      webhook.behave(({ headers }) => (headers['x-secret'] === 'second' ? 200 : 401));
      await send('second');
    },
    isStopped: async () => {
      const { body } = await server.get('Subscription/suite');
      const tasks = resourcesOf((await server.get('Task?focus=Subscription/suite')).body);
      return body.status === 'error' && tasks.length === 1;
    },
    close: async () => {
      await webhook.close();
      await server.app.close();
    },
  };
});
