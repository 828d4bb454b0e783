import { beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { loadScheme, resourcesOf, YEAR } from '../http/start-server.ts';
import { clientOf, useClientServer } from './serve-clients.ts';

const server = useClientServer({ KIUNGO_CLAIM_MODE: 'forward' });
const NOTE = { system: 'https://mobile-money.example/payments' };

const put = async (resource: JsonObject): Promise<void> => {
  const { status, text } = await server.open.put(`${resource.resourceType}/${resource.id}`, resource);
  expect(status, text).toBeLessThan(300);
};

/** A stored resource of the demo, changed and without what the server gave it. */
const changed = async (name: string, change: (text: string) => string): Promise<Resource> => {
  const { meta: _meta, ...rest } = (await server.open.get(name)).body;
  return JSON.parse(change(JSON.stringify(rest))) as Resource;
};

beforeAll(() => loadScheme(server.open));

describe('a payment gateway', () => {
  const gateway = clientOf('payment-gateway', 'Organization/kelindo-dispensary');
  const notice = (value: string, more: JsonObject = {}): JsonObject => ({
    ...{ resourceType: 'PaymentNotice', status: 'active', created: `${YEAR}-01-10` },
    identifier: [{ ...NOTE, value }],
    request: { reference: 'Invoice/lungu-renewal' },
    provider: { reference: 'Organization/kelindo-dispensary' },
    payment: { reference: `PaymentReconciliation/${value}` },
    recipient: { reference: 'Organization/openIMIS-Implementation' },
    amount: { value: 5, currency: 'USD' },
    paymentDate: `${YEAR}-01-10`,
    paymentStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/paymentstatus', code: 'paid' }] },
    ...more,
  });

  test('finds a bill by its number alone, without the one who owes it', async () => {
    const { body } = await server.get(gateway, 'Invoice?identifier=INV-100000011-2026');
    const [invoice] = resourcesOf(body);
    expect(invoice).toMatchObject({ id: 'lungu-renewal', status: 'issued' });
    expect(Object.keys(invoice!)).not.toContain('recipient');
    expect((await server.get(gateway, 'Invoice?recipient=Patient/baraka-lungu')).status).toBe(400);
    expect((await server.get(gateway, 'Invoice')).status).toBe(403);
  });

  test('tells payments, before they are reconciled, and sees no notice of others', async () => {
    const posted = await server.send(gateway, 'POST', 'PaymentNotice', notice('g-1'));
    expect(posted.status, posted.text).toBe(201);
    await put({ ...notice('o-1', { provider: { reference: 'Organization/sumbe-hospital' } }), id: 'o-1' });
    expect((await server.get(gateway, 'PaymentNotice/o-1')).status).toBe(404);
    const { body } = await server.get(gateway, 'PaymentNotice?request=Invoice/lungu-renewal&_total=accurate');
    expect(body.total).toBe(1);
  });

  test('cannot count the payment of others as its own', async () => {
    await put({
      ...{ resourceType: 'PaymentReconciliation', id: 'theirs', status: 'active', created: `${YEAR}-01-12` },
      ...{ paymentDate: `${YEAR}-01-12`, paymentAmount: { value: 5, currency: 'USD' } },
      paymentIssuer: { reference: 'Organization/sumbe-hospital' },
    });
    const answer = await server.send(
      gateway,
      'POST',
      'PaymentNotice',
      notice('theirs', { identifier: [{ ...NOTE, value: 'g-2' }] }),
    );
    expect([answer.status, answer.text.includes('reference-not-found')]).toEqual([422, true]);
  });

  test('is not told which notice of others has a number', async () => {
    const answer = await server.send(gateway, 'POST', 'PaymentNotice', notice('o-1'));
    expect([answer.status, answer.text.includes('identity-taken')]).toEqual([409, true]);
    expect(answer.text).not.toContain('PaymentNotice/o-1');
  });
});

describe('a district officer', () => {
  const officer = clientOf('district-officer', 'Location/sumbe');

  beforeAll(async () => {
    const village = await changed('Location/moru', text =>
      text.replaceAll('moru', 'far-away').replaceAll('Moru', 'Faraway'),
    );
    const { partOf: _partOf, ...far } = village;
    await put({ ...far, identifier: [{ ...(far.identifier as JsonObject[])[0], value: 'FAR' }] });
  });

  const person = (place: string, number: string): Promise<Resource> =>
    changed('Patient/zuri-sadiki', text =>
      text
        .replace(/"id":"zuri-sadiki",/, '')
        .replaceAll('Location/moru', `Location/${place}`)
        .replace(/"value":"\d{9}"/, `"value":"${number}"`),
    );

  test('enrols whom its villages have, and nobody else', async () => {
    const near = await server.send(officer, 'POST', 'Patient', await person('moru', '700000001'));
    expect(near.status, near.text).toBe(201);
    expect((await server.get(officer, `Patient/${near.body.id}`)).status).toBe(200);
    const far = await server.send(officer, 'POST', 'Patient', await person('far-away', '700000002'));
    expect([far.status, far.text.includes('address-location=Location/sumbe')]).toEqual([403, true]);
    const stored = await server.open.post('Patient', await person('far-away', '700000003'));
    expect(stored.status, stored.text).toBe(201);
    expect((await server.get(officer, `Patient/${stored.body.id}`)).status).toBe(404);
    expect((await server.get(clientOf('district-officer', 'Location/lorani'), `Patient/${near.body.id}`)).status).toBe(
      404,
    );
  });

  test('sees families and covers of its district, and claims of its facilities', async () => {
    const { body } = await server.get(officer, 'Coverage?_total=accurate');
    expect(body.total).toBeGreaterThan(0);
    expect((await server.get(officer, 'Group/sadiki-family')).status).toBe(200);
    const claim = await server.open.post('Claim', malariaClaim(`${YEAR}-06-03`));
    expect((await server.get(officer, `ClaimResponse/${claim.body.id}`)).status).toBe(200);
    expect(
      (await server.send(officer, 'POST', `Claim/${claim.body.id}/$review`, { resourceType: 'Parameters' })).status,
    ).toBe(403);
  });
});

test('who deletes is not told what it may not see that refers to it', async () => {
  const other = clientOf('insurer', 'Organization/sumbe-hospital');
  const claim = await server.open.post('Claim', {
    ...malariaClaim(`${YEAR}-06-04`),
    identifier: [{ ...(malariaClaim('').identifier as JsonObject[])[0], value: 'DEL-1' }],
  });
  expect(claim.status, claim.text).toBe(201);
  const provider = (claim.body.provider as { reference: string }).reference;
  const answer = await server.send(other, 'DELETE', provider);
  expect([answer.status, answer.text.includes('what this client may not see')]).toEqual([409, true]);
  expect(answer.text).not.toContain(String(claim.body.id));
});
