import { refuse } from '../fhir/fhir-error.ts';
import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import type { Proven } from './access-token.ts';
import type { Scope } from './caller.ts';
import { type ClientRegistry, callerOf, type RegisteredClient } from './client-registry.ts';
import { grantScopes } from './grant-scopes.ts';
import { isSignedBy, type Jwt, readJwt, SIGNATURE_ALGORITHMS } from './jwt.ts';
import { publishedKeys } from './key-set.ts';
import { fetchJson, type Outgoing } from './outgoing.ts';
import { parseScopes } from './parse-scope.ts';
import { tokenRefused } from './refuse-login.ts';
import { CLOCK_SKEW_S, timeFault } from './token-times.ts';

/** An issuer of tokens of its own, such as Keycloak, and what is agreed with it. */
export interface OidcOptions {
  issuer: string;
  /** What its tokens must be meant for. */
  audience: string;
  /** Who this server is to the issuer, where it may ask it about tokens that are no JWT. */
  introspection?: { clientId: string; secret: string };
}

/** Verifies a token of the issuer. Rejects with 401 for one that does not hold, 503 where the issuer cannot be reached. */
export type VerifyOidc = (token: string, now: number) => Promise<Proven>;

/** How long what the issuer says of itself is believed, and of an opaque token. */
const DISCOVERY_MS = 60 * 60_000;
const INTROSPECTION_MS = 60_000;
const MOST_INTROSPECTIONS = 20;

interface Discovery {
  jwksUri: string;
  introspectionEndpoint: string | undefined;
}

const meantFor = (audience: unknown, wanted: string): boolean =>
  audience === wanted || (Array.isArray(audience) && audience.includes(wanted));

const unavailable = (cause: unknown) =>
  refuse(
    'issuer-unavailable',
    'The issuer of access tokens cannot be asked at the moment. Send the request again later.',
    {
      headers: { 'retry-after': '5' },
      cause,
    },
  );

/** What a token says of scopes narrows what its client is registered for; one that says nothing of SMART's scopes does not. */
const scopesOf = (claims: JsonObject, allowed: readonly Scope[]): readonly Scope[] => {
  const asked = typeof claims.scope === 'string' ? parseScopes(claims.scope) : [];
  return asked.length === 0 ? allowed : grantScopes(asked, allowed);
};

const registeredFor = (claims: JsonObject, clients: Pick<ClientRegistry, 'find'>): RegisteredClient => {
  const id = claims.azp ?? claims.client_id;
  const registered = typeof id === 'string' ? clients.find(id) : undefined;
  if (registered?.client.status === 'active') return registered;
  throw tokenRefused('its client (azp or client_id) is not registered at this server, or is disabled');
};

/**
 * Tokens of an issuer outside: signed ones (JWT) are verified with its published keys, opaque ones are asked about if that is agreed.
 * The client that a token names must be registered here; its role and organization are those of the registration.
 * https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export const createOidc = (
  { issuer, audience, introspection }: OidcOptions,
  { outgoing, clients, now }: { outgoing: Outgoing; clients: Pick<ClientRegistry, 'find'>; now: () => number },
): VerifyOidc => {
  let discovered: { at: number; discovery: Promise<Discovery> } | undefined;
  const discover = (): Promise<Discovery> => {
    if (discovered !== undefined && now() - discovered.at < DISCOVERY_MS) return discovered.discovery;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const discovery = fetchJson(outgoing, { url }).then(found => {
      if (!isJsonObject(found) || found.issuer !== issuer || typeof found.jwks_uri !== 'string') {
        throw new Error('The issuer does not say of itself what KIUNGO_OIDC_ISSUER says, or publishes no keys');
      }
      const { introspection_endpoint: endpoint } = found;
      return { jwksUri: found.jwks_uri, introspectionEndpoint: typeof endpoint === 'string' ? endpoint : undefined };
    });
    const entry = { at: now(), discovery };
    discovered = entry;
    discovery.catch(() => {
      if (discovered === entry) discovered = undefined;
    });
    return discovery;
  };
  const keys = publishedKeys(async () => fetchJson(outgoing, { url: (await discover()).jwksUri }), now);

  const verifySigned = async (jwt: Jwt): Promise<JsonObject> => {
    if (!SIGNATURE_ALGORITHMS.includes(jwt.alg)) throw tokenRefused('it is signed by an algorithm that is not taken');
    const found = await keys.find(jwt.alg, jwt.kid).catch((error: unknown) => {
      throw unavailable(error);
    });
    if (!found.some(key => isSignedBy(jwt, key))) throw tokenRefused('the issuer has not signed it');
    return jwt.claims;
  };

  let asking = 0;
  const introspect = async (token: string, at: number): Promise<JsonObject> => {
    if (introspection === undefined) throw tokenRefused('it is no JWT');
    const { introspectionEndpoint: url } = await discover().catch((error: unknown) => {
      throw unavailable(error);
    });
    if (url === undefined) throw tokenRefused('it is no JWT, and the issuer cannot be asked about it');
    // Whoever sends made-up tokens does not have the issuer flooded.
    if (asking >= MOST_INTROSPECTIONS) throw unavailable(undefined);
    const { clientId, secret } = introspection;
    const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString('base64');
    asking++;
    const answer = await fetchJson(outgoing, {
      url,
      method: 'POST',
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
    })
      .catch((error: unknown) => {
        throw unavailable(error);
      })
      .finally(() => {
        asking--;
      });
    if (!isJsonObject(answer) || answer.active !== true) throw tokenRefused('the issuer says that it is not active');
    return { iss: issuer, exp: at / 1000 + INTROSPECTION_MS / 1000, ...answer };
  };

  return async (token, at) => {
    const jwt = readJwt(token);
    const isOpaque = jwt === undefined;
    const claims = isOpaque ? await introspect(token, at) : await verifySigned(jwt);
    if (claims.iss !== issuer) throw tokenRefused('it is of another issuer');
    if (!meantFor(claims.aud, audience))
      throw tokenRefused(`it is not meant for this server: aud has no "${audience}"`);
    const fault = timeFault(claims, at);
    if (fault !== undefined) throw tokenRefused(fault);
    const registered = registeredFor(claims, clients);
    const end = (Number(claims.exp) + CLOCK_SKEW_S) * 1000;
    const until = isOpaque ? Math.min(end, at + INTROSPECTION_MS) : end;
    const caller = callerOf(registered.client, scopesOf(claims, registered.scopes));
    return { caller, until, registered };
  };
};
