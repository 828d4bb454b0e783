import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent, Invoice, PaymentNotice, Task } from 'fhir/r4.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import { textOf } from '../../src/integrations/gepg/element.ts';
import { gepgGateway } from '../../src/integrations/gepg/gepg-gateway.ts';
import { paymentStore } from '../../src/integrations/payments/payment-store.ts';
import { createOutgoing } from '../../src/security/outgoing.ts';
import { loadScheme, resourcesOf, startServer, type TestServer } from '../http/start-server.ts';
import { type GepgPeer, startGepg } from '../peers/gepg.ts';

const folder = mkdtempSync(join(tmpdir(), 'kiungo-gepg-'));
const BILL = 'lungu-renewal';
let peer: GepgPeer;
let server: TestServer;

beforeAll(async () => {
  peer = await startGepg();
  writeFileSync(join(folder, 'own.pem'), peer.providerKey);
  writeFileSync(join(folder, 'gepg.pem'), peer.publicKey);
  server = await startServer({
    KIUNGO_GEPG_URL: peer.url,
    KIUNGO_GEPG_KEY_FILE: join(folder, 'own.pem'),
    KIUNGO_GEPG_GATEWAY_KEY_FILE: join(folder, 'gepg.pem'),
    KIUNGO_GEPG_SP_CODE: 'SP111',
    KIUNGO_TRUSTED_HOSTS: '127.0.0.1',
    KIUNGO_AUDIT: 'on',
  });
  await loadScheme(server);
});
afterAll(async () => {
  await server.app.close();
  await peer.close();
  rmSync(folder, { recursive: true });
});

const post = async (path: string, message: string): Promise<{ status: number; code: string | undefined }> => {
  const url = new URL(`/integrations/gepg/${path}`, server.url);
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/xml' }, body: message });
  return { status: answer.status, code: peer.codeOf(await answer.text()) };
};
/** Another invoice like the one of the scheme. */
const invoiceOf = async (id: string): Promise<Resource> => {
  const { meta: _, extension: _balance, ...rest } = (await server.get(`Invoice/${BILL}`)).body;
  const [code, uuid] = rest.identifier as unknown as { value: string }[];
  const identifier = [
    { ...code!, value: `INV-${id}` },
    { ...uuid!, value: id },
  ];
  return { ...rest, id, status: 'issued', identifier } as unknown as Resource;
};
const store = async (invoice: Resource): Promise<void> => {
  const stored = await server.put(`Invoice/${invoice.id}`, invoice);
  expect(stored.status, stored.text).toBeLessThan(300);
};
const read = async <Type>(path: string): Promise<Type> => (await server.get(path)).body as unknown as Type;
const untilTask = async (id: string, status: string): Promise<Task> => {
  await expect.poll(async () => (await read<Task>(`Task/${id}`)).status, { timeout: 10_000 }).toBe(status);
  return read<Task>(`Task/${id}`);
};
const balanceOf = ({ extension = [] }: Invoice, part: string): number | undefined =>
  extension.find(({ url }) => url.endsWith('/invoice-balance'))?.extension?.find(({ url }) => url === part)?.valueMoney
    ?.value;

describe('a contribution that is invoiced', () => {
  test('is billed at GePG, once', async () => {
    const task = await untilTask(`gepg-${BILL}`, 'accepted');
    expect(task.focus).toEqual({ reference: `Invoice/${BILL}` });
    const bills = peer.bills.filter(bill => textOf(bill, 'BillId') === BILL);
    expect(bills).toHaveLength(1);
    const told = ['SpCode', 'BillAmt', 'Ccy', 'BillPayOpt', 'PyrName'].map(name => textOf(bills[0]!, name));
    expect(told).toEqual(['SP111', '24.0', 'USD', '3', expect.stringMatching(/Lungu$/)]);
  });

  test('gets its control number, and keeps it when it is told again', async () => {
    for (let time = 0; time < 2; time++) {
      expect(await post('control-number', peer.controlNumber(BILL, '991100000001'))).toEqual({
        status: 200,
        code: '7101',
      });
    }
    const { output } = await untilTask(`gepg-${BILL}`, 'completed');
    expect(output![0]!.valueString).toBe('991100000001');
  });

  test('is paid in part and then whole; what is told twice counts once', async () => {
    const first = { reference: 'P1', amount: '20.00', billId: BILL };
    for (let time = 0; time < 2; time++) {
      expect(await post('payment', peer.payment(first))).toEqual({ status: 200, code: '7101' });
    }
    expect(balanceOf(await read<Invoice>(`Invoice/${BILL}`), 'paid')).toBe(20);
    expect(await post('payment', peer.payment({ ...first, reference: 'P2', amount: '4.00' }))).toMatchObject({
      code: '7101',
    });
    expect(await read<Invoice>(`Invoice/${BILL}`)).toMatchObject({ status: 'balanced' });
  });

  test('is reconciled by what GePG says of the day, once too', async () => {
    const payments = [
      { reference: 'P1', amount: '20.00', billId: BILL },
      { reference: 'P2', amount: '4.00', billId: BILL },
    ];
    for (let time = 0; time < 2; time++) {
      expect(await post('reconciliation', peer.reconciliation(payments))).toEqual({ status: 200, code: '7101' });
    }
    expect(balanceOf(await read<Invoice>(`Invoice/${BILL}`), 'reconciled')).toBe(24);
    const { body } = await server.get('PaymentNotice?request=Invoice/lungu-renewal');
    const notices = (body.entry as unknown as { resource: PaymentNotice }[]).map(({ resource }) => resource);
    expect(notices.map(({ paymentStatus }) => paymentStatus!.coding![0]!.code)).toEqual(['cleared', 'cleared']);
  });
});

