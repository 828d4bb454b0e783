import type { Invoice, Money, Parameters, ParametersParameter, PaymentNotice } from 'fhir/r4.js';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimalOf,
  formatDecimal,
  minDecimal,
  subtractDecimals,
  ZERO,
} from '../../src/fhir/decimal.ts';
import type { MoneyText } from './case.ts';
import { namingOf, type Scheme } from './claim-case.ts';
import {
  invoiceResource,
  noticeResource,
  organizations,
  paymentSystem,
  reconciliationResource,
} from './payment-resources.ts';
import { refusedRules } from './refused-rules.ts';
import type { Naming } from './set-up-resources.ts';

/** What somebody does with payments. A reference stands for one payment, which may be for several invoices. */
export interface PaymentStep {
  do: 'pay' | 'reconcile' | 'refund';
  reference: string;
  /** Invoices that are paid, in this order; what is left over goes to the last. Also of a reconciliation that comes first. */
  invoices?: string[];
  amount?: MoneyText;
  date?: string;
  /** Where they are not those of the case and of the invoices. */
  currency?: string;
  payee?: string;
}

/** Invoices, and what is paid of them step by step. */
export interface PaymentCase {
  id: string;
  kind: 'payment';
  currency?: string;
  minorUnits?: number;
  setup: { invoices: Record<string, { amount: MoneyText; due?: string }> };
  steps: PaymentStep[];
  expected?: unknown;
}

interface Part {
  invoice: string;
  amount: Decimal;
}

/** A case on its way. */
interface Run {
  scheme: Scheme;
  naming: Naming;
  minorUnits: number;
  invoices: readonly string[];
  /** What was told of each payment, by the step that told it. */
  told: Map<string, readonly Part[]>;
}

const text = (value: Decimal, { minorUnits }: Run): string => formatDecimal(value, minorUnits);

const extensionAmount = ({ extension = [], totalGross }: Invoice, name: string): Decimal => {
  const parts = extension.find(({ url }) => url.endsWith('/invoice-balance'))?.extension ?? [];
  const stated = parts.find(({ url }) => url === name)?.valueMoney ?? (name === 'open' ? totalGross : undefined);
  return stated?.value === undefined ? ZERO : decimalOf(stated.value);
};

const invoiceOf = ({ scheme, naming }: Run, name: string): Promise<Invoice> =>
  scheme.read('Invoice', naming.id('invoice', name)) as Promise<unknown> as Promise<Invoice>;

/** Shares an amount out: to each invoice what is open of it, to the last what is left. */
const shares = async (run: Run, { invoices = [], amount = '0' }: PaymentStep): Promise<Part[]> => {
  const parts: Part[] = [];
  let left = decimalOf(amount);
  for (const [index, invoice] of invoices.entries()) {
    const open = extensionAmount(await invoiceOf(run, invoice), 'open');
    const due = compareDecimals(open, ZERO) > 0 ? open : ZERO;
    const share = index === invoices.length - 1 ? left : minDecimal(left, due);
    left = subtractDecimals(left, share);
    if (compareDecimals(share, ZERO) !== 0 || invoices.length === 1) parts.push({ invoice, amount: share });
  }
  return parts;
};

const pay = async (run: Run, step: PaymentStep): Promise<void> => {
  const key = JSON.stringify(step);
  const parts = run.told.get(key) ?? (await shares(run, step));
  for (const { invoice, amount } of parts) {
    await run.scheme.post(noticeResource(step, { invoice, amount: text(amount, run) }, run.naming));
  }
  run.told.set(key, parts);
};

const noticesOf = ({ scheme, naming }: Run, reference: string): Promise<PaymentNotice[]> =>
  scheme.search('PaymentNotice', [
    ['identifier', `${paymentSystem(reference, naming)}|`],
  ]) as Promise<unknown> as Promise<PaymentNotice[]>;

const reconcile = async (run: Run, step: PaymentStep): Promise<void> => {
  const notices = (await noticesOf(run, step.reference)).filter(({ status }) => status === 'active');
  const told = notices.map(({ request, amount }) => ({ request: request!, amount: decimalOf(amount.value) }));
  const settled =
    step.invoices === undefined
      ? told
      : (await shares(run, step)).map(({ invoice, amount }) => ({
          request: { reference: `Invoice/${run.naming.id('invoice', invoice)}` },
          amount,
        }));
  const sum = settled.map(({ amount }) => amount).reduce(addDecimals, ZERO);
  const details = settled.map(({ request, amount }) => ({ request, amount: text(amount, run) }));
  await run.scheme.put(reconciliationResource(step, details, step.amount ?? text(sum, run), run.naming));
};

