import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Patient } from 'fhir/r4.js';
import type { AuditTrail } from './audit/audit-trail.ts';
import type { Config } from './config.ts';
import type { TellExchange } from './integrations/connector/exchange.ts';
import type { Peer } from './integrations/connector/peer.ts';
import { askRegistry } from './integrations/dci/ask-registry.ts';
import { callbackPeer } from './integrations/dci/callback-peer.ts';
import { followSubscriptions, notifyPeer } from './integrations/dci/notify-peer.ts';
import { type PeerSettings, readDciSettings } from './integrations/dci/peer-settings.ts';
import type { DciPeer } from './integrations/dci/prove-sender.ts';
import { type Answered, type Received, receive } from './integrations/dci/receive.ts';
import { DCI_KEYS } from './integrations/dci/signature.ts';
import type { Deps } from './interactions/context.ts';
import { findCandidates } from './operations/find-candidates.ts';
import { taskForPair } from './operations/task-for-pair.ts';
import type { Caller, Scope } from './security/caller.ts';
import { fixedKeys, type KeySet, publishedKeys } from './security/key-set.ts';
import { fetchJson, type Outgoing } from './security/outgoing.ts';

/** The social registries that the operator has set up. */
export interface Dci {
  /** Who is told of something, at the moment. */
  peers(): readonly Peer[];
  /** Brings what is known of subscriptions up to what is stored. */
  readOn(): Promise<void>;
  /** Asks registries for persons that have changed, where it is time. */
  questions: readonly (() => Promise<void>)[];
  receive(received: Received & Pick<RequestFacts, 'address' | 'requestId'>): Promise<Answered>;
}

interface RequestFacts {
  address: string;
  requestId: string;
}

/** A peer does what its role lets it do. */
const ALL: Scope = { resourceType: '*', create: true, read: true, update: true, delete: true, search: true };