describe('money that cannot be placed', () => {
  test('of another amount under a number that was told is given to a person', async () => {
    expect(await post('payment', peer.payment({ reference: 'P1', amount: '21.00', billId: BILL }))).toEqual({
      status: 200,
      code: '7207',
    });
    expect(await read<Task>('Task/gepg-money-P1')).toMatchObject({ status: 'requested', priority: 'urgent' });
    expect(balanceOf(await read<Invoice>(`Invoice/${BILL}`), 'paid')).toBe(24);
  });

  test('for a bill that nobody knows is kept, told as such, and given to a person', async () => {
    const payment = { reference: 'P9', amount: '7.25', billId: 'nobody' };
    for (let time = 0; time < 2; time++) {
      expect(await post('payment', peer.payment(payment))).toEqual({ status: 200, code: '7204' });
    }
    expect(await read<Task>('Task/gepg-money-P9')).toMatchObject({ status: 'requested' });
    const { text } = await server.get('PaymentReconciliation/$unmatched');
    expect(text).toContain('no-invoice');
    expect(text).toContain('7.25');
  });
});

describe("a message that is not GePG's", () => {
  test.each([
    ['signed by somebody else', () => peer.forged(peer.payment({ reference: 'F1', amount: '1', billId: BILL })), 401],
    [
      'changed on its way',
      () => peer.payment({ reference: 'F1', amount: '1', billId: BILL }).replace('<PaidAmt>1<', '<PaidAmt>9<'),
      401,
    ],
    ['without a signature', () => '<Gepg><gepgPmtSpInfo></gepgPmtSpInfo></Gepg>', 400],
    ['with a DOCTYPE', () => `<!DOCTYPE Gepg>${peer.payment({ reference: 'F1', amount: '1', billId: BILL })}`, 400],
    ['of no amount', () => peer.payment({ reference: 'F1', amount: '1e9', billId: BILL }), 400],
    ['with a number that leads elsewhere', () => peer.payment({ reference: '../F1', amount: '1', billId: BILL }), 400],
    ['with an unknown entity', () => peer.payment({ reference: 'F1', amount: '1', billId: '&xxe;' }), 400],
    ['that is empty', () => '', 400],
  ])('%s is refused, and nothing is stored', async (_what, message, status) => {
    expect(await post('payment', message())).toEqual({ status, code: '7242' });
    const { body } = await server.get('PaymentNotice?identifier=F1&_summary=count');
    expect((body as Resource).total).toBe(0);
  });
});

test('a bill that GePG refuses is told in its Task; one that it cannot take now is sent later', async () => {
  peer.mood('code 7242');
  await store(await invoiceOf('refused'));
  expect((await untilTask('gepg-refused', 'failed')).statusReason?.text).toBe('GePG answered 7242');
  peer.mood('well');
  await store(await invoiceOf('accepted'));
  await untilTask('gepg-accepted', 'accepted');
});

test('each message, whichever way it went, is in the audit trail', async () => {
  await server.app.trail!.flush();
  const { status, body, text } = await server.get('AuditEvent?altid=gepg,gepg.bills&_count=100');
  expect(status, text).toBe(200);
  const told = resourcesOf(body).map(event => {
    const { type, outcome, agent } = event as unknown as AuditEvent;
    return `${type.display} ${outcome}, asked by ${agent.find(({ requestor }) => requestor)?.name ?? 'Kiungo'}`;
  });
  const expected = ['Export 0, asked by Kiungo', 'Import 0, asked by gepg', 'Import 8, asked by gepg'];
  expect(told).toEqual(expect.arrayContaining(expected));
});

