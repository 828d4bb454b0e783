import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * How the peer behaves: as it should, or with a fault. `late`: it does what it is asked, and the line breaks before it answers. `paid`: the payer
 * pays at once.
 */
export type GsmaMood = 'well' | 'away' | 'late' | 'paid' | `error ${string}`;

/** A request for a payment, as the peer has got it. */
export interface GsmaRequest {
  correlationId: string;
  callbackUrl: string;
  apiKey: string | undefined;
  transaction: Record<string, unknown>;
}

/** A provider of mobile money as a merchant sees it, in this process. */
export interface GsmaPeer {
  /** Base of its API. */
  url: string;
  /** Requests that it took, each once. */
  readonly requests: readonly GsmaRequest[];
  /** Days whose transactions were asked for. */
  readonly days: readonly string[];
  mood(mood: GsmaMood): void;
  /** Has the payer of a bill pay; other members of the transaction can be given. The merchant is not told. */
  pay(billId: string, changes?: Record<string, unknown>): Record<string, unknown>;
  /** Tells the merchant something of a bill, where it wants to be told. */
  callBack(billId: string, body: unknown): Promise<{ status: number; body: string }>;
  close(): Promise<void>;
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
};

const errorOf = (category: string, code: string) => ({
  errorCategory: category,
  errorCode: code,
  errorDateTime: new Date().toISOString(),
});

/** Starts the peer on a free port, or on a given one. */
export const startGsma = async (port = 0): Promise<GsmaPeer> => {
  const requests: GsmaRequest[] = [];
  const days: string[] = [];
  const paid = new Map<string, Record<string, unknown>>();
  let mood: GsmaMood = 'well';

  const isOf = (billId: string, { transaction }: GsmaRequest): boolean =>
    transaction.requestingOrganisationTransactionReference === billId;
  const pay: GsmaPeer['pay'] = (billId, changes = {}) => {
    const request = requests.findLast(each => isOf(billId, each));
    const transaction = {
      ...request?.transaction,
      type: 'merchantpay',
      transactionReference: randomUUID(),
      transactionStatus: 'completed',
      creationDate: '2026-03-02T08:00:00Z',
      ...changes,
    };
    paid.set(request?.correlationId ?? randomUUID(), transaction);
    return transaction;
  };

  const collect = ({ headers }: IncomingMessage, text: string): [number, unknown] => {
    if (mood.startsWith('error ')) return [400, errorOf('businessRule', mood.slice(6))];
    const correlationId = String(headers['x-correlationid']);
    if (requests.some(request => request.correlationId === correlationId)) {
      return [400, errorOf('businessRule', 'duplicateRequest')];
    }
    const transaction = JSON.parse(text) as Record<string, unknown>;
    const callbackUrl = String(headers['x-callback-url']);
    const apiKey = headers['x-api-key'] as string | undefined;
    requests.push({ correlationId, callbackUrl, apiKey, transaction });
    if (mood === 'paid') return [201, pay(String(transaction.requestingOrganisationTransactionReference))];
    return [202, { serverCorrelationId: randomUUID(), status: 'pending', notificationMethod: 'callback' }];
  };
  const transactions = ({ searchParams }: URL): unknown[] => {
    days.push(searchParams.get('fromDateTime')!.slice(0, 10));
    const offset = Number(searchParams.get('offset'));
    return [...paid.values()].slice(offset, offset + Number(searchParams.get('limit')));
  };
  const answerTo = (request: IncomingMessage, text: string): [number, unknown] => {
    const url = new URL(request.url!, 'http://peer');
    const [, kind, id] = url.pathname.split('/');
    if (request.method === 'POST') return collect(request, text);
    if (kind === 'accounts') return [200, transactions(url)];
    const found =
      kind === 'responses'
        ? paid.get(id!)
        : [...paid.values()].find(({ transactionReference }) => transactionReference === id);
    if (found === undefined) return [404, errorOf('identification', 'identifierError')];
    return [200, kind === 'responses' ? { link: `/transactions/${found.transactionReference}` } : found];
  };

  const server = createServer(async (request, response) => {
    const text = await bodyOf(request);
    if (mood === 'away') {
      response.writeHead(503).end(JSON.stringify(errorOf('serviceUnavailable', 'genericError')));
      return;
    }
    const [status, body] = answerTo(request, text);
    if (mood === 'late') response.destroy();
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    days,
    mood: next => {
      mood = next;
    },
    pay,
    callBack: async (billId, body) => {
      const { callbackUrl } = requests.findLast(request => isOf(billId, request))!;
      const answer = await fetch(callbackUrl, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: answer.status, body: await answer.text() };
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
