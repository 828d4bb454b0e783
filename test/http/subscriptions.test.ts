import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { startWebhook, type Webhook } from '../peers/webhook.ts';
import { patient } from './resources.ts';
import { resourcesOf, useServer } from './start-server.ts';

const BACKPORT = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/';
const TOPIC = 'https://kiungo.example/fhir/SubscriptionTopic/';

const server = useServer({ KIUNGO_TRUSTED_HOSTS: '127.0.0.1' });
let webhook: Webhook;
beforeAll(async () => {
  webhook = await startWebhook();
});
afterAll(() => webhook.close());

const subscription = (criteria: string, channel: JsonObject = {}, more: JsonObject = {}): Resource => ({
  resourceType: 'Subscription',
  status: 'requested',
  reason: 'A test',
  criteria,
  channel: { type: 'rest-hook', endpoint: webhook.url, ...channel },
  ...more,
});

const topicSubscription = (topic: string, content: string, more: JsonObject = {}): Resource =>
  subscription(
    TOPIC + topic,
    {
      payload: 'application/fhir+json',
      _payload: { extension: [{ url: `${BACKPORT}backport-payload-content`, valueCode: content }] },
    },
    more,
  );

let patients = 0;
const patientNamed = (family: string, more: JsonObject = {}): Resource => {
  patients += 1;
  return patient(`S${patients}`, { name: [{ family, given: ['Asha'] }], ...more });
};

/** Waits until a Subscription has one of the states that the server sets. */
const statusOf = (id: string, wanted: string): Promise<Resource> =>
  vi.waitFor(
    async () => {
      const { body } = await server.get(`Subscription/${id}`);
      expect(body.status).toBe(wanted);
      return body;
    },
    { timeout: 20_000, interval: 20 },
  );

const subscribe = async (resource: Resource): Promise<string> => {
  const { status, body, text } = await server.post('Subscription', resource);
  expect(status, text).toBe(201);
  return body.id!;
};

const active = async (resource: Resource): Promise<string> => {
  const id = await subscribe(resource);
  await statusOf(id, 'active');
  return id;
};

const endAll = async (): Promise<void> => {
  for (const { id } of resourcesOf((await server.get('Subscription?_count=100')).body))
    await server.delete(`Subscription/${id}`);
  webhook.behave(200);
};

const parametersOf = (bundle: Resource): Resource => resourcesOf(bundle)[0]!;
const parameter = (bundle: Resource, name: string): JsonObject[] =>
  (parametersOf(bundle).parameter as JsonObject[]).filter(each => each.name === name);

