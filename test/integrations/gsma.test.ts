import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Invoice, Patient, Task } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDemoScheme } from '../../scripts/demo/scheme.ts';
import { readConfig } from '../../src/config.ts';
import type { Resource } from '../../src/fhir/resource.ts';
import { replayDeadLetters } from '../../src/integrations/connector/dead-letters.ts';
import type { Exchange } from '../../src/integrations/connector/exchange.ts';
import { runOutboxes } from '../../src/integrations/connector/run-outboxes.ts';
import { callbackPath } from '../../src/integrations/gsma/gsma-gateway.ts';
import { createOutgoing } from '../../src/security/outgoing.ts';
import { createGsma, type Gsma } from '../../src/start-gsma.ts';
import { startServer, type TestServer } from '../http/start-server.ts';
import { type GsmaPeer, startGsma } from '../peers/gsma.ts';
import { startWebhook } from '../peers/webhook.ts';
import { describeReceiving, describeSending } from './failure-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'kiungo-gsma-'));
const told: Exchange[] = [];
let peer: GsmaPeer;
let server: TestServer;
let scheme: Resource[];
let gsma: Gsma;
let ahead = 0;
let count = 0;
let changes = 0;

const writeSecrets = (...secrets: readonly string[]): void => {
  writeFileSync(join(folder, 'gsma'), secrets.join('\n'));
  changes += 1;
  // Files that are written within one tick of the file system's clock look the same.
  utimesSync(join(folder, 'gsma'), changes, changes);
};
const environmentOf = (url: string) => ({
  KIUNGO_GSMA_URL: url,
  KIUNGO_GSMA_ACCOUNT: '4711',
  KIUNGO_GSMA_PAYOUTS: 'yes',
  KIUNGO_SECRETS: folder,
  KIUNGO_SECRET_GSMA_KEY: 'key-of-the-scheme',
  KIUNGO_DELIVERY: 'no',
  KIUNGO_REFERENCES: 'off',
});
/** The gateway as the server makes it, at an address. */
const gatewayAt = (url: string): Gsma =>
  createGsma(readConfig(environmentOf(url)), server.app.deps, {
    outgoing: createOutgoing(['127.0.0.1']),
    tell: () => {},
  })!;

const storeInvoice = async (id: string): Promise<string> => {
  const invoice = scheme.find(resource => resource.id === 'lungu-renewal')!;
  const [code, uuid] = invoice.identifier as unknown as { value: string }[];
  const identifier = [
    { ...code!, value: `INV-${id}` },
    { ...uuid!, value: id },
  ];
  const { status, text } = await server.put(`Invoice/${id}`, { ...invoice, id, identifier } as unknown as Resource);
  expect(status, text).toBe(201);
  return id;
};
/** What the hospital is owed. */
const storeBill = async (id: string): Promise<string> => {
  const invoice = scheme.find(resource => resource.id === 'lungu-renewal')!;
  const { meta: _, lineItem: __, ...rest } = invoice;
  const system = 'https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem';
  const [code, uuid] = invoice.identifier as unknown as { value: string }[];
  const bill = {
    ...{ ...rest, id },
    identifier: [
      { ...code!, value: `B-${id}` },
      { ...uuid!, value: id },
    ],
    type: { coding: [{ system: `${system}/bill-type`, code: 'claim-batch' }] },
    recipient: { reference: 'Organization/sumbe-hospital' },
    lineItem: [
      {
        chargeItemCodeableConcept: { coding: [{ system: `${system}/bill-charge-item`, code: 'claim' }] },
        priceComponent: [{ type: 'base', amount: { value: 24, currency: 'USD' } }],
      },
    ],
  };
  const { status, text } = await server.put(`Invoice/${id}`, bill as unknown as Resource);
  expect(status, text).toBe(201);
  return id;
};
const nextInvoice = (kind: string): Promise<string> => {
  count += 1;
  return storeInvoice(`${kind}-${count}`);
};
const read = async <Type>(path: string): Promise<Type> => (await server.get(path)).body as unknown as Type;
const statusOf = async (billId: string): Promise<string> => (await read<Task>(`Task/gsma-${billId}`)).status;

beforeAll(async () => {
  peer = await startGsma();
  writeSecrets('first');
  server = await startServer(environmentOf(peer.url));
  scheme = await readDemoScheme(2026);
  gsma = gatewayAt(peer.url);
  const invoice = scheme.find(({ id }) => id === 'lungu-renewal') as unknown as Invoice;
  const payer = scheme.find(({ id }) => id === invoice.recipient!.reference!.split('/')[1]) as unknown as Patient;
  const telecom = [{ system: 'phone', value: '+260971000001' }];
  const stored = await server.put(`Patient/${payer.id}`, { ...payer, telecom } as unknown as Resource);
  expect(stored.status, stored.text).toBe(201);
});
afterAll(async () => {
  await server.app.close();
  await peer.close();
  rmSync(folder, { recursive: true });
});

