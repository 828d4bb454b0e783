import { describe, expect, it } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { dollars, insurer, invoice, notice, reconciliation } from './payment-resources.ts';
import { resourcesOf, useServer } from './start-server.ts';

const server = useServer();

const put = async (resource: Resource): Promise<Resource> => {
  const { status, text, body } = await server.put(`${resource.resourceType}/${resource.id}`, resource);
  expect(status, text).toBeLessThan(300);
  return body;
};

/** Status of an invoice, with what it says was paid, reconciled, and is open. */
const stateOf = async (id: string): Promise<unknown[]> => {
  const { body } = await server.get(`Invoice/${id}`);
  const [balance] = (body.extension ?? []) as { extension: { valueMoney: { value: number } }[] }[];
  return [body.status, ...(balance?.extension ?? []).map(({ valueMoney }) => valueMoney.value)];
};

const paymentStatusOf = async (id: string): Promise<unknown> => {
  const { body } = await server.get(`PaymentNotice/${id}`);
  return (body.paymentStatus as { coding: { code: string }[] }).coding[0]!.code;
};

const unmatchedOf = async (id: string): Promise<string[]> => {
  const { body } = await server.get(`PaymentReconciliation/$unmatched?invoice=Invoice/${id}`);
  const parameters = body.parameter as {
    name: string;
    part: { valueCode?: string; valueMoney?: { value: number } }[];
  }[];
  return (parameters ?? [])
    .filter(({ name }) => name === 'unmatched')
    .map(({ part }) => `${part[0]!.valueCode} ${part[1]!.valueMoney!.value}`);
};

describe('an invoice', () => {
  it('follows its notices: in part, whole, too much, and back', async () => {
    await put(insurer);
    await put(invoice('a', 60));
    expect(await stateOf('a')).toEqual(['issued']);
    await put(notice('a1', 'a', 20));
    expect(await stateOf('a')).toEqual(['issued', 20, 0, 40]);
    await put(notice('a2', 'a', 40));
    expect(await stateOf('a')).toEqual(['balanced', 60, 0, 0]);
    await put(notice('a3', 'a', 0.01));
    expect(await stateOf('a')).toEqual(['balanced', 60.01, 0, -0.01]);
    expect(await unmatchedOf('a')).toEqual([
      'not-reconciled 20',
      'not-reconciled 40',
      'not-reconciled 0.01',
      'over-paid 0.01',
    ]);
    await put(notice('a2', 'a', 40, { status: 'cancelled' }));
    expect(await stateOf('a')).toEqual(['issued', 20.01, 0, 39.99]);
    expect((await server.get('Invoice/a')).text).toContain('"value":39.99,');
  });

  it('keeps the decimals of everything else as they were written', async () => {
    await put(insurer);
    const text = JSON.stringify(invoice('exact', 60)).replaceAll('"value":60', '"value":60.00');
    expect((await server.send('put', 'Invoice/exact', text)).status).toBe(201);
    await put(notice('exact1', 'exact', 5));
    const { text: stored } = await server.get('Invoice/exact');
    expect(stored.match(/"value":60\.00/g)).toHaveLength(2);
    expect(stored).toContain('"value":55.00');
  });

  it('is not what a client says of it against its notices', async () => {
    await put(insurer);
    await put(invoice('b', 60));
    await put(notice('b1', 'b', 20));
    const { body: before } = await server.get('Invoice/b');
    await put({ ...before, note: [{ text: 'Sent by post.' }] });
    expect((await server.get('Invoice/b')).body.meta).toMatchObject({ versionId: '3' });
    const answered = await put(invoice('b', 20, { status: 'issued' }));
    expect(answered).toMatchObject({ status: 'balanced', meta: { versionId: '5' } });
    expect(await stateOf('b')).toEqual(['balanced', 20, 0, 0]);
    const refused = await server.put('Invoice/b', invoice('b', 20, { status: 'cancelled' }));
    expectOutcome(refused, 422, 'invoice-paid');
    expectOutcome(await server.delete('Invoice/b'), 422, 'invoice-paid');
    await put(notice('b1', 'b', 20, { status: 'entered-in-error' }));
    await put(invoice('b', 20, { status: 'cancelled' }));
    expectOutcome(await server.put('PaymentNotice/b2', notice('b2', 'b', 1)), 422, 'payment-invoice-closed');
  });
});

