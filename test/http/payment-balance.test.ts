import fc from 'fast-check';
import type { Invoice, Money, PaymentNotice, PaymentReconciliation } from 'fhir/r4.js';
import { expect, it } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import { runsOf } from '../store-url.ts';
import { insurer, invoice, notice, reconciliation } from './payment-resources.ts';
import { resourcesOf, useServer } from './start-server.ts';

const server = useServer();

/** What somebody does, in the small world of two invoices and two payments of one history. Amounts in cents. */
type Deed =
  | { do: 'tell'; notice: number; invoice: number; payment: number; amount: number; status: string }
  | { do: 'reconcile'; payment: number; amounts: number[]; more: number; status: string }
  | { do: 'invoice'; invoice: number; amount: number; status: string }
  | { do: 'delete'; type: string; number: number };

const index = fc.nat(1);
const amount = fc.constantFrom(1, 10, 1999, 6000, 8001);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('tell' as const),
      notice: fc.nat(3),
      invoice: index,
      payment: index,
      amount,
      status: fc.constantFrom('active', 'active', 'active', 'cancelled', 'draft', 'entered-in-error'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('reconcile' as const),
      payment: index,
      amounts: fc.array(amount, { minLength: 1, maxLength: 2 }),
      more: fc.constantFrom(0, 0, 5),
      status: fc.constantFrom('active', 'active', 'cancelled'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('invoice' as const),
      invoice: index,
      amount,
      status: fc.constantFrom('issued', 'balanced', 'cancelled'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('delete' as const),
      type: fc.constantFrom('PaymentNotice', 'PaymentReconciliation'),
      number: index,
    }),
  },
);

const INITIAL: Record<string, string> = { Invoice: 'i', PaymentNotice: 'n', PaymentReconciliation: 'r' };
const nameOf = (run: number, type: string, number: number): string => `x${run}-${INITIAL[type]}${number}`;

const resourceOf = (each: Exclude<Deed, { do: 'delete' }>, run: number): Resource => {
  const { status } = each;
  if (each.do === 'invoice') return invoice(nameOf(run, 'Invoice', each.invoice), each.amount / 100, { status });
  const reference = { reference: `PaymentReconciliation/${nameOf(run, 'PaymentReconciliation', each.payment)}` };
  if (each.do === 'tell') {
    const [id, request] = [nameOf(run, 'PaymentNotice', each.notice), nameOf(run, 'Invoice', each.invoice)];
    return notice(id, request, each.amount / 100, { status, payment: reference });
  }
  const details = each.amounts.map((settled, number) => [nameOf(run, 'Invoice', number), settled / 100] as const);
  const sum = each.amounts.reduce((a, b) => a + b, each.more);
  return reconciliation(nameOf(run, 'PaymentReconciliation', each.payment), Object.fromEntries(details), sum / 100, {
    status,
  });
};

/** Refusals are answers too; anything else is a fault. */
const carryOut = async (each: Deed, run: number): Promise<void> => {
  if (each.do === 'delete') {
    const { status } = await server.delete(`${each.type}/${nameOf(run, each.type, each.number)}`);
    expect([204, 422]).toContain(status);
    return;
  }
  const resource = resourceOf(each, run);
  const { status, text } = await server.put(`${resource.resourceType}/${resource.id}`, resource);
  expect([200, 201, 422], text).toContain(status);
  if (status === 422) expect(text).toContain('business-rule');
};

const centsOf = (money: Money | undefined): number => Math.round((money?.value ?? 0) * 100);
const total = (amounts: readonly number[]): number => amounts.reduce((a, b) => a + b, 0);

const all = async <Type>(type: string, run: number): Promise<Type[]> =>
  resourcesOf((await server.get(`${type}?_count=1000`)).body).filter(({ id }) => id!.startsWith(`x${run}-`)) as Type[];

interface Listed {
  reason: string;
  amount: number;
}