const readJson = (setting: string, file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${setting}: ${file}: ${(error as Error).message}`, { cause: error });
  }
};

const callerOf = ({ senderId, role, organization }: PeerSettings, purposeOfUse: string | undefined): Caller => ({
  ...{ clientId: `dci:${senderId}`, role, scopes: [ALL] },
  ...(organization === undefined ? {} : { organization }),
  ...(purposeOfUse === undefined ? {} : { purposeOfUse }),
});

/** Messages of nobody known that are told of in a minute: who sends more does not fill the disk with them. */
const MOST_UNKNOWN = 100;
const MINUTE_MS = 60_000;

const boundUnknown = (): ((at: number) => boolean) => {
  let unknown = { since: 0, count: 0 };
  return at => {
    if (at - unknown.since > MINUTE_MS) unknown = { since: at, count: 0 };
    return ++unknown.count > MOST_UNKNOWN;
  };
};

/**
 * Sets social registries up; undefined where there are none.
 * @throws {Error} naming the setting that cannot be used
 */
export const createDci = (
  config: Config,
  deps: Deps,
  {
    depsOfCaller,
    roles,
    trail,
    outgoing,
    tell,
  }: {
    depsOfCaller: (caller: Caller) => Deps;
    roles: ReadonlyMap<string, unknown>;
    trail: AuditTrail | undefined;
    outgoing: Outgoing;
    tell: TellExchange;
  },
): Dci | undefined => {
  if (config.dciPeers === '') return undefined;
  const setting = 'KIUNGO_DCI_PEERS';
  const beside = (file: string): string => resolve(dirname(config.dciPeers), file);
  const settings = readDciSettings(readJson(setting, config.dciPeers));
  const { senderId, keyId, keyFile } = settings;
  const key =
    keyFile === undefined
      ? undefined
      : { senderId, keyId, key: createPrivateKey(readFileSync(beside(keyFile), 'utf8')) };

  const keysOf = ({ jwksFile, jwksUrl }: PeerSettings): KeySet | undefined => {
    if (jwksFile !== undefined) return fixedKeys(readJson(setting, beside(jwksFile)), DCI_KEYS);
    return jwksUrl === undefined
      ? undefined
      : publishedKeys(() => fetchJson(outgoing, { url: jwksUrl }), deps.now, DCI_KEYS);
  };
  const peerOf = (peer: PeerSettings): DciPeer => {
    if (!roles.has(peer.role)) throw new Error(`${setting}: ${peer.senderId}: there is no role "${peer.role}"`);
    return { settings: peer, keys: keysOf(peer), depsFor: purpose => depsOfCaller(callerOf(peer, purpose)) };
  };
  const peers = new Map(settings.peers.map(peer => [peer.senderId, peerOf(peer)]));

  const noteShown = (peer: PeerSettings, query: string, patients: readonly string[], request = {}): void =>
    trail?.gather({
      ...{ at: deps.now(), deed: 'operation', outcome: 0, query, patients },
      by: { ...callerOf(peer, undefined), ...request },
    });
  const context = {
    ...{ settings, key, deps },
    proof: {
      ...{ peers, isLoginRequired: config.auth.length > 0 },
      warn: (peer: string, reason: string) => deps.tell('A signature of DCI does not hold', { peer, reason }),
    },
  };
  const isOneTooMany = boundUnknown();
  const subscriptions = followSubscriptions(deps.store);
  const callbacks = [...peers.values()].flatMap(peer => {
    const { callbackUrl, senderId: name } = peer.settings;
    if (callbackUrl === undefined) return [];
    const note = (patients: readonly string[]): void => noteShown(peer.settings, 'callback', patients);
    const callback = { settings, peer, callbackUrl, key, deps, outgoing, noteShown: note };
    let notify: Peer | undefined;
    return [
      {
        senderId: name,
        callback: callbackPeer(callback),
        notify: (): Peer => {
          notify ??= notifyPeer(callback, subscriptions);
          return notify;
        },
      },
    ];
  });
  const question = (peer: DciPeer): (() => Promise<void>)[] => {
    const { registryUrl, senderId: registry } = peer.settings;
    if (registryUrl === undefined) return [];
    return [
      () => {
        const from = deps.now();
        return askRegistry({
          ...{ settings, key, peer, registryUrl, deps, outgoing },
          match: async patient => {
            const candidates = await findCandidates(deps, patient);
            return candidates.map(({ version, likeness }) => ({
              id: version.id,
              isCertain: likeness.grade === 'certain',
            }));
          },
          askClerk: async id => {
            const { body } = (await deps.store.read({ resourceType: 'Patient', id }))!;
            const others = await findCandidates(deps, JSON.parse(body) as Patient, id);
            for (const other of others) await taskForPair(deps, id, other);
          },
          tell: told => {
            const at = deps.now();
            tell({ peer: `dci.${registry}`, kind: 'dci', direction: 'sent', at, durationMs: at - from, ...told });
          },
        });
      },
    ];
  };
  return {
    peers: () =>
      callbacks.flatMap(({ senderId: name, callback, notify }) => {
        const hasSubscribed = subscriptions.of(name).length > 0;
        return hasSubscribed ? [callback, notify()] : [callback];
      }),
    readOn: subscriptions.readOn,
    questions: [...peers.values()].flatMap(question),
    receive: async ({ address, requestId, ...received }) => {
      const from = deps.now();
      const answered = await receive(context, received);
      const { peer, outcome, message, reason, patients } = answered;
      const at = deps.now();
      if (peer === undefined && isOneTooMany(at)) return answered;
      const name = `dci.${peer?.senderId ?? 'unknown'}`;
      const told = reason === undefined ? {} : { reason };
      tell({ peer: name, kind: 'dci', direction: 'received', outcome, message, at, durationMs: at - from, ...told });
      if (peer !== undefined && outcome === 'delivered')
        noteShown(peer, received.path, patients, { address, requestId });
      return answered;
    },
  };
};