/** Works off what waits, a while later than before. */
const work = async (): Promise<void> => {
  ahead += 60_000;
  const outboxes = runOutboxes({
    ...{ store: server.app.deps.store, peers: () => [gsma.peer], term: '', random: () => 0 },
    now: () => server.app.deps.now() + ahead,
    tell: exchange => told.push(exchange),
    fault: (_peer, error) => {
      throw error;
    },
  });
  await outboxes.work();
  await outboxes.close();
};

describe('a contribution that mobile money collects', () => {
  test('is asked of the telephone of its payer, and paid when the provider calls back, once', async () => {
    const bill = await nextInvoice('bill');
    await work();
    const request = peer.requests.at(-1)!;
    expect(request.apiKey).toBe('key-of-the-scheme');
    expect(request.correlationId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(request.transaction).toEqual({
      ...{ amount: '24.0', currency: 'USD', descriptionText: 'Contribution' },
      debitParty: [{ key: 'msisdn', value: '+260971000001' }],
      creditParty: [{ key: 'accountid', value: '4711' }],
      requestingOrganisationTransactionReference: bill,
    });
    expect(await statusOf(bill)).toBe('accepted');
    const transaction = peer.pay(bill);
    for (let time = 0; time < 2; time++) {
      expect(await peer.callBack(bill, transaction)).toEqual({ status: 204, body: '' });
    }
    expect(await read<Invoice>(`Invoice/${bill}`)).toMatchObject({ status: 'balanced' });
    expect(await statusOf(bill)).toBe('completed');
    expect(await peer.callBack(bill, { ...transaction, amount: '25.0' })).toMatchObject({ status: 409 });
    expect(await statusOf(`money-${transaction.transactionReference}`)).toBe('requested');
  });

  test('is paid where the payer pays at once', async () => {
    peer.mood('paid');
    const bill = await nextInvoice('bill');
    await work();
    peer.mood('well');
    expect(await read<Invoice>(`Invoice/${bill}`)).toMatchObject({ status: 'balanced' });
    expect(await statusOf(bill)).toBe('completed');
  });

  test('is asked for once where the answer is lost, and what became of it is asked for then', async () => {
    peer.mood('late');
    const bill = await nextInvoice('bill');
    await work();
    expect(told.at(-1)).toMatchObject({ outcome: 'failed' });
    peer.pay(bill);
    peer.mood('well');
    const before = peer.requests.length;
    await work();
    expect(peer.requests).toHaveLength(before);
    expect(await read<Invoice>(`Invoice/${bill}`)).toMatchObject({ status: 'balanced' });
  });

  test('waits while the provider is away, and fails where it says that it will not do', async () => {
    peer.mood('away');
    const bill = await nextInvoice('bill');
    await work();
    expect(told.at(-1)).toMatchObject({ outcome: 'failed' });
    peer.mood('error insufficientFunds');
    await work();
    peer.mood('well');
    const { status, statusReason } = await read<Task>(`Task/gsma-${bill}`);
    expect([status, statusReason!.text]).toEqual(['failed', 'The provider answered businessRule/insufficientFunds']);
  });

  test('fails when the provider calls back that it did, and is asked for anew with another number', async () => {
    const bill = await nextInvoice('bill');
    await work();
    const { correlationId } = peer.requests.at(-1)!;
    const error = {
      errorCategory: 'businessRule',
      errorCode: 'requestDeclined',
      errorDateTime: '2026-03-02T08:00:00Z',
    };
    expect(await peer.callBack(bill, error)).toMatchObject({ status: 204 });
    expect(await statusOf(bill)).toBe('failed');
    const { body } = await server.get(`Invoice/${bill}`);
    await server.put(`Invoice/${bill}`, { ...body, note: [{ text: 'Again' }] } as unknown as Resource);
    await work();
    expect(peer.requests.at(-1)).toMatchObject({ transaction: { requestingOrganisationTransactionReference: bill } });
    expect(peer.requests.at(-1)!.correlationId).not.toBe(correlationId);
    expect(await statusOf(bill)).toBe('accepted');
  });

  test('of whose payer no telephone is known is told so', async () => {
    const invoice = scheme.find(({ id }) => id === 'lungu-renewal')!;
    const bill = { ...invoice, id: 'silent', recipient: { reference: 'Patient/nobody' } } as unknown as Resource;
    const stored = await server.put('Invoice/silent', bill);
    expect(stored.status, stored.text).toBe(201);
    await work();
    expect((await read<Task>('Task/gsma-silent')).statusReason!.text).toBe('No telephone of the payer is known');
  });
});

describe('the bill of a facility', () => {
  const order = async (bill: string, changes: object = {}): Promise<void> => {
    const task = { resourceType: 'Task', id: `gsma-payout-${bill}`, status: 'requested', intent: 'order', ...changes };
    const { status, text } = await server.put(`Task/${task.id}`, task as unknown as Resource);
    expect(status, text).toBeLessThan(300);
  };
  const reasonOf = async (bill: string) => (await read<Task>(`Task/gsma-payout-${bill}`)).statusReason?.text;

  beforeAll(async () => {
    const facility = scheme.find(({ id }) => id === 'sumbe-hospital')!;
    const telecom = [{ system: 'phone', value: '+260971000009' }];
    const stored = await server.put('Organization/sumbe-hospital', { ...facility, telecom } as unknown as Resource);
    expect(stored.status, stored.text).toBe(201);
  });

  test('is paid out when a person orders it, once, and the provider calls back', async () => {
    const bill = await storeBill('claims-1');
    await work();
    const before = peer.requests.length;
    await order(bill);
    peer.mood('late');
    await work();
    peer.mood('well');
    await work();
    expect(peer.requests).toHaveLength(before + 1);
    expect(peer.requests.at(-1)!.transaction).toEqual({
      ...{ amount: '24.0', currency: 'USD', descriptionText: 'Claims' },
      debitParty: [{ key: 'accountid', value: '4711' }],
      creditParty: [{ key: 'msisdn', value: '+260971000009' }],
      requestingOrganisationTransactionReference: bill,
    });
    expect(await statusOf(`payout-${bill}`)).toBe('accepted');
    await order(bill);
    await work();
    expect(peer.requests).toHaveLength(before + 1);
    const transaction = peer.pay(bill, { type: 'disbursement' });
    expect(await peer.callBack(bill, transaction)).toMatchObject({ status: 204 });
    expect(await read<Invoice>(`Invoice/${bill}`)).toMatchObject({ status: 'balanced' });
    expect(await statusOf(`payout-${bill}`)).toBe('completed');
    await order(bill);
    await work();
    expect(peer.requests).toHaveLength(before + 1);
    expect(await reasonOf(bill)).toBe('The bill is balanced');
  });

  test('is ordered anew after a payout that failed, under another number', async () => {
    const bill = await storeBill('claims-2');
    await order(bill);
    await work();
    const { correlationId } = peer.requests.at(-1)!;
    const error = { errorCategory: 'businessRule', errorCode: 'insufficientFunds' };
    for (let time = 0; time < 2; time++) expect(await peer.callBack(bill, error)).toMatchObject({ status: 204 });
    expect(await reasonOf(bill)).toBe('The provider told businessRule/insufficientFunds');
    const { output } = await read<Task>(`Task/gsma-payout-${bill}`);
    expect(output).toEqual([{ type: { text: 'failed' }, valueInteger: 1 }]);
    await order(bill, { output });
    await work();
    expect(peer.requests.at(-1)!.transaction.requestingOrganisationTransactionReference).toBe(bill);
    expect(peer.requests.at(-1)!.correlationId).not.toBe(correlationId);
  });

  test.each([
    ['of a family', () => nextInvoice('family'), 'There is no such bill'],
    ['that is not here', async () => 'nowhere', 'There is no such bill'],
  ])('%s is not paid out', async (_what, billId, reason) => {
    const bill = await billId();
    await order(bill);
    await work();
    expect([await statusOf(`payout-${bill}`), await reasonOf(bill)]).toEqual(['failed', reason]);
  });
});

test('what was paid on a day is asked for, reconciled, and what nobody called back with is found', async () => {
  const bill = await nextInvoice('bill');
  await work();
  const forgotten = peer.pay(bill);
  const stranger = peer.pay('nobody', { amount: '3.25', currency: 'USD' });
  peer.pay('payout', { type: 'disbursement', amount: '9.00', currency: 'USD' });
  peer.pay('elsewhere', { transactionStatus: 'failed', amount: '9.00', currency: 'USD' });
  await gsma.askForDays();
  await gsma.askForDays();
  await work();
  expect(peer.days).toHaveLength(3);
  expect(await statusOf(`day-${peer.days[0]}`)).toBe('completed');
  expect(await read<Invoice>(`Invoice/${bill}`)).toMatchObject({ status: 'balanced' });
  const reconciled = await read('PaymentReconciliation/gsma-'.concat(String(forgotten.transactionReference)));
  expect(reconciled).toMatchObject({ paymentAmount: { value: 24, currency: 'USD' } });
  expect(await statusOf(`money-${stranger.transactionReference}`)).toBe('requested');
  expect((await server.get('PaymentNotice?_summary=count&amount=9')).body.total ?? 0).toBe(0);
});

test.each([
  ['no JSON', 'transaction', 400, 'validation', 'formatError'],
  ['no object', '[]', 400, 'validation', 'formatError'],
  ['no status', '{}', 400, 'validation', 'formatError'],
  [
    'an amount that is a number',
    '{"transactionStatus":"completed","amount":24,"currency":"USD","transactionReference":"x"}',
    400,
    ...(['validation', 'formatError'] as const),
  ],
  [
    'another currency',
    '{"transactionStatus":"completed","amount":"24","currency":"EUR","transactionReference":"eur"}',
    400,
    ...(['businessRule', 'genericError'] as const),
  ],
])('a callback with %s is refused in the words of the provider', async (_what, body, status, category, code) => {
  const bill = peer.requests.at(-1)!.transaction.requestingOrganisationTransactionReference as string;
  const answer = await peer.callBack(bill, body);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body)).toMatchObject({ errorCategory: category, errorCode: code });
});

