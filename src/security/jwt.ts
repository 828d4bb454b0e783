import { constants, type KeyObject, verify } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../fhir/resource.ts';

/** A JSON Web Token as it was sent; nothing in it is proven. https://www.rfc-editor.org/rfc/rfc7519 */
export interface Jwt {
  alg: string;
  kid: string | undefined;
  header: JsonObject;
  claims: JsonObject;
  signed: Buffer;
  signature: Buffer;
}

/** Longer texts are no tokens. */
const MOST_CHARACTERS = 8 * 1024;
const PARTS = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;

interface Algorithm {
  hash: string;
  /** Of the key, as Node names it. */
  type: 'rsa' | 'ec';
  curve?: string;
  isPss?: true;
}

/** Signatures by keys of two halves only: no "none", and nothing whose secret the server would share with those who send it. */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ['RS256', { hash: 'sha256', type: 'rsa' }],
  ['RS384', { hash: 'sha384', type: 'rsa' }],
  ['RS512', { hash: 'sha512', type: 'rsa' }],
  ['PS256', { hash: 'sha256', type: 'rsa', isPss: true }],
  ['PS384', { hash: 'sha384', type: 'rsa', isPss: true }],
  ['PS512', { hash: 'sha512', type: 'rsa', isPss: true }],
  ['ES256', { hash: 'sha256', type: 'ec', curve: 'prime256v1' }],
  ['ES384', { hash: 'sha384', type: 'ec', curve: 'secp384r1' }],
]);

/** Names of the algorithms that signatures are verified by. */
export const SIGNATURE_ALGORITHMS: readonly string[] = [...ALGORITHMS.keys()];

const readPart = (part: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Takes a token apart; undefined for what is none, is too long, or has extensions that must be understood. */
export const readJwt = (text: string): Jwt | undefined => {
  if (text.length > MOST_CHARACTERS) return undefined;
  const [, first, second, third] = PARTS.exec(text) ?? [];
  if (first === undefined || second === undefined || third === undefined) return undefined;
  const header = readPart(first);
  const claims = readPart(second);
  if (header === undefined || claims === undefined || header.crit !== undefined) return undefined;
  const { alg, kid } = header;
  if (typeof alg !== 'string' || (kid !== undefined && typeof kid !== 'string')) return undefined;
  const signed = Buffer.from(`${first}.${second}`, 'latin1');
  return { alg, kid, header, claims, signed, signature: Buffer.from(third, 'base64url') };
};

/** Whether a key is of the kind that an algorithm works with. */
export const isKeyFor = (alg: string, { asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean => {
  const algorithm = ALGORITHMS.get(alg);
  return (
    algorithm !== undefined &&
    asymmetricKeyType === algorithm.type &&
    (algorithm.curve === undefined || asymmetricKeyDetails?.namedCurve === algorithm.curve)
  );
};

const PKCS1 = { padding: constants.RSA_PKCS1_PADDING };
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/** Whether the holder of the private half of this key has signed the token. */
export const isSignedBy = ({ alg, signed, signature }: Jwt, key: KeyObject): boolean => {
  const algorithm = ALGORITHMS.get(alg);
  if (algorithm === undefined || !isKeyFor(alg, key)) return false;
  const { hash, type, isPss } = algorithm;
  const form = type === 'ec' ? { dsaEncoding: 'ieee-p1363' as const } : isPss ? PSS : PKCS1;
  return verify(hash, signed, { key, ...form }, signature);
};
