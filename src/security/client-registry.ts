import { refuse } from '../fhir/fhir-error.ts';
import { followNewest } from '../store/follow-newest.ts';
import type { AuditRow, Change, SequencedVersion, Store } from '../store/store.ts';
import type { Caller, Scope } from './caller.ts';
import type { Client } from './client.ts';
import type { KeySet } from './key-set.ts';
import { parseScope } from './parse-scope.ts';

/** No type of FHIR has such a name, so that no capability file can enable it and no route leads to it. */
const CLIENT_TYPE = 'kiungo-client';

/** A client that is registered, ready for requests. A new object for each of its versions. */
export interface RegisteredClient {
  readonly client: Client;
  readonly versionId: number;
  /** When it was registered so, in milliseconds since 1970. */
  readonly lastUpdated: number;
  /** All that it may be granted. */
  readonly scopes: readonly Scope[];
  /** What it is where it proves itself without a token. */
  readonly caller: Caller;
  readonly keys: KeySet;
}

/** Clients as they are registered in the store, kept in memory. Disabled ones are found by `find` and `all` only. */
export interface ClientRegistry {
  find(id: string): RegisteredClient | undefined;
  withCertificate(fingerprint: string): RegisteredClient | undefined;
  withOpenhimId(name: string): RegisteredClient | undefined;
  all(): RegisteredClient[];
  /** Brings what is known up to what is stored, whichever process stored it. */
  readOn(): Promise<void>;
  /**
   * Registers a client, or a new version of it in place of `over` (0 for a new one).
   * @param audit what is told of it, in the same unit
   * @throws {FhirError} 409 where another version is there, or another client has the same certificate or name in OpenHIM
   */
  register(client: Client, over: number, audit?: readonly AuditRow[]): Promise<RegisteredClient>;
}

/** What a caller is with some scopes. */
export const callerOf = ({ id, role, organization, normalize }: Client, scopes: readonly Scope[]): Caller => ({
  clientId: id,
  role,
  ...(organization !== undefined && { organization }),
  ...(normalize !== undefined && { normalize }),
  scopes,
});

const certificateIdentity = (fingerprint: string): string => `${CLIENT_TYPE} certificate ${fingerprint}`;
const openhimIdentity = (name: string): string => `${CLIENT_TYPE} openhim ${name}`;

const identitiesOf = ({ certificates = [], openhimClientId }: Client): string[] => [
  ...certificates.map(certificateIdentity),
  ...(openhimClientId === undefined ? [] : [openhimIdentity(openhimClientId)]),
];

/**
 * The clients of a store. They live there as documents of a type that FHIR does not have.
 * @param options.createKeys makes the keys that a client signs with
 * @param options.now time of registrations; never runs backwards
 */
export const createClientRegistry = ({
  store,
  now,
  createKeys,
}: {
  store: Pick<Store, 'newest' | 'commit'>;
  now: () => number;
  createKeys: (client: Client) => KeySet;
}): ClientRegistry => {
  const clients = new Map<string, RegisteredClient>();
  const byIdentity = new Map<string, RegisteredClient>();
  const take = (versions: readonly SequencedVersion[]): void => {
    for (const { id, versionId, lastUpdated, method, body } of versions) {
      const before = clients.get(id);
      if (before !== undefined) {
        for (const identity of identitiesOf(before.client)) {
          if (byIdentity.get(identity) === before) byIdentity.delete(identity);
        }
      }
      if (method === 'DELETE') {
        clients.delete(id);
        continue;
      }
      const client = JSON.parse(body) as Client;
      const scopes = client.scopes.map(parseScope).filter(scope => scope !== undefined);
      const keys = createKeys(client);
      const registered = { client, versionId, lastUpdated, scopes, caller: callerOf(client, scopes), keys };
      clients.set(id, registered);
      for (const identity of identitiesOf(client)) byIdentity.set(identity, registered);
    }
  };
  const readOn = followNewest(store, [CLIENT_TYPE], take);
  const active = (registered: RegisteredClient | undefined): RegisteredClient | undefined =>
    registered?.client.status === 'active' ? registered : undefined;
  return {
    find: id => clients.get(id),
    withCertificate: fingerprint => active(byIdentity.get(certificateIdentity(fingerprint))),
    withOpenhimId: name => active(byIdentity.get(openhimIdentity(name))),
    all: () => [...clients.values()],
    readOn,
    register: async (client, over, audit = []) => {
      const key = { resourceType: CLIENT_TYPE, id: client.id };
      const change: Change = {
        ...key,
        versionId: over + 1,
        lastUpdated: now(),
        method: over === 0 ? 'POST' : 'PUT',
        text: JSON.stringify(client),
        index: [],
        identities: identitiesOf(client),
      };
      const result = await store.commit({ changes: [change], audit });
      if (result.outcome === 'identity-taken') {
        throw refuse(
          'identity-taken',
          'Another client has this certificate or this name in OpenHIM. Each proves one client only.',
        );
      }
      if (result.outcome !== 'committed') {
        throw refuse(
          'version-conflict',
          `The client ${client.id} is registered in another version than the one that was meant. Read it, and try again.`,
        );
      }
      await readOn();
      return clients.get(client.id)!;
    },
  };
};