describe('Subscriptions to a search', () => {
  it('are told of resources that match, in order, with what is secret in the headers only', async () => {
    const from = webhook.receipts.length;
    const id = await active(
      subscription('Patient?gender=female&family=Told', {
        payload: 'application/fhir+json',
        header: ['Authorization: Bearer abc-123'],
      }),
    );
    const { body: first } = await server.post('Patient', patientNamed('Told'));
    await server.post('Patient', patientNamed('Other'));
    await server.put(`Patient/${first.id}`, { ...patientNamed('Told'), id: first.id!, birthDate: '1991-01-01' });
    await server.delete(`Patient/${first.id}`);
    await webhook.taken(from + 2);
    const [one, two] = webhook.receipts.slice(from);
    expect(JSON.parse(one!.body)).toMatchObject({ id: first.id, meta: { versionId: '1' } });
    expect(JSON.parse(two!.body)).toMatchObject({ id: first.id, meta: { versionId: '2' }, birthDate: '1991-01-01' });
    expect(one!.headers).toMatchObject({
      authorization: 'Bearer abc-123',
      'content-type': 'application/fhir+json',
      'x-request-id': `subscription.${id}.1`,
    });
    const { text } = await server.get(`Subscription/${id}/_history`);
    expect(text).toContain('Authorization: ***');
    expect(text).not.toContain('abc-123');
    expect(server.log.join('')).not.toContain('abc-123');
    await endAll();
  });

  it('keep a masked header when they are updated, but not for another address', async () => {
    const from = webhook.receipts.length;
    const id = await active(subscription('Patient?family=Kept', { header: ['X-Key: secret'] }));
    const { body } = await server.get(`Subscription/${id}`);
    const updated = { ...body, status: 'requested', reason: 'Another' } as Resource;
    expect((await server.put(`Subscription/${id}`, updated)).status).toBe(200);
    await statusOf(id, 'active');
    await server.post('Patient', patientNamed('Kept'));
    await webhook.taken(from + 1);
    expect(webhook.receipts[from]).toMatchObject({ body: '', headers: { 'x-key': 'secret' } });
    const channel = { ...(body.channel as JsonObject), endpoint: 'https://thief.example/' };
    const stolen = await server.put(`Subscription/${id}`, { ...updated, channel });
    expect(stolen.status).toBe(422);
    expect(stolen.text).toContain('Send it again');
    await endAll();
  });

  it('of openIMIS get the resource as its server sends it, with the headers in one text', async () => {
    const from = webhook.receipts.length;
    const profile = ['https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/openimis-subscription'];
    const header = ['{"X-Source": "scheme", "X-Key": "k"}'];
    const asked = subscription('Patient?family=Openimis', { header }, { status: 'active', meta: { profile } });
    const id = await active(asked);
    const { body } = await server.post('Patient', patientNamed('Openimis'));
    await webhook.taken(from + 1);
    const [receipt] = webhook.receipts.slice(from);
    expect(receipt!.headers).toMatchObject({ 'content-type': 'application/json', 'x-source': 'scheme', 'x-key': 'k' });
    expect(JSON.parse(receipt!.body)).toEqual(body);
    const { body: shown } = await server.get(`Subscription/${id}`);
    expect(shown).toMatchObject({ channel: { header: ['X-Source: ***', 'X-Key: ***'] } });
    await endAll();
  });

  it('may ask about other resources', async () => {
    const from = webhook.receipts.length;
    await active(subscription('Patient?link:Patient.family=Chained', { payload: 'application/fhir+json' }));
    const { body: target } = await server.post('Patient', patientNamed('Chained'));
    const link = [{ other: { reference: `Patient/${target.id}` }, type: 'seealso' }];
    const { body: linked } = await server.post('Patient', patientNamed('Linked', { link }));
    await webhook.taken(from + 1);
    expect(JSON.parse(webhook.receipts[from]!.body)).toMatchObject({ id: linked.id });
    await endAll();
  });

  it('are off for who answers 410', async () => {
    const id = await active(subscription('Patient?family=Gone'));
    webhook.behave(410);
    await server.post('Patient', patientNamed('Gone'));
    expect((await statusOf(id, 'off')).error).toContain('410');
    await endAll();
  });

  it.each([
    ['Patient?no-such=1', {}, {}, 'Subscription.criteria', 'no-such'],
    ['Nothing?a=1', {}, {}, 'Subscription.criteria', 'Nothing'],
    ['Patient?_include=Patient:link', {}, {}, 'Subscription.criteria', '_include'],
    [`${TOPIC}claim-ajudicated`, {}, {}, 'Subscription.criteria', 'claim-adjudicated'],
    ['Patient?active=true', { endpoint: 'http://example.org/' }, {}, 'Subscription.channel.endpoint', 'https'],
    ['Patient?active=true', { endpoint: 'https://10.0.0.1/' }, {}, 'Subscription.channel.endpoint', 'not public'],
    ['Patient?active=true', { endpoint: 'nonsense' }, {}, 'Subscription.channel.endpoint', 'no URL'],
    ['Patient?active=true', { type: 'email' }, {}, 'Subscription.channel.type', 'rest-hook'],
    ['Patient?active=true', { payload: 'text/plain' }, {}, 'Subscription.channel.payload', 'application/fhir+json'],
    ['Patient?active=true', { header: ['Host: a'] }, {}, 'Subscription.channel.header[0]', 'connection'],
    ['Patient?active=true', { header: ['X-Key: ***'] }, {}, 'Subscription.channel.header', 'Send it again'],
    ['Patient?active=true', {}, { status: 'error' }, 'Subscription.status', 'requested'],
  ])('are refused for %s with %j %j', async (criteria, channel, more, expression, text) => {
    const { status, body } = await server.post('Subscription', subscription(criteria, channel, more));
    expect(status).toBe(422);
    const [issue] = body.issue as JsonObject[];
    expect(issue).toMatchObject({
      code: 'invalid',
      expression: [expression],
      diagnostics: expect.stringContaining(text),
    });
  });
});

