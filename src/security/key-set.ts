import type { KeyObject } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import { publicKeyOf } from './client.ts';
import { isKeyFor } from './jwt.ts';

/** The public keys of somebody who signs. */
export interface KeySet {
  /** Those that can have made a signature, by the names that its token gives. Rejects where published keys cannot be had. */
  find(alg: string, kid: string | undefined): Promise<KeyObject[]>;
}

/** Which keys somebody may sign with, and for which algorithms they are. */
export interface KeyKind {
  /** The key of a JWK, or undefined where it is of no use. */
  read(jwk: unknown): KeyObject | undefined;
  /** @param declared what the JWK itself says that it is for */
  suits(alg: string, key: KeyObject, declared: string | undefined): boolean;
}

/** Keys of tokens. */
const TOKEN_KEYS: KeyKind = {
  read: publicKeyOf,
  suits: (alg, key, declared) => (declared === undefined || declared === alg) && isKeyFor(alg, key),
};

interface NamedKey {
  kid: string | undefined;
  alg: string | undefined;
  key: KeyObject;
}

/** Of a published set that holds more, the others are not looked at. */
const MOST_KEYS = 50;

/** How long published keys are believed to be those that are used, and how soon they are fetched again for one that is not known. */
const BELIEVED_MS = 10 * 60_000;
const REFETCH_MS = 30_000;
/** How soon they are asked for again where nobody answered. */
const RETRY_MS = 5000;

const readKeys = (jwks: unknown, kind: KeyKind): NamedKey[] => {
  const list = isJsonObject(jwks) && Array.isArray(jwks.keys) ? jwks.keys.slice(0, MOST_KEYS) : [];
  return list.flatMap(jwk => {
    const key = kind.read(jwk);
    if (key === undefined) return [];
    const { kid, alg } = jwk as JsonObject;
    return [{ key, kid: typeof kid === 'string' ? kid : undefined, alg: typeof alg === 'string' ? alg : undefined }];
  });
};

const pick = (keys: readonly NamedKey[], kind: KeyKind, alg: string, kid: string | undefined): KeyObject[] =>
  keys
    .filter(named => (kid === undefined || named.kid === kid) && kind.suits(alg, named.key, named.alg))
    .map(({ key }) => key);

/** Keys that are known. */
export const fixedKeys = (jwks: unknown, kind = TOKEN_KEYS): KeySet => {
  let keys: readonly NamedKey[] | undefined;
  return {
    find: async (alg, kid) => {
      keys ??= readKeys(jwks, kind);
      return pick(keys, kind, alg, kid);
    },
  };
};

/**
 * Keys that are published as JWKS and change now and then: kept for ten minutes, and fetched again for a key that is not among them,
 * though not more often than every thirty seconds, whatever is sent.
 * @param fetchJwks rejects where they cannot be had
 * @param kind which of them are of use; those of tokens where nothing is said
 */
export const publishedKeys = (
  fetchJwks: () => Promise<unknown>,
  now: () => number,
  kind: KeyKind = TOKEN_KEYS,
): KeySet => {
  let known: { keys: readonly NamedKey[]; at: number } | undefined;
  let fetching: Promise<void> | undefined;
  let tried = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  const fetchOnce = (): Promise<void> => {
    if (fetching !== undefined) return fetching;
    tried = now();
    fetching = fetchJwks()
      .then(
        jwks => {
          known = { keys: readKeys(jwks, kind), at: now() };
          failure = undefined;
        },
        (error: unknown) => {
          failure = error;
          throw error;
        },
      )
      .finally(() => {
        fetching = undefined;
      });
    return fetching;
  };
  const mayFetch = (): boolean =>
    fetching !== undefined || Math.abs(now() - tried) >= (failure === undefined ? REFETCH_MS : RETRY_MS);
  return {
    find: async (alg, kid) => {
      if (known === undefined) {
        if (!mayFetch()) throw failure;
        await fetchOnce();
      } else if (now() - known.at > BELIEVED_MS && mayFetch()) {
        // Where they cannot be had just now, those that were there are used on.
        await fetchOnce().catch(() => {});
      }
      const found = pick(known?.keys ?? [], kind, alg, kid);
      if (found.length > 0 || !mayFetch()) return found;
      await fetchOnce();
      return pick(known?.keys ?? [], kind, alg, kid);
    },
  };
};