const unmatched = async (id: string): Promise<{ balance: number[]; listed: Listed[] }> => {
  const { body } = await server.get(`PaymentReconciliation/$unmatched?invoice=Invoice/${id}`);
  const parameters = (body.parameter ?? []) as unknown as {
    name: string;
    part: { valueCode?: string; valueMoney?: Money }[];
  }[];
  return {
    balance: parameters
      .filter(({ name }) => name === 'balance')
      .flatMap(({ part }) => part.map(each => centsOf(each.valueMoney))),
    listed: parameters
      .filter(({ name }) => name === 'unmatched')
      .map(({ part }) => ({ reason: part[0]!.valueCode!, amount: centsOf(part[1]!.valueMoney) })),
  };
};

/** Everything that the server says of an invoice, against sums of what is stored. */
const checkInvoice = async (
  { id, status, totalGross, extension }: Invoice,
  notices: readonly PaymentNotice[],
  reconciliations: readonly PaymentReconciliation[],
): Promise<void> => {
  const name = `Invoice/${id}`;
  const telling = notices.filter(each => each.request!.reference === name && each.status === 'active');
  const settling = reconciliations.filter(each => each.status === 'active');
  const settledBy = ({ detail = [] }: PaymentReconciliation): number =>
    total(detail.filter(({ request }) => request!.reference === name).map(each => centsOf(each.amount)));
  let reconciled = 0;
  for (const each of settling) {
    const told = telling.filter(({ payment }) => payment.reference === `PaymentReconciliation/${each.id}`);
    const sum = total(told.map(one => centsOf(one.amount)));
    reconciled += Math.min(sum, settledBy(each));
    const cleared = told.filter(({ paymentStatus }) => paymentStatus!.coding![0]!.code === 'cleared');
    expect(total(cleared.map(one => centsOf(one.amount)))).toBeLessThanOrEqual(settledBy(each));
    if (sum <= settledBy(each)) expect(cleared).toEqual(told);
  }
  const paid = total(telling.map(each => centsOf(each.amount)));
  const due = centsOf(totalGross);
  const stated = extension?.[0]?.extension?.map(({ valueMoney }) => centsOf(valueMoney));
  if (stated !== undefined) expect(stated).toEqual([paid, reconciled, due - paid]);
  else expect(paid).toBe(0);
  if (paid > 0) expect(status).toBe(paid >= due ? 'balanced' : 'issued');

  const { balance, listed } = await unmatched(id!);
  const of = (...reasons: string[]): number =>
    total(listed.filter(({ reason }) => reasons.includes(reason)).map(each => each.amount));
  const settled = total(settling.map(settledBy));
  if (balance.length > 0) expect(balance).toEqual([paid, reconciled, paid - reconciled]);
  expect(paid).toBe(reconciled + of('not-reconciled', 'told-more'));
  expect(settled).toBe(reconciled + of('no-notice', 'settled-more'));
  expect(of('over-paid') - of('part-paid')).toBe(paid === 0 ? 0 : paid - due);
};

let runs = 0;

it('whatever happens, in whatever order and at once: what was told is what is reconciled and what is open', async () => {
  await server.put('Organization/insurer', insurer);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(deed, { minLength: 1, maxLength: 4 }), { minLength: 3, maxLength: 8 }),
      async history => {
        const run = ++runs;
        for (const number of [0, 1]) {
          const made = invoice(nameOf(run, 'Invoice', number), 60);
          expect((await server.put(`Invoice/${made.id}`, made)).status).toBe(201);
        }
        for (const atOnce of history) await Promise.all(atOnce.map(each => carryOut(each, run)));
        const [invoices, notices, reconciliations] = [
          await all<Invoice>('Invoice', run),
          await all<PaymentNotice>('PaymentNotice', run),
          await all<PaymentReconciliation>('PaymentReconciliation', run),
        ];
        for (const each of invoices) await checkInvoice(each, notices, reconciliations);
      },
    ),
    { numRuns: runsOf(40), endOnFailure: true },
  );
});
