import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a peer got. */
export interface Receipt {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * How a peer behaves. `lost`: it takes what it gets, and the line breaks before it answers. `cut`: it hangs up before it has taken anything. A number is the
 * status that it answers with, having taken what it got only where that is 2xx.
 */
export type Behaviour = 'lost' | 'cut' | number;

/** A peer on a socket of its own, which takes what it is sent by HTTP. */
export interface Webhook {
  url: string;
  /** What it has taken, in order. */
  receipts: Receipt[];
  /** How many requests came, whatever became of them. */
  attempts(): number;
  /** What it does from now on; by request where it is a function. */
  behave(behaviour: Behaviour | ((receipt: Receipt) => Behaviour)): void;
  /** Resolves when so many were taken. */
  taken(count: number): Promise<void>;
  close(): Promise<void>;
}

/** What a peer says of a request that it answers with a status, where its protocol has other statuses and bodies than HTTP's own. */
export type Wording = (status: number, receipt: Receipt) => { status: number; body?: string };

/** Starts a peer on a free port of this machine, or on a given one. */
export const startWebhook = async (wording: Wording = status => ({ status }), port = 0): Promise<Webhook> => {
  const receipts: Receipt[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let behaviour: (receipt: Receipt) => Behaviour = () => 200;
  let attempts = 0;
  const server = createServer((request, response) => {
    attempts += 1;
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const receipt = { method, path, headers, body: Buffer.concat(chunks).toString() };
      const what = behaviour(receipt);
      if (what === 'lost' || (what !== 'cut' && Math.floor(what / 100) === 2)) receipts.push(receipt);
      if (what === 'lost' || what === 'cut') request.socket.destroy();
      else {
        const { status, body } = wording(what, receipt);
        response.writeHead(status).end(body);
      }
      for (const { count, resolve } of waiting) if (receipts.length >= count) resolve();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    receipts,
    attempts: () => attempts,
    behave: next => {
      behaviour = typeof next === 'function' ? next : () => next;
    },
    taken: count =>
      new Promise(resolve => {
        if (receipts.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
