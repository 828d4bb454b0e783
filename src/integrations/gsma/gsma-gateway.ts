import type { Invoice } from 'fhir/r4.js';
import { OutgoingError } from '../../security/outgoing.ts';
import { isSigned, sign } from '../connector/hmac-signature.ts';
import type { Verdict } from '../connector/peer.ts';
import { isBill } from '../payments/bill.ts';
import type { Answered, PaymentGateway } from '../payments/payment-gateway.ts';
import type { PaymentStore } from '../payments/payment-store.ts';
import {
  type TakeContext,
  type Taken,
  takePayment,
  takeProgress,
  takeReconciliation,
} from '../payments/take-payment.ts';
import type { ToldPayment } from '../payments/told-payment.ts';
import { correlationIdOf, type GsmaAnswer, type GsmaClient } from './gsma-client.ts';
import { errorOf, type GsmaError, gsmaErrorBody } from './gsma-error.ts';
import { MalformedTransaction, readTransaction } from './read-transaction.ts';

/** How payments of mobile money are named in what is stored. */
export const GSMA = {
  name: 'gsma',
  title: 'mobile money',
  references: 'https://kiungo.example/fhir/NamingSystem/gsma-transaction-reference',
} as const;

/** What the gateway needs. */
export interface GsmaContext {
  client: GsmaClient;
  /** Account of the scheme at the provider. */
  account: string;
  store: PaymentStore;
  /** Reference of the insurer, to whom contributions go. */
  insurer: string;
  /** What callbacks are proven by: the current secret first, then those of before. */
  secrets: () => Promise<readonly string[]>;
  /** Where the provider reaches this server. */
  origin: () => string;
  now: () => number;
}

/** What the provider calls back with: the bill and the proof stand in the path that it was given. */
export interface GsmaCallback {
  billId: string;
  proof: string;
  body: string;
}

const provenBy = (billId: string): string => `gsma callback ${billId}`;

/** Where the provider calls back for a bill. Nobody can make the path up who has none of the secrets. */
export const callbackPath = (billId: string, secrets: readonly string[]): string =>
  `/integrations/gsma/${billId}/${sign(secrets, provenBy(billId)).slice('sha256='.length)}`;

const DELIVERED: Verdict = { outcome: 'delivered' };
const PAGE = 100;
const MOST_PAGES = 1_000;
/** Kinds of transactions by which somebody pays a bill. */
const PAID_BY = new Set(['merchantpay', 'billpay']);
const LINK = /^\/transactions\/[\w.-]{1,100}$/;

const ERRORS: Readonly<Record<Exclude<Taken['outcome'], 'booked'>, { status: number; error: GsmaError }>> = {
  unmatched: { status: 404, error: { category: 'identification', code: 'identifierError' } },
  duplicate: { status: 409, error: { category: 'businessRule', code: 'duplicateRequest' } },
  refused: { status: 400, error: { category: 'businessRule', code: 'genericError' } },
};

const isTemporary = (status: number): boolean => status >= 500 || [401, 403, 408, 429].includes(status);

