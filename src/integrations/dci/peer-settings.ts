import { isJsonObject, type JsonObject } from '../../fhir/resource.ts';
import { LEAST_ATTRIBUTES, RECORD_ATTRIBUTES, type Register } from './register.ts';

/** Another system of DCI's, as the operator has registered it. */
export interface PeerSettings {
  senderId: string;
  /** What of the store it sees. */
  role: string;
  organization?: string;
  /** `require`: who does not sign is refused. Else it must prove itself by the token of `client`; `warn` tells the operator. */
  signature: 'off' | 'warn' | 'require';
  /** Where its public keys are. */
  jwksFile?: string;
  jwksUrl?: string;
  /** Id of the registered client that it is where it does not sign. */
  client?: string;
  /** Below which its answers go; `/on-search` and the like are added. */
  callbackUrl?: string;
  /** Where it answers as a registry, whose persons are taken from there. */
  registryUrl?: string;
  /** What of records it is told, by register. */
  attributes: Readonly<Record<Register, readonly string[]>>;
  /** Codes of purposes, one of which a search must name as `consent` or `authorize`; none: it need not. */
  purposes: readonly string[];
}

/** The file of `KIUNGO_DCI_PEERS`. */
export interface DciSettings {
  /** What this server is called. */
  senderId: string;
  /** PEM of the key that answers are signed with, and what it is called; they are not signed without one. */
  keyFile?: string;
  keyId: string;
  /** What kinds of numbers are here: the system of the identifier (a URL), or the code of its type. */
  identifierTypes: Readonly<Record<string, string>>;
  peers: readonly PeerSettings[];
}

const SENDER = /^[A-Za-z0-9._-]{1,64}$/;
const REFERENCE = /^[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9\-.]{1,64}$/;
const PURPOSE = /^[A-Za-z0-9._-]{1,40}$/;
/** Nobody breaks the glass from a registry. */
const EMERGENCY = 'BTG';

const fail = (where: string, text: string): never => {
  throw new Error(`${where} ${text}`);
};

const membersOf = (value: unknown, where: string, known: readonly string[]): JsonObject => {
  if (!isJsonObject(value)) return fail(where, 'is an object');
  const strange = Object.keys(value).find(name => !known.includes(name));
  return strange === undefined ? value : fail(`${where}.${strange}`, `is not known: ${known.join(', ')} are`);
};

const textOf = (value: unknown, where: string, form = /^[^\p{Cc}]{1,500}$/u): string =>
  typeof value === 'string' && form.test(value) ? value : fail(where, `is a text of the form ${form.source}`);

const optional = <Name extends string>(object: JsonObject, name: Name, where: string, form?: RegExp) =>
  (object[name] === undefined ? {} : { [name]: textOf(object[name], `${where}.${name}`, form) }) as {
    [N in Name]?: string;
  };

const listOf = (value: unknown, where: string): readonly string[] =>
  Array.isArray(value) ? value.map((each, index) => textOf(each, `${where}[${index}]`)) : fail(where, 'is a list');

const readAttributes = (value: unknown, where: string): PeerSettings['attributes'] => {
  if (value === undefined) return LEAST_ATTRIBUTES;
  const given = membersOf(value, where, Object.keys(RECORD_ATTRIBUTES));
  const read = Object.entries(given).map(([register, names]) => {
    const known = RECORD_ATTRIBUTES[register as Register];
    const list = listOf(names, `${where}.${register}`);
    const strange = list.find(name => !known.includes(name));
    return strange === undefined ? [register, list] : fail(`${where}.${register}`, `may hold ${known.join(', ')}`);
  });
  return { ...LEAST_ATTRIBUTES, ...Object.fromEntries(read) };
};

const PEER_MEMBERS = [
  ...['senderId', 'role', 'organization', 'signature', 'jwksFile', 'jwksUrl', 'client', 'callbackUrl', 'registryUrl'],
  ...['attributes', 'purposes'],
];

const readPeer = (value: unknown, where: string): PeerSettings => {
  const peer = membersOf(value, where, PEER_MEMBERS);
  const { signature = 'require', purposes = [] } = peer;
  if (signature !== 'off' && signature !== 'warn' && signature !== 'require') {
    return fail(`${where}.signature`, 'is off, warn or require');
  }
  if (signature !== 'off' && peer.jwksFile === undefined && peer.jwksUrl === undefined) {
    return fail(where, 'needs jwksFile or jwksUrl: its signatures are verified by the keys there');
  }
  const read = listOf(purposes, `${where}.purposes`).map((code, i) => textOf(code, `${where}.purposes[${i}]`, PURPOSE));
  if (read.includes(EMERGENCY)) fail(`${where}.purposes`, `may not hold ${EMERGENCY}`);
  return {
    ...{ senderId: textOf(peer.senderId, `${where}.senderId`, SENDER), role: textOf(peer.role, `${where}.role`) },
    ...optional(peer, 'organization', where, REFERENCE),
    ...optional(peer, 'jwksFile', where),
    ...optional(peer, 'jwksUrl', where, /^https?:\/\/[!-~]+$/),
    ...optional(peer, 'client', where),
    ...optional(peer, 'callbackUrl', where, /^https?:\/\/[!-~]+[^/]$/),
    ...optional(peer, 'registryUrl', where, /^https?:\/\/[!-~]+[^/]$/),
    ...{ signature, attributes: readAttributes(peer.attributes, `${where}.attributes`), purposes: read },
  };
};

/**
 * Reads the settings of DCI.
 * @throws {Error} naming the place of what is missing or not known
 */
export const readDciSettings = (value: unknown): DciSettings => {
  const known = ['senderId', 'keyFile', 'keyId', 'identifierTypes', 'peers'];
  const settings = membersOf(value, 'dci', known);
  const { identifierTypes = { UIN: 'Code' }, keyId = '1', peers } = settings;
  const types = isJsonObject(identifierTypes) ? identifierTypes : fail('dci.identifierTypes', 'is an object');
  if (!Array.isArray(peers)) return fail('dci.peers', 'is a list');
  const read = peers.map((peer, index) => readPeer(peer, `dci.peers[${index}]`));
  const twice = read.find(({ senderId }, index) => read.findIndex(other => other.senderId === senderId) !== index);
  if (twice !== undefined) fail('dci.peers', `has ${twice.senderId} twice`);
  return {
    ...{ senderId: textOf(settings.senderId, 'dci.senderId', SENDER), keyId: textOf(keyId, 'dci.keyId') },
    ...optional(settings, 'keyFile', 'dci'),
    identifierTypes: Object.fromEntries(
      Object.entries(types).map(([name, to]) => [name, textOf(to, `dci.identifierTypes.${name}`)]),
    ),
    peers: read,
  };
};
