import { refuse } from '../fhir/fhir-error.ts';
import type { AccessTokens, Proven } from './access-token.ts';
import { createBoundedMemory } from './bounded-memory.ts';
import type { Caller } from './caller.ts';
import type { ClientRegistry } from './client-registry.ts';
import type { VerifyOidc } from './oidc.ts';
import { loginRequired, tokenRefused } from './refuse-login.ts';

/** What a request brings along to say who asks. */
export interface Proof {
  authorization: string | undefined;
  /** SHA-256 fingerprint of the client's certificate, if the server has accepted it. */
  certificate: string | undefined;
  /** `X-OpenHIM-ClientID`. */
  openhimClientId: string | undefined;
  /** Code of what the request is made for. */
  purposeOfUse: string | undefined;
}

/** Tells who asks. @throws {FhirError} (or rejects with it) 401 where that is not proven, 400, 503 */
export type Authenticate = (proof: Proof) => Caller | Promise<Caller>;

const MOST_TOKENS = 5000;
const LONGEST_TOKEN = 8 * 1024;
const PURPOSE = /^[A-Z]{2,20}$/;
const BEARER = /^bearer +([\w.~+/=-]+)$/i;

const HOW =
  'Send an access token as "Authorization: Bearer ...", or a client certificate that is registered. docs/security.md tells how to get one.';

const withPurpose = (caller: Caller, purposeOfUse: string | undefined): Caller => {
  if (purposeOfUse === undefined) return caller;
  if (PURPOSE.test(purposeOfUse)) return { ...caller, purposeOfUse };
  throw refuse('header-malformed', 'X-Purpose-Of-Use is one code of v3-ActReason, like TREAT, HPAYMT or BTG.');
};

/**
 * Puts the ways to prove a client together. What a token was found to prove is remembered until it ends, so that the next request with
 * it costs a look-up, and forgotten at once when its client is registered anew or disabled.
 * @param options.oidc verifies tokens of an issuer outside, if there is one
 * @param options.isOpenhim whether a request comes from OpenHIM, if the server is behind one
 * @param options.now milliseconds since 1970, of the machine's clock
 */
export const createAuthenticate = ({
  clients,
  tokens,
  oidc,
  isOpenhim,
  now,
}: {
  clients: ClientRegistry;
  tokens: AccessTokens;
  oidc?: VerifyOidc | undefined;
  isOpenhim?: ((authorization: string | undefined, certificate: string | undefined) => boolean) | undefined;
  now: () => number;
}): Authenticate => {
  const known = createBoundedMemory<Proven>(MOST_TOKENS);
  const verify = async (token: string, at: number): Promise<Caller> => {
    if (token.length > LONGEST_TOKEN) throw tokenRefused(`it is longer than ${LONGEST_TOKEN} characters`);
    const proving = tokens.verify(token, at) ?? oidc?.(token, at);
    if (proving === undefined) throw tokenRefused('it was not made by this server');
    const proven = await proving;
    known.set(token, proven);
    return proven.caller;
  };
  const ofToken = (token: string): Caller | Promise<Caller> => {
    const at = now();
    const proven = known.get(token);
    if (proven !== undefined) {
      const { caller, until, registered } = proven;
      if (until > at && (registered === undefined || clients.find(registered.client.id) === registered)) return caller;
      known.delete(token);
    }
    return verify(token, at);
  };
  const ofOpenhim = (name: string | undefined): Caller => {
    const registered = name === undefined ? undefined : clients.withOpenhimId(name);
    if (registered !== undefined) return registered.caller;
    throw loginRequired(
      'OpenHIM names no client that is registered here. Make its channel private, and register the client with the name that it has in OpenHIM.',
    );
  };
  return ({ authorization, certificate, openhimClientId, purposeOfUse }) => {
    const token = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
    if (isOpenhim?.(authorization, undefined)) return withPurpose(ofOpenhim(openhimClientId), purposeOfUse);
    if (token !== undefined) {
      const caller = ofToken(token);
      return caller instanceof Promise
        ? caller.then(found => withPurpose(found, purposeOfUse))
        : withPurpose(caller, purposeOfUse);
    }
    if (isOpenhim?.(undefined, certificate)) return withPurpose(ofOpenhim(openhimClientId), purposeOfUse);
    const registered = certificate === undefined ? undefined : clients.withCertificate(certificate);
    if (registered === undefined) throw loginRequired(HOW);
    return withPurpose(registered.caller, purposeOfUse);
  };
};