const refund = async ({ scheme, naming, ...run }: Run, { reference }: PaymentStep): Promise<void> => {
  const notices = await noticesOf({ scheme, naming, ...run }, reference);
  for (const notice of notices) await scheme.put({ ...notice, id: notice.id!, status: 'cancelled' });
  const id = naming.id('reconciliation', reference);
  for (const reconciliation of await scheme.search('PaymentReconciliation', [['_id', id]])) {
    await scheme.put({ ...reconciliation, id, status: 'cancelled' });
  }
};

const DEEDS = { pay, reconcile, refund };

const partOf = ({ part = [] }: ParametersParameter, name: string): ParametersParameter | undefined =>
  part.find(each => each.name === name);

const amountIn = (parameter: ParametersParameter, name: string): Decimal => {
  const money: Money | undefined = partOf(parameter, name)?.valueMoney;
  return money?.value === undefined ? ZERO : decimalOf(money.value);
};

/** What the server says of all invoices of the case. */
const stateAfter = async (run: Run): Promise<object> => {
  const invoices: Record<string, { status: string; open: string }> = {};
  const unmatched = new Map<string, object>();
  let [paid, reconciled, open] = [ZERO, ZERO, ZERO];
  for (const name of run.invoices) {
    const invoice = await invoiceOf(run, name);
    invoices[name] = { status: invoice.status, open: text(extensionAmount(invoice, 'open'), run) };
    const report = (await run.scheme.ask('PaymentReconciliation', 'unmatched', [
      ['invoice', `Invoice/${run.naming.id('invoice', name)}`],
    ])) as unknown as Parameters;
    for (const parameter of report.parameter ?? []) {
      if (parameter.name === 'balance') {
        paid = addDecimals(paid, amountIn(parameter, 'paid'));
        reconciled = addDecimals(reconciled, amountIn(parameter, 'reconciled'));
        open = addDecimals(open, amountIn(parameter, 'open'));
      } else if (parameter.name === 'unmatched') {
        const listed = {
          reason: partOf(parameter, 'reason')?.valueCode,
          ...(partOf(parameter, 'invoice') === undefined ? {} : { invoice: name }),
          amount: text(amountIn(parameter, 'amount'), run),
        };
        // What is of no invoice in particular is told with each.
        const payment = partOf(parameter, 'payment')?.valueReference?.reference ?? '';
        unmatched.set(JSON.stringify([listed, payment]), listed);
      }
    }
  }
  return {
    invoices,
    unmatched: [...unmatched.values()],
    balance: { paid: text(paid, run), reconciled: text(reconciled, run), open: text(open, run) },
  };
};

/**
 * Tries invoices and payments on a server: each payment becomes a notice for each of its invoices, reconciled by one
 * PaymentReconciliation; a refund cancels both. After each step the server is asked what it says.
 */
export const runPaymentCase = async (
  scheme: Scheme,
  { setup, steps, currency = 'USD', minorUnits = 2 }: PaymentCase,
  number: number,
): Promise<{ steps: object[] }> => {
  const naming = namingOf(number, currency);
  const invoices = Object.keys(setup.invoices);
  const run: Run = { scheme, naming, minorUnits, invoices, told: new Map() };
  const payees = steps.flatMap(({ payee }) => (payee === undefined ? [] : [payee]));
  for (const resource of organizations(payees, naming)) await scheme.put(resource);
  for (const [name, { amount, due }] of Object.entries(setup.invoices)) {
    await scheme.put(invoiceResource(name, { amount, ...(due === undefined ? {} : { due }) }, naming));
  }
  const results: object[] = [];
  for (const [index, step] of steps.entries()) {
    const deed = DEEDS[step.do];
    if (deed === undefined) throw new Error(`steps[${index}].do: write pay, reconcile or refund, not ${step.do}`);
    for (const name of step.invoices ?? []) {
      if (!invoices.includes(name)) throw new Error(`steps[${index}].invoices: ${name} is no invoice of the case`);
    }
    const refused = await deed(run, step).then(() => undefined, refusedRules);
    results.push({ do: step.do, ...(refused === undefined ? {} : { refused }), ...(await stateAfter(run)) });
  }
  return { steps: results };
};