describe('a reconciliation', () => {
  it('clears the notices of its payment, before or after they come, and no longer when it is cancelled', async () => {
    await put(insurer);
    await put(invoice('c', 60));
    await put(invoice('d', 40));
    const both = { payment: { reference: 'PaymentReconciliation/cd' } };
    await put(notice('c1', 'c', 60, both));
    await put(reconciliation('cd', { c: 60, d: 40 }, 100));
    expect(await paymentStatusOf('c1')).toBe('cleared');
    expect(await unmatchedOf('d')).toEqual(['no-notice 40']);
    const late = await put(notice('d1', 'd', 40, both));
    expect(late).toMatchObject({ paymentStatus: { coding: [{ code: 'cleared' }] }, meta: { versionId: '2' } });
    expect([await stateOf('c'), await stateOf('d')]).toEqual([
      ['balanced', 60, 60, 0],
      ['balanced', 40, 40, 0],
    ]);
    expect([await unmatchedOf('c'), await unmatchedOf('d')]).toEqual([[], []]);
    await put(reconciliation('cd', { c: 60, d: 40 }, 100, { status: 'cancelled' }));
    expect([await paymentStatusOf('c1'), await paymentStatusOf('d1')]).toEqual(['paid', 'paid']);
    expect(await stateOf('c')).toEqual(['balanced', 60, 0, 0]);
  });

  it('leaves what it does not cover, and tells what was not told', async () => {
    await put(insurer);
    await put(invoice('e', 100));
    const same = { payment: { reference: 'PaymentReconciliation/e' } };
    await put(notice('e1', 'e', 60, same));
    await put(notice('e2', 'e', 40, same));
    await put(reconciliation('e', { e: 70 }, 90));
    expect([await paymentStatusOf('e1'), await paymentStatusOf('e2')]).toEqual(['cleared', 'paid']);
    expect(await unmatchedOf('e')).toEqual(['told-more 30', 'not-allotted 20']);
    await put(notice('e1', 'e', 60, { ...same, status: 'cancelled' }));
    expect(await unmatchedOf('e')).toEqual(['settled-more 30', 'part-paid 60', 'not-allotted 20']);
    const { body } = await server.get('PaymentReconciliation/$unmatched');
    expect(JSON.stringify(body)).toContain('not-allotted');
  });

  it('is refused where its sums or currencies do not fit, and cannot be changed once it counts', async () => {
    await put(insurer);
    await put(invoice('f', 60));
    const send = (resource: Resource) => server.put(`PaymentReconciliation/${resource.id}`, resource);
    expectOutcome(await send(reconciliation('f', { f: 60 }, 59)), 422, 'payment-reconciliation-unbalanced');
    const inYen = reconciliation('f', { f: 60 }, 60, { paymentAmount: { value: 60, currency: 'JPY' } });
    expectOutcome(await send(inYen), 422, 'payment-currency-differs');
    const tooFine = reconciliation('f', { f: 1.001 }, 2);
    expectOutcome(await send(tooFine), 422, 'payment-amount-invalid');
    await put(reconciliation('f', { f: 60 }, 60));
    expectOutcome(await send(reconciliation('f', { f: 50 }, 60)), 422, 'payment-reconciliation-counted');
    expectOutcome(await server.delete('PaymentReconciliation/f'), 422, 'payment-reconciliation-counted');
  });
});

describe('a payment', () => {
  it('is told once by its identifier: the same again gets the first, another one is refused', async () => {
    await put(insurer);
    await put(invoice('g', 60));
    const told = notice('g1', 'g', 60, { identifier: [{ system: 'https://bank.example/tx', value: '31' }] });
    const first = await server.post('PaymentNotice', told);
    const again = await server.post('PaymentNotice', told);
    expect([first.status, again.status, again.body.id]).toEqual([201, 200, first.body.id]);
    expectOutcome(await server.post('PaymentNotice', { ...told, amount: dollars(61) }), 409, 'identity-taken');
    expect(await stateOf('g')).toEqual(['balanced', 60, 0, 0]);
    await put(reconciliation('g1', { g: 60 }, 60));
    expect(await paymentStatusOf(first.body.id!)).toBe('cleared');
    expectOutcome(await server.post('PaymentNotice', { ...told, amount: dollars(61) }), 409, 'identity-taken');
  });

  it('is not missed by another one at the same moment', async () => {
    await put(insurer);
    await put(invoice('h', 20));
    const names = Array.from({ length: 20 }, (_none, index) => `h${index}`);
    const same = { payment: { reference: 'PaymentReconciliation/h' } };
    await Promise.all([...names.map(name => put(notice(name, 'h', 1, same))), put(reconciliation('h', { h: 20 }, 20))]);
    expect(await stateOf('h')).toEqual(['balanced', 20, 20, 0]);
    expect(await Promise.all(names.map(paymentStatusOf))).toEqual(names.map(() => 'cleared'));
    expect(await unmatchedOf('h')).toEqual([]);
  });

  it('may be told together with others in a transaction', async () => {
    await put(insurer);
    await put(invoice('t', 60));
    await put(invoice('u', 40));
    const same = { payment: { reference: 'PaymentReconciliation/tu' } };
    const all = [
      reconciliation('tu', { t: 60, u: 40 }, 100),
      notice('t1', 't', 20, same),
      notice('t2', 't', 40, same),
      notice('u1', 'u', 40, same),
    ];
    const entry = all.map(resource => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    }));
    const { status, text } = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry });
    expect(status, text).toBe(200);
    expect([await stateOf('t'), await stateOf('u')]).toEqual([
      ['balanced', 60, 60, 0],
      ['balanced', 40, 40, 0],
    ]);
    expect(await Promise.all(['t1', 't2', 'u1'].map(paymentStatusOf))).toEqual(['cleared', 'cleared', 'cleared']);
  });

  it('without an invoice is stored and listed', async () => {
    const { request: _request, ...nothing } = notice('loose', '', 5);
    await put(nothing as Resource);
    const { body } = await server.get('PaymentReconciliation/$unmatched');
    expect(JSON.stringify(body)).toContain('PaymentNotice/loose');
    expect(resourcesOf((await server.get('PaymentNotice?status=active&_count=100')).body).length).toBeGreaterThan(1);
  });

  it('is asked after for an invoice only', async () => {
    expectOutcome(
      await server.get('PaymentReconciliation/$unmatched?invoice=Claim/1'),
      400,
      'operation-parameter-invalid',
    );
    expectOutcome(await server.get('PaymentReconciliation/$unmatched?invoice=Invoice/none'), 404, 'resource-unknown');
  });
});