describe('Subscriptions to a topic', () => {
  it('shake hands, are told by Bundles, and tell how they are', async () => {
    const from = webhook.receipts.length;
    const id = await active(topicSubscription('coverage-changed', 'full-resource'));
    const handshake = JSON.parse(webhook.receipts[from]!.body) as Resource;
    expect(parameter(handshake, 'type')).toEqual([{ name: 'type', valueCode: 'handshake' }]);
    const { body: insuree } = await server.post('Patient', patientNamed('Covered'));
    const coverage: Resource = {
      resourceType: 'Coverage',
      status: 'active',
      beneficiary: { reference: `Patient/${insuree.id}` },
      period: { start: '2026-01-01' },
      payor: [{ reference: 'Organization/openIMIS-Implementation' }],
      class: [
        {
          type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/coverage-class', code: 'plan' }] },
          value: 'A',
        },
      ],
    };
    const { body: stored, status, text } = await server.post('Coverage', coverage);
    expect(status, text).toBe(201);
    await webhook.taken(from + 2);
    const bundle = JSON.parse(webhook.receipts[from + 1]!.body) as Resource;
    const faults = server.app.deps.validator.validate(bundle, []).filter(({ severity }) => severity === 'error');
    expect(faults).toEqual([]);
    expect(bundle).toMatchObject({ resourceType: 'Bundle', type: 'history' });
    expect(parameter(bundle, 'notification-event')).toMatchObject([
      { part: [{ valueString: '1' }, {}, { valueReference: { reference: `${server.url}/Coverage/${stored.id}` } }] },
    ]);
    expect(resourcesOf(bundle)[1]).toEqual(stored);

    const query = await server.get(`Subscription/${id}/$status`);
    expect(parameter(query.body, 'events-since-subscription-start')).toMatchObject([{ valueString: '1' }]);
    expect(parameter((await server.get(`Subscription/$status?id=${id}`)).body, 'status')).toMatchObject([
      { valueCode: 'active' },
    ]);
    await server.delete(`Coverage/${stored.id}`);
    await webhook.taken(from + 3);
    const again = await server.get(`Subscription/${id}/$events?eventsSinceNumber=2&content=id-only`);
    expect(parameter(again.body, 'notification-event')).toHaveLength(1);
    expect((again.body.entry as JsonObject[])[1]).toMatchObject({
      request: { method: 'DELETE', url: `Coverage/${stored.id}` },
    });
    expect((await server.get(`Subscription/${id}/$events?eventsSinceNumber=x`)).status).toBe(400);
    const { text: metrics } = await server.get(`${new URL(server.url).origin}/metrics`);
    expect(metrics).toMatch(/kiungo_exchanges\{kind="subscription",direction="sent",outcome="delivered"\} \d/);
    await endAll();
  });

  it('are told of what their filters match only', async () => {
    const from = webhook.receipts.length;
    const extension = [{ url: `${BACKPORT}backport-filter-criteria`, valueString: 'Patient?_id=nobody' }];
    await active(topicSubscription('patient-merged', 'id-only', { _criteria: { extension } }));
    await active(topicSubscription('patient-merged', 'id-only'));
    const { body: survivor } = await server.post('Patient', patientNamed('Survivor'));
    const { body: double } = await server.post('Patient', patientNamed('Double'));
    const link = [{ other: { reference: `Patient/${survivor.id}` }, type: 'replaced-by' }];
    await server.put(`Patient/${double.id}`, { ...double, active: false, link });
    await webhook.taken(from + 3);
    const bundle = JSON.parse(webhook.receipts[from + 2]!.body) as Resource;
    expect(parameter(bundle, 'notification-event')).toHaveLength(1);
    expect(resourcesOf(bundle)).toHaveLength(1);
    expect((bundle.entry as JsonObject[])[1]).toMatchObject({ fullUrl: `${server.url}/Patient/${double.id}` });
    await endAll();
  });

  it('are in error where nobody answers the handshake, until the client asks again', async () => {
    webhook.behave(500);
    const id = await subscribe(topicSubscription('claim-adjudicated', 'empty'));
    const failed = await statusOf(id, 'error');
    expect(failed.error).toContain('500');
    const tasks = resourcesOf((await server.get(`Task?focus=Subscription/${id}`)).body);
    expect(tasks).toEqual([]);
    webhook.behave(200);
    await server.put(`Subscription/${id}`, { ...failed, status: 'requested' });
    expect((await statusOf(id, 'active')).error).toBeUndefined();
    await endAll();
  });

  it('are listed, and each of their filters can be used', async () => {
    const { body } = await server.get('Subscription/$topics');
    const topics = (body.parameter as JsonObject[]).map(({ part }) => part as JsonObject[]);
    expect(topics).toHaveLength(5);
    const { body: metadata } = await server.get('metadata');
    expect(JSON.stringify(metadata)).toContain(`${TOPIC}claim-adjudicated`);
    for (const parts of topics) {
      const of = (name: string) => parts.filter(part => part.name === name);
      const criteria = String(of('url')[0]!.valueUri);
      const type = String(of('resource')[0]!.valueCode);
      for (const { valueString } of of('canFilterBy')) {
        const extension = [{ url: `${BACKPORT}backport-filter-criteria`, valueString: `${type}?${valueString}=1` }];
        const resource = subscription(criteria, {}, { status: 'off', _criteria: { extension } });
        const { status, text } = await server.post('Subscription', resource);
        expect(status, text).toBe(201);
      }
    }
    const extension = [{ url: `${BACKPORT}backport-filter-criteria`, valueString: 'Coverage?_id=1' }];
    const refused = await server.post(
      'Subscription',
      subscription(`${TOPIC}coverage-changed`, {}, { _criteria: { extension } }),
    );
    expect(refused.status).toBe(422);
    await endAll();
  });
});

describe('docs/subscriptions.md', () => {
  it('shows Subscriptions that are taken', async () => {
    const text = readFileSync('docs/subscriptions.md', 'utf8');
    const bodies = [...text.matchAll(/^POST \/fhir\/Subscription\n(\{[\s\S]*?^\})/gm)].map(([, body]) => body!);
    expect(bodies).toHaveLength(2);
    for (const body of bodies) {
      const { status, text: answer } = await server.post('Subscription', body.replace('"requested"', '"off"'));
      expect(status, answer).toBe(201);
    }
    await endAll();
  });
});
