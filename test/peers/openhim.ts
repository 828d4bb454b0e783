import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A mediator as it was registered last. */
interface Registered {
  urn: string;
  version: string;
  config: Record<string, unknown>;
  defaultChannelConfig: { name: string }[];
}

/** OpenHIM's API of mediators, as version 8.5 answers, in this process. */
export interface OpenhimPeer {
  url: string;
  /** What was asked for, as `POST /mediators 201`. */
  readonly log: readonly string[];
  readonly mediators: ReadonlyMap<string, Registered>;
  /** Resolves with the next request that the line begins with. */
  next(line: string): Promise<void>;
  /** An operator changes the settings of a mediator in the console. */
  configure(urn: string, config: Record<string, unknown>): void;
  /** Loses its database. */
  forget(): void;
  /** Answers everything with 503, or no more. */
  fail(isFailing: boolean): void;
  close(): Promise<void>;
}

const VERSION = /^\d+\.\d+\.\d+$/;

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
};

/** Starts the peer; its only user is `root@openhim.org` with the password `secret`. */
export const startOpenhim = async (port = 0): Promise<OpenhimPeer> => {
  const log: string[] = [];
  const waiting: { line: string; resolve: () => void }[] = [];
  const mediators = new Map<string, Registered>();
  const channels = new Set<string>();
  const changed = new Set<string>();
  let isFailing = false;

  const answerTo = async (request: IncomingMessage): Promise<[status: number, body?: unknown]> => {
    const body = await bodyOf(request);
    const { pathname } = new URL(request.url!, 'http://openhim');
    if (isFailing) return [503];
    const expected = `Basic ${Buffer.from('root@openhim.org:secret').toString('base64')}`;
    if (request.headers.authorization !== expected) return [401, 'Unauthorized'];
    if (pathname === '/mediators') {
      const mediator = body as Registered;
      if (!mediator.urn || !VERSION.test(mediator.version)) return [400, 'Invalid mediator'];
      const known = mediators.get(mediator.urn);
      if (known === undefined || mediator.version > known.version) {
        mediators.set(mediator.urn, { ...mediator, config: known?.config ?? mediator.config });
      }
      return [201, 'User Authenticated Successfully'];
    }
    const [, , urn = '', what] = pathname.split('/').map(decodeURIComponent);
    const mediator = mediators.get(urn);
    if (mediator === undefined) return [404];
    if (what === 'channels') {
      const wanted = mediator.defaultChannelConfig.map(({ name }) => name);
      if (wanted.some(name => channels.has(name))) return [400, 'Channel names are unique'];
      for (const name of wanted) channels.add(name);
      return [201];
    }
    const { uptime, config } = body as { uptime?: number; config?: boolean };
    if (typeof uptime !== 'number') return [400];
    return config === true || changed.delete(urn) ? [200, mediator.config] : [200];
  };

  const server: Server = createServer(async (request, response) => {
    const [status, body] = await answerTo(request);
    const line = `${request.method} ${decodeURIComponent(request.url!)} ${status}`;
    response.writeHead(status).end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
    log.push(line);
    for (const each of waiting.splice(0)) {
      if (line.startsWith(each.line)) each.resolve();
      else waiting.push(each);
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    mediators,
    next: line => new Promise(resolve => waiting.push({ line, resolve })),
    configure(urn, config) {
      Object.assign(mediators.get(urn)!.config, config);
      changed.add(urn);
    },
    forget() {
      mediators.clear();
      channels.clear();
    },
    fail(failing) {
      isFailing = failing;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
