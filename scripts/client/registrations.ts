import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { createClock, machineNow } from '../../src/clock.ts';
import type { Config } from '../../src/config.ts';
import { createAccessTokens } from '../../src/security/access-token.ts';
import type { Client } from '../../src/security/client.ts';
import { createClientRegistry } from '../../src/security/client-registry.ts';
import { fixedKeys } from '../../src/security/key-set.ts';
import { openStore } from '../../src/store/open-store.ts';
import { readSigningKey } from '../../src/store/read-signing-key.ts';
import { StoreInUseError } from '../../src/store/store-error.ts';

/** The clients of a store, wherever that is open. */
export interface Registrations {
  all(): Promise<Client[]>;
  find(id: string): Promise<Client | undefined>;
  /** Puts the client in place of the version that was found last, or makes it. */
  register(client: Client): Promise<void>;
  close(): Promise<void>;
}

const inStore = async (config: Config): Promise<Registrations> => {
  const store = await openStore(config.store);
  const clients = createClientRegistry({
    store,
    now: createClock(store.lastUpdated),
    createKeys: ({ jwks }) => fixedKeys(jwks),
  });
  await clients.readOn();
  return {
    all: async () => clients.all().map(({ client }) => client),
    find: async id => clients.find(id)?.client,
    register: async client => {
      await clients.register(client, clients.find(client.id)?.versionId ?? 0);
    },
    close: () => store.close(),
  };
};

interface Answer {
  status: number;
  etag: string | undefined;
  body: Record<string, unknown>;
}

/** Asks the server on this machine; its certificate must be the very one of the settings, whatever it is called here. */
const createAsk = async (
  config: Config,
): Promise<(method: string, path: string, body?: Client, etag?: string) => Promise<Answer>> => {
  const isTls = config.tlsCert !== '';
  const pinned = isTls
    ? { ca: await readFile(config.tlsCert), allowPartialTrustChain: true, checkServerIdentity: () => undefined }
    : {};
  const wildcard: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const host = wildcard[config.host] ?? config.host;
  const tokens = createAccessTokens(readSigningKey(config.store), { find: () => undefined, readOn: async () => {} });
  return async (method, path, body, etag) => {
    const headers = {
      authorization: `Bearer ${tokens.issueToOperator(machineNow())}`,
      'content-type': 'application/json',
      ...(etag !== undefined && { 'if-match': etag }),
    };
    const send = isTls ? httpsRequest : httpRequest;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      send(
        { host, port: config.port, method, path: `/admin/clients${path}`, headers, agent: false, ...pinned },
        resolve,
      )
        .on('error', error => {
          const where = `${host}:${config.port} (KIUNGO_HOST, KIUNGO_PORT)`;
          reject(
            new Error(`The store is in use, but no server answers at ${where}: ${error.message}`, { cause: error }),
          );
        })
        .end(body === undefined ? undefined : JSON.stringify(body));
    });
    const answer = JSON.parse(await text(response)) as Record<string, unknown>;
    return { status: response.statusCode ?? 0, etag: response.headers.etag, body: answer };
  };
};

const byServer = async (config: Config): Promise<Registrations> => {
  const ask = await createAsk(config);
  const etags = new Map<string, string>();
  const taken = ({ status, body }: Answer): Record<string, unknown> => {
    if (status < 300) return body;
    const [issue] = (body.issue ?? []) as { diagnostics?: string }[];
    throw new Error(issue?.diagnostics ?? `The server answered ${status}.`);
  };
  return {
    all: async () => taken(await ask('GET', '')).clients as Client[],
    find: async id => {
      const answer = await ask('GET', `/${encodeURIComponent(id)}`);
      if (answer.status === 404) return undefined;
      if (answer.etag !== undefined) etags.set(id, answer.etag);
      return taken(answer) as unknown as Client;
    },
    register: async client => {
      taken(await ask('PUT', `/${client.id}`, client, etags.get(client.id)));
    },
    close: async () => {},
  };
};

/** Opens the store of the settings or, where a server has it, asks that. */
export const openRegistrations = async (config: Config): Promise<Registrations> => {
  try {
    return await inStore(config);
  } catch (error) {
    if (error instanceof StoreInUseError) return byServer(config);
    throw error;
  }
};
