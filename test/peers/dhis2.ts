import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the peer answers: as version 2.42 does, as 2.37 did, or with faults. */
export type Dhis2Mood = 'new' | 'old' | 'unknown-org-unit' | 'warning' | 'away';

/** What it was sent. */
export interface Received {
  path: string;
  contentType: string;
  body: string;
}

/** DHIS2's API of data values, in this process. */
export interface Dhis2Peer {
  url: string;
  readonly received: readonly Received[];
  mood(mood: Dhis2Mood): void;
  close(): Promise<void>;
}

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
};

const valuesOf = (body: string): number => body.match(/<dataValue |"dataElement"/g)?.length ?? 0;

/** Starts the peer; its user is `admin` with the password `district`. What it has seen before counts as ignored. */
export const startDhis2 = async (port = 0): Promise<Dhis2Peer> => {
  const received: Received[] = [];
  const seen = new Set<string>();
  let mood: Dhis2Mood = 'new';

  const answer = (body: string): [status: number, answer: unknown] => {
    const [imported, ignored] = seen.has(body) ? [0, valuesOf(body)] : [valuesOf(body), 0];
    const importCount = { imported, updated: 0, ignored, deleted: 0 };
    const conflict = { object: 'HF009', objects: { orgUnit: 'HF009' }, value: 'Org unit not found or not accessible' };
    switch (mood) {
      case 'away':
        return [503, 'Service Unavailable'];
      case 'old':
        seen.add(body);
        return [200, { responseType: 'ImportSummary', status: 'SUCCESS', importCount }];
      case 'warning':
        return [200, { status: 'WARNING', response: { status: 'WARNING', importCount, conflicts: [conflict] } }];
      case 'unknown-org-unit':
        return [409, { status: 'ERROR', response: { status: 'ERROR', importCount, conflicts: [conflict, conflict] } }];
      default:
        seen.add(body);
        return [
          200,
          { httpStatusCode: 200, status: 'OK', response: { status: 'SUCCESS', importCount, conflicts: [] } },
        ];
    }
  };

  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const isKnown = request.headers.authorization === `Basic ${Buffer.from('admin:district').toString('base64')}`;
    received.push({ path: request.url!, contentType: request.headers['content-type']!, body });
    const [status, told] = isKnown
      ? answer(body)
      : [401, { httpStatusCode: 401, status: 'ERROR', message: 'Unauthorized' }];
    response.writeHead(status as number, { 'content-type': 'application/json' });
    response.end(typeof told === 'string' ? told : JSON.stringify(told));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    mood: next => {
      mood = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
