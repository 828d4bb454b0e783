import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Caller, Scope } from './caller.ts';
import { OPERATOR } from './client.ts';
import { type ClientRegistry, callerOf, type RegisteredClient } from './client-registry.ts';
import { writeScope } from './grant-scopes.ts';
import { parseScopes } from './parse-scope.ts';
import { tokenRefused } from './refuse-login.ts';

/** Seconds that a token of ours is worth something. */
export const TOKEN_LIFETIME_S = 300;

/** Ours are told from all others by this; they are no JWTs, so that none can be taken for the other. */
const PREFIX = 'kiungo1.';
const OPERATOR_LIFETIME_S = 60;

/** What a token says: client, version of its registration, scopes, end in seconds since 1970. */
type Payload = readonly [clientId: string, versionId: number, scopes: string, end: number];

/** Who a token is for, and until when (milliseconds since 1970). */
export interface Proven {
  caller: Caller;
  until: number;
  /** The registration that it holds with; undefined for the operator. */
  registered: RegisteredClient | undefined;
}

/** Makes and verifies the access tokens of one store: any of its processes takes those of the others, with nothing to look up. */
export interface AccessTokens {
  issue(registered: RegisteredClient, scopes: readonly Scope[], now: number): string;
  /** Proof of whoever can read the store's key, and so all that is in it. */
  issueToOperator(now: number): string;
  /** Undefined for what is no token of ours. @throws {FhirError} 401 for one that does not hold */
  verify(token: string, now: number): Promise<Proven> | undefined;
}

const ADMINISTRATOR: Caller = { clientId: OPERATOR, role: 'administrator', scopes: parseScopes('system/*.cruds') };

const isPayload = (value: unknown): value is Payload =>
  Array.isArray(value) &&
  value.length === 4 &&
  typeof value[0] === 'string' &&
  Number.isSafeInteger(value[1]) &&
  typeof value[2] === 'string' &&
  Number.isSafeInteger(value[3]);

/**
 * Tokens signed with a key that is made of the store's. A token holds for one version of a client's registration: whoever is disabled, or
 * gets other scopes or another role, needs a new one.
 */
export const createAccessTokens = (
  signingKey: Buffer,
  clients: Pick<ClientRegistry, 'find' | 'readOn'>,
): AccessTokens => {
  const key = Buffer.from(hkdfSync('sha256', signingKey, '', 'access token', 32));
  const sign = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const print = (payload: Payload): string => {
    const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
    return `${PREFIX}${text}.${sign(text).toString('base64url')}`;
  };
  const read = (token: string): Payload | undefined => {
    const [, text = '', signature = ''] = token.split('.', 3);
    const given = Buffer.from(signature, 'base64url');
    const wanted = sign(text);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
    const payload: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return isPayload(payload) ? payload : undefined;
  };
  const prove = async (token: string, now: number): Promise<Proven> => {
    const payload = read(token);
    if (payload === undefined) throw tokenRefused('it was not made by this server, or has been changed');
    const [clientId, versionId, scopes, end] = payload;
    const until = end * 1000;
    if (until <= now) throw tokenRefused('it has expired. Ask for a new one at the token endpoint');
    if (clientId === OPERATOR) return { caller: ADMINISTRATOR, until, registered: undefined };
    let registered = clients.find(clientId);
    if (registered === undefined || registered.versionId < versionId) {
      await clients.readOn();
      registered = clients.find(clientId);
    }
    if (registered?.client.status !== 'active' || registered.versionId !== versionId) {
      throw tokenRefused(
        'the client is disabled or was registered anew since. Ask for a new one at the token endpoint',
      );
    }
    return { caller: callerOf(registered.client, parseScopes(scopes)), until, registered };
  };
  return {
    issue: ({ client, versionId }, scopes, now) =>
      print([client.id, versionId, scopes.map(writeScope).join(' '), Math.floor(now / 1000) + TOKEN_LIFETIME_S]),
    issueToOperator: now => print([OPERATOR, 0, '', Math.floor(now / 1000) + OPERATOR_LIFETIME_S]),
    verify: (token, now) => (token.startsWith(PREFIX) ? prove(token, now) : undefined),
  };
};