test('an invoice that is called off is called off at GePG, and a control number that comes late does not bring it back', async () => {
  await store({ ...(await invoiceOf('accepted')), status: 'cancelled' });
  await untilTask('gepg-accepted', 'cancelled');
  expect(peer.cancelled).toEqual(['accepted']);
  expect(await post('control-number', peer.controlNumber('accepted', '991100000009'))).toMatchObject({ code: '7101' });
  expect(await read<Task>('Task/gepg-accepted')).toMatchObject({ status: 'cancelled' });
});

describe('the reconciliation of a day', () => {
  test('is asked for by itself, for the days before today, and again where a Task says so', async () => {
    await expect.poll(() => peer.days.length, { timeout: 10_000 }).toBe(3);
    const { day } = peer.days[0]!;
    const number = Number(day.replaceAll('-', ''));
    expect(peer.days[0]).toEqual({ day, id: number * 100 + 1 });
    const task = await untilTask(`gepg-day-${day}`, 'accepted');
    const again = await server.put(`Task/${task.id}`, { ...task, status: 'requested' } as unknown as Resource);
    expect(again.status, again.text).toBe(200);
    await expect.poll(() => peer.days.at(-1), { timeout: 10_000 }).toEqual({ day, id: number * 100 + 3 });
    const payments = [{ reference: 'P1', amount: '20.00', billId: BILL }];
    await post('reconciliation', peer.reconciliation(payments, number * 100 + 3));
    await untilTask(`gepg-day-${day}`, 'completed');
  });

  test('is taken whole or not at all', async () => {
    const rows = [
      { reference: 'W1', amount: '1.00', billId: 'nobody' },
      { reference: 'W2', amount: 'a lot', billId: 'nobody' },
    ];
    expect(await post('reconciliation', peer.reconciliation(rows))).toEqual({ status: 400, code: '7242' });
    const { body } = await server.get('PaymentNotice?identifier=W1&_summary=count');
    expect((body as Resource).total).toBe(0);
  });

  test('gives a payment that the rules refuse to a person, once, and takes the others', async () => {
    const rows = [
      { reference: 'M1', amount: '1.00', currency: 'EUR', billId: BILL },
      { reference: 'M2', amount: '2.50', billId: 'nobody' },
    ];
    for (let time = 0; time < 2; time++) {
      expect(await post('reconciliation', peer.reconciliation(rows))).toEqual({ status: 200, code: '7101' });
    }
    const task = await read<Task>('Task/gepg-money-M1');
    expect(task.meta!.versionId).toBe('1');
    expect(await read('PaymentReconciliation/gepg-M2')).toMatchObject({ paymentAmount: { value: 2.5 } });
  });
});

test.each([
  ['away', 'failed', 'GePG answered with status 503'],
  ['late', 'failed', /ECONNRESET|socket hang up/],
  ['wrong-signature', 'failed', /signature is not GePG's/],
  ['code 7201', 'failed', 'GePG answered 7201'],
  ['code 7242;7226', 'delivered', undefined],
] as const)('of GePG that is %s a bill is %s', async (mood, outcome, reason) => {
  peer.mood(mood);
  const gateway = gepgGateway({
    ...{ url: peer.url, outgoing: createOutgoing(['127.0.0.1']), store: paymentStore(server.app.deps) },
    signing: () => ({
      hash: 'sha1',
      privateKey: createPrivateKey(peer.providerKey),
      gatewayKeys: [createPublicKey(peer.publicKey)],
    }),
    provider: { spCode: 'SP111', subSpCode: '1', spSysId: 'K', gfsCode: '1' },
    ...{ insurer: 'Organization/i', expiryDays: 1, localTime: () => '2026-01-01T00:00:00' },
  });
  const bill = {
    id: 'mood',
    amount: '1',
    currency: 'USD',
    payerId: '1',
    payerName: 'A & B',
    payerPhone: '',
    description: '',
  };
  const verdict = await gateway.requestCollection(bill, '0');
  expect(verdict.outcome).toBe(outcome);
  if ('reason' in verdict) expect(verdict.reason).toMatch(reason!);
  peer.mood('well');
});

test('a payout that is ordered is told not to be made', async () => {
  const task = { resourceType: 'Task', id: 'gepg-payout-x', status: 'requested', intent: 'order' };
  await server.put('Task/gepg-payout-x', task as unknown as Resource);
  const { statusReason } = await untilTask('gepg-payout-x', 'failed');
  expect(statusReason!.text).toBe('Nothing is paid out by this gateway');
});

test('two control numbers at the same moment are both taken', async () => {
  await store(await invoiceOf('twice'));
  const numbers = ['991100000002', '991100000003', '991100000004', '991100000005'];
  const answers = await Promise.all(numbers.map(number => post('control-number', peer.controlNumber('twice', number))));
  expect(answers.map(({ code }) => code)).toEqual(numbers.map(() => '7101'));
});