test('a callback with whatever may come is taken or refused, and never breaks the server', async () => {
  const bill = await nextInvoice('any');
  await work();
  const word = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('completed', 'failed', '1.00', '1e9', '-1', 'USD', '../x', '2026-99-99T00:00:00Z', '9'.repeat(60)),
    fc.constantFrom(null, 1, true, [], {}),
  );
  const names = ['transactionStatus', 'amount', 'currency', 'transactionReference', 'creationDate', 'errorCode'];
  const body = fc.oneof(
    fc.json({ maxDepth: 2 }),
    fc.dictionary(fc.constantFrom(...names), word),
    // Whole but for one part.
    fc.tuple(fc.constantFrom(...names), word).map(([name, value]) => ({
      ...{ transactionStatus: 'completed', amount: '0.01', currency: 'USD', transactionReference: 'any' },
      [name]: value,
    })),
  );
  await fc.assert(
    fc.asyncProperty(body, async sent => {
      expect([204, 400, 409]).toContain((await peer.callBack(bill, sent)).status);
    }),
    { numRuns: 60 },
  );
});

describe('by what every connector stands', () => {
  const known = new Set<string>();

  describeSending('Mobile money', async () => {
    const webhook = await startWebhook((status, { headers }) => {
      const id = String(headers['x-correlationid']);
      if (status === 422) return { status: 400, body: '{"errorCategory":"validation","errorCode":"formatError"}' };
      if (status !== 200) return { status };
      if (known.has(id))
        return { status: 400, body: '{"errorCategory":"businessRule","errorCode":"duplicateRequest"}' };
      known.add(id);
      return { status: 202, body: '{"status":"pending"}' };
    });
    // Nothing of the tests before is left set aside.
    await server.delete('Invoice/silent');
    await replayDeadLetters(server.app.deps.store, { peer: 'gsma.bills', now: server.app.deps.now });
    await work();
    ahead += 60_000;
    const { peer: sending } = gatewayAt(new URL(webhook.url).origin);
    return {
      store: server.app.deps.store,
      webhook,
      peers: () => [sending],
      now: () => server.app.deps.now() + ahead,
      cause: () => nextInvoice('suite'),
      keyOf: body => (JSON.parse(body) as Record<string, string>).requestingOrganisationTransactionReference!,
      rotateSecret: async () => {
        webhook.behave(({ headers }) => (headers['x-api-key'] === 'new-key' ? 200 : 401));
        writeFileSync(join(folder, 'gsma-key'), 'new-key');
      },
      close: () => webhook.close(),
    };
  });

  describeReceiving('Mobile money', async () => {
    const bills: string[] = [];
    for (let i = 0; i < 8; i++) bills.push(await nextInvoice('received'));
    let secret = 'first';
    return {
      message: () => {
        const key = bills.pop()!;
        const transaction = {
          transactionStatus: 'completed',
          amount: '24.00',
          currency: 'USD',
          transactionReference: key,
        };
        const body = JSON.stringify({ ...transaction, requestingOrganisationTransactionReference: key });
        return { key, body, signature: callbackPath(key, [secret]).split('/').at(-1)! };
      },
      receive: async (body, signature) => {
        const { requestingOrganisationTransactionReference: bill } = JSON.parse(body) as Record<string, string>;
        const url = new URL(`/integrations/gsma/${bill}/${signature || 'none'}`, server.url);
        return (await fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body })).status;
      },
      done: async key => (await server.get(`PaymentNotice?identifier=${key}&_summary=count`)).body.total as number,
      rotateSecret: async () => {
        writeSecrets('second', secret);
        secret = 'second';
      },
      close: async () => {},
    };
  });
});
