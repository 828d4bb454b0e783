import { auditRow } from '../../src/audit/audit-facts.ts';
import { createClock } from '../../src/clock.ts';
import { type Config, isAudited } from '../../src/config.ts';
import type { Client } from '../../src/security/client.ts';
import { createClientRegistry } from '../../src/security/client-registry.ts';
import { fixedKeys } from '../../src/security/key-set.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { AuditRow } from '../../src/store/store.ts';
import { StoreInUseError } from '../../src/store/store-error.ts';
import { readStoreKeys } from '../../src/store/store-keys.ts';
import { createAsk, taken } from '../ask-server.ts';

/** The clients of a store, wherever that is open. */
export interface Registrations {
  all(): Promise<Client[]>;
  find(id: string): Promise<Client | undefined>;
  /** Puts the client in place of the version that was found last, or makes it. */
  register(client: Client): Promise<void>;
  close(): Promise<void>;
}

const inStore = async (config: Config): Promise<Registrations> => {
  const store = await openStore(config.store, { keys: readStoreKeys(config.storeKeys) });
  const now = createClock(store.lastUpdated);
  const clients = createClientRegistry({
    ...{ store, now },
    createKeys: ({ jwks }) => fixedKeys(jwks),
  });
  await clients.readOn();
  const rowsOf = ({ id, status, role }: Client): AuditRow[] => {
    if (!isAudited(config)) return [];
    const note = `npm run client on the machine of the store: ${id}, ${role}, ${status}`;
    return [
      auditRow({ at: now(), deed: 'administration', outcome: 0, by: { clientId: 'operator' }, note, patients: [] }),
    ];
  };
  return {
    all: async () => clients.all().map(({ client }) => client),
    find: async id => clients.find(id)?.client,
    register: async client => {
      await clients.register(client, clients.find(client.id)?.versionId ?? 0, rowsOf(client));
    },
    close: () => store.close(),
  };
};

const byServer = async (config: Config): Promise<Registrations> => {
  const ask = await createAsk(config);
  const etags = new Map<string, string>();
  return {
    all: async () => taken(await ask('GET', '/admin/clients')).clients as Client[],
    find: async id => {
      const answer = await ask('GET', `/admin/clients/${encodeURIComponent(id)}`);
      if (answer.status === 404) return undefined;
      if (answer.etag !== undefined) etags.set(id, answer.etag);
      return taken(answer) as unknown as Client;
    },
    register: async client => {
      taken(await ask('PUT', `/admin/clients/${client.id}`, client, etags.get(client.id)));
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