/** A provider of mobile money by GSMA's Mobile Money API 1.1.2. https://developer.mobilemoneyapi.io */
export const gsmaGateway = (context: GsmaContext): PaymentGateway<GsmaCallback> => {
  const { client, account, store, secrets, origin, now } = context;
  const take: TakeContext = { store, gateway: GSMA, insurer: context.insurer };
  const own = { key: 'accountid', value: account };
  const today = (): string => new Date(now()).toISOString().slice(0, 10);

  const book = async (payment: ToldPayment): Promise<Taken> => {
    const taken = await takePayment(take, payment);
    if (taken.outcome === 'booked') await takeProgress(take, payment.billId, { status: 'completed' });
    return taken;
  };

  const refusedBy = ({ status, body }: GsmaAnswer): Verdict => {
    const reason = `The provider answered ${errorOf(body) ?? `with status ${status}`}`;
    return { outcome: isTemporary(status) ? 'failed' : 'refused', reason };
  };

  /** Whatever a transaction tells is taken; where it tells nothing yet, the callback will. */
  const takeTransaction = async (body: unknown, billId: string): Promise<Verdict> => {
    const told = readTransaction(body, { billId, today: today() });
    if (told.status === 'failed') return { outcome: 'refused', reason: told.reason };
    if (told.status === 'completed') await book(told.payment);
    return DELIVERED;
  };

  /** What became of a question whose answer was lost. */
  const askOutcome = async (correlationId: string, billId: string): Promise<Verdict> => {
    const answer = await client.get(`/responses/${correlationId}`);
    const { link } = (answer.body ?? {}) as { link?: unknown };
    if (answer.status === 404) return DELIVERED;
    if (answer.status !== 200 || typeof link !== 'string' || !LINK.test(link)) return refusedBy(answer);
    const transaction = await client.get(link);
    return transaction.status === 200 ? takeTransaction(transaction.body, billId) : refusedBy(transaction);
  };

  /** Has what the provider can cause told as a verdict. */
  const asking = async (ask: () => Promise<Verdict>): Promise<Verdict> => {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof OutgoingError) return { outcome: 'failed', reason: error.message };
      if (error instanceof MalformedTransaction) return { outcome: 'refused', reason: error.message };
      throw error;
    }
  };

  /** Begins a transaction for a bill, whose number it gets. */
  const transact = (
    type: 'merchantpay' | 'disbursement',
    billId: string,
    { question, correlationId }: { question: object; correlationId: string },
  ): Promise<Verdict> =>
    asking(async () => {
      const callbackUrl = new URL(callbackPath(billId, await secrets()), origin()).href;
      const transaction = { ...question, requestingOrganisationTransactionReference: billId };
      const answer = await client.post(`/transactions/type/${type}`, transaction, { correlationId, callbackUrl });
      if (answer.status === 201) return takeTransaction(answer.body, billId);
      if (errorOf(answer.body) === 'businessRule/duplicateRequest') return askOutcome(correlationId, billId);
      if (answer.status !== 202) return refusedBy(answer);
      const { status } = (answer.body ?? {}) as { status?: unknown };
      if (status === 'failed') return { outcome: 'refused', reason: 'The provider told that the request failed' };
      return status === 'completed' ? askOutcome(correlationId, billId) : DELIVERED;
    });

  /** Whether money that went out was for a bill of this server. */
  const isPayout = async (type: unknown, { billId }: ToldPayment): Promise<boolean> => {
    const invoice = type === 'disbursement' ? await store.read<Invoice>('Invoice', billId) : undefined;
    return invoice !== undefined && isBill(invoice);
  };

  const transactionsOf = async (day: string): Promise<ToldPayment[] | Verdict> => {
    const payments: ToldPayment[] = [];
    for (let page = 0; page < MOST_PAGES; page++) {
      const times = `fromDateTime=${day}T00:00:00Z&toDateTime=${day}T23:59:59Z`;
      const answer = await client.get(
        `/accounts/accountid/${account}/transactions?${times}&limit=${PAGE}&offset=${page * PAGE}`,
      );
      if (answer.status !== 200 || !Array.isArray(answer.body)) return refusedBy(answer);
      for (const transaction of answer.body as unknown[]) {
        const told = readTransaction(transaction, { today: day });
        const { type } = transaction as { type?: unknown };
        if (told.status !== 'completed') continue;
        if (PAID_BY.has(String(type)) || (await isPayout(type, told.payment))) payments.push(told.payment);
      }
      if (answer.body.length < PAGE) return payments;
    }
    return { outcome: 'refused', reason: `The day has more than ${MOST_PAGES * PAGE} transactions` };
  };

  const failed = (
    status: number,
    error: GsmaError,
    { message, reason }: { message: string; reason: string },
  ): Answered => ({
    ...{ status, contentType: 'application/json', body: gsmaErrorBody(error, reason, now()) },
    ...{ outcome: 'refused', message, reason },
  });
  const taken = (message: string): Answered => ({
    ...{ status: 204, contentType: 'application/json', body: '' },
    ...{ outcome: 'delivered', message },
  });

  const onNotification = async ({ billId, proof, body }: GsmaCallback): Promise<Answered> => {
    if (!isSigned(await secrets(), provenBy(billId), `sha256=${proof}`)) {
      const reason = 'The path of the callback is none that this server has given.';
      return failed(401, { category: 'authorisation', code: 'clientAuthorisationError' }, { message: 'none', reason });
    }
    let told: ReturnType<typeof readTransaction>;
    try {
      told = readTransaction(JSON.parse(body), { billId, today: today() });
    } catch (error) {
      if (!(error instanceof MalformedTransaction) && !(error instanceof SyntaxError)) throw error;
      const reason = error instanceof SyntaxError ? 'The callback is no JSON.' : error.message;
      return failed(400, { category: 'validation', code: 'formatError' }, { message: billId, reason });
    }
    if (told.status === 'pending') return taken(billId);
    if (told.status === 'failed') {
      const isKnown = await takeProgress(take, billId, told);
      return isKnown
        ? taken(billId)
        : failed(404, ERRORS.unmatched.error, { message: billId, reason: 'There is no such bill' });
    }
    const { outcome, reason = '' } = await book(told.payment);
    const message = told.payment.reference;
    if (outcome === 'booked') return taken(message);
    const { status, error } = ERRORS[outcome];
    return failed(status, error, { message, reason });
  };

  return {
    gateway: GSMA,
    requestCollection: ({ id, amount, currency, payerPhone, description }, attempt) => {
      if (payerPhone === '')
        return Promise.resolve({ outcome: 'refused', reason: 'No telephone of the payer is known' });
      const question = {
        ...{ amount, currency, descriptionText: description },
        debitParty: [{ key: 'msisdn', value: payerPhone }],
        creditParty: [own],
      };
      return transact('merchantpay', id, { question, correlationId: correlationIdOf('collection', id, attempt) });
    },
    disburse: ({ billId, amount, currency, payeePhone, description }, attempt) => {
      const question = {
        ...{ amount, currency, descriptionText: description },
        debitParty: [own],
        creditParty: [{ key: 'msisdn', value: payeePhone }],
      };
      return transact('disbursement', billId, { question, correlationId: correlationIdOf('payout', billId, attempt) });
    },
    requestReconciliation: day =>
      asking(async () => {
        const payments = await transactionsOf(day);
        if (!Array.isArray(payments)) return payments;
        await takeReconciliation(take, payments, day);
        return DELIVERED;
      }),
    onNotification,
  };
};
