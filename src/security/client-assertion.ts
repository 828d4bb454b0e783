import { createHash } from 'node:crypto';
import type { Store } from '../store/store.ts';
import type { ClientRegistry, RegisteredClient } from './client-registry.ts';
import { isSignedBy, type Jwt, readJwt } from './jwt.ts';
import { CLOCK_SKEW_S, timeFault } from './token-times.ts';

/** What SMART asks servers to take. https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html */
export const ASSERTION_ALGORITHMS = ['RS384', 'ES384'] as const;

/** Seconds that an assertion may be worth something. */
const LONGEST_LIFETIME_S = 300;
const LONGEST_JTI = 256;

const includes = (audience: unknown, url: string): boolean =>
  audience === url || (Array.isArray(audience) && audience.includes(url));

/** What is wrong with an assertion before anybody's keys are looked at, in words for its client. */
const faultOf = ({ alg, claims }: Jwt, tokenUrl: string, now: number): string | undefined => {
  if (!(ASSERTION_ALGORITHMS as readonly string[]).includes(alg)) {
    return `alg is ${ASSERTION_ALGORITHMS.join(' or ')}`;
  }
  const { iss, sub, aud, exp, jti } = claims;
  if (typeof iss !== 'string' || iss !== sub) return 'iss and sub are both the id of the client';
  if (!includes(aud, tokenUrl)) return `aud is ${tokenUrl}`;
  const fault = timeFault(claims, now);
  if (fault !== undefined) return fault;
  if (Number(exp) > now / 1000 + LONGEST_LIFETIME_S + CLOCK_SKEW_S) return 'exp is at most five minutes ahead';
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI) return 'jti is a text that is used once only';
  return undefined;
};

/** Says what to change; the client has not proven who it is. */
export class AssertionFault extends Error {}

/** Told alike for a client that is not there, is disabled, or has other keys. */
const NOT_PROVEN = 'no registered client has signed it with a key of its own';

/**
 * Has a client prove who it is by what it has signed, once: the same assertion proves nothing any more, to any process of the store.
 * https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html
 * @throws {AssertionFault}
 */
export const proveByAssertion = async (
  assertion: string,
  {
    clients,
    store,
    tokenUrl,
    now,
  }: { clients: Pick<ClientRegistry, 'find'>; store: Pick<Store, 'commit'>; tokenUrl: string; now: number },
): Promise<RegisteredClient> => {
  const jwt = readJwt(assertion);
  if (jwt === undefined) throw new AssertionFault('client_assertion is no JWT');
  const fault = faultOf(jwt, tokenUrl, now);
  if (fault !== undefined) throw new AssertionFault(fault);
  const { iss, exp, jti } = jwt.claims as { iss: string; exp: number; jti: string };
  const registered = clients.find(iss);
  if (registered?.client.status !== 'active') throw new AssertionFault(NOT_PROVEN);
  const { jku } = jwt.header;
  if (jku !== undefined && jku !== registered.client.jwksUrl) throw new AssertionFault('jku is not the registered one');
  const keys = await registered.keys.find(jwt.alg, jwt.kid).catch(() => {
    throw new AssertionFault('the keys of the client cannot be fetched from the URL that is registered for them');
  });
  if (!keys.some(key => isSignedBy(jwt, key))) throw new AssertionFault(NOT_PROVEN);
  const name = `assertion ${createHash('sha256').update(`${iss}\n${jti}`).digest('base64url')}`;
  const until = (exp + 2 * CLOCK_SKEW_S) * 1000;
  const { outcome } = await store.commit({ changes: [], once: { name, from: now, until } });
  if (outcome !== 'committed') throw new AssertionFault('its jti was used before: make a new assertion for each token');
  return registered;
};
