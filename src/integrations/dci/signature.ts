import { createHash, createPublicKey, type JsonWebKey, type KeyObject, sign, verify } from 'node:crypto';
import { isJsonObject } from '../../fhir/resource.ts';
import type { KeyKind, KeySet } from '../../security/key-set.ts';
import { DciFault } from './dci-fault.ts';

/** Seconds that the clocks of two systems may differ, and that a signature of ours holds. */
const CLOCK_SKEW_S = 300;
const LIFETIME_S = 3600;
const LONGEST = 8 * 1024;
const LEAST_RSA_BITS = 2048;

/** What a signature can be made with, by the name that it says. */
const ALGORITHMS: ReadonlyMap<string, { keyType: string; hash: string | null }> = new Map([
  ['ed25519', { keyType: 'ed25519', hash: null }],
  ['rsa-sha256', { keyType: 'rsa', hash: 'sha256' }],
]);

/** Keys that messages of DCI are signed with: Ed25519, and RSA of 2048 bits or more. */
export const DCI_KEYS: KeyKind = {
  read: jwk => {
    if (!isJsonObject(jwk) || 'd' in jwk || 'k' in jwk) return undefined;
    try {
      const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
      return isStrong(key) ? key : undefined;
    } catch {
      return undefined;
    }
  },
  suits: (alg, key) => ALGORITHMS.get(alg)?.keyType === key.asymmetricKeyType,
};

const isStrong = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean =>
  asymmetricKeyType === 'ed25519' ||
  (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_RSA_BITS);

/** What this server signs with. */
export interface SigningKey {
  senderId: string;
  keyId: string;
  key: KeyObject;
}

const PART = /([A-Za-z]+)="([^"]*)"/g;

const partsOf = (signature: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...signature.matchAll(PART)].map(([, name, value]) => [name, value]));

/** The text that is signed: when it was made, until when it holds, and the SHA-256 of the message. */
const signingText = (created: string, expires: string, signed: string): Buffer => {
  const digest = createHash('sha256').update(signed).digest('base64');
  return Buffer.from(`(created): ${created}\n(expires): ${expires}\ndigest: SHA-256=${digest}`);
};

/** The signature of a header and a message, in the characters in which they are sent. `now` in milliseconds since 1970 UTC. */
export const signatureOf = (signed: string, { senderId, keyId, key }: SigningKey, now: number): string => {
  const algorithm = key.asymmetricKeyType === 'ed25519' ? 'ed25519' : 'rsa-sha256';
  const created = String(Math.floor(now / 1000));
  const expires = String(Math.floor(now / 1000) + LIFETIME_S);
  const value = sign(ALGORITHMS.get(algorithm)!.hash, signingText(created, expires, signed), key).toString('base64');
  return (
    `Signature: namespace="dci", kidId="${senderId}|${keyId}|${algorithm}", algorithm="${algorithm}", ` +
    `created="${created}", expires="${expires}", headers="(created) (expires) digest", signature="${value}"`
  );
};

const invalid = (text: string): DciFault => new DciFault('err.signature.invalid', `The signature is refused: ${text}.`);

/**
 * Has a sender prove that it has sent a message as it is.
 * @param now milliseconds since 1970 UTC
 * @throws {DciFault} where it has not
 */
export const requireSignature = async (
  { signature, signed }: { signature: string; signed: string },
  { senderId, keys, now }: { senderId: string; keys: KeySet | undefined; now: number },
): Promise<void> => {
  if (signature === '') throw new DciFault('err.signature.missing', 'This sender must sign its messages.');
  if (signature.length > LONGEST) throw invalid('it is too long');
  const { kidId = '', algorithm = '', created = '', expires = '', headers, signature: value } = partsOf(signature);
  const [sender, keyId, ofKey] = kidId.split('|');
  if (value === undefined || sender === undefined || keyId === undefined) {
    throw invalid('it has the parts kidId, algorithm, created, expires, headers and signature');
  }
  if (sender !== senderId) throw invalid('kidId begins with the sender_id of the header');
  if (!ALGORITHMS.has(algorithm) || (ofKey !== undefined && ofKey !== algorithm)) {
    throw invalid(`algorithm is ${[...ALGORITHMS.keys()].join(' or ')}, in kidId too`);
  }
  if (headers !== '(created) (expires) digest') throw invalid('headers is "(created) (expires) digest"');
  const seconds = now / 1000;
  if (!(/^\d{1,12}$/.test(created) && Number(created) <= seconds + CLOCK_SKEW_S)) {
    throw invalid('created is a time in the past, in seconds since 1970');
  }
  if (!(/^\d{1,12}$/.test(expires) && Number(expires) >= seconds - CLOCK_SKEW_S)) throw invalid('it has expired');
  const found =
    (await keys?.find(algorithm, keyId).catch(() => {
      throw new DciFault('err.service.unavailable', 'The keys of this sender cannot be had at the moment.');
    })) ?? [];
  const text = signingText(created, expires, signed);
  const { hash } = ALGORITHMS.get(algorithm)!;
  const isProven = found.some(key => verify(hash, text, key, Buffer.from(value, 'base64')));
  if (!isProven) throw invalid('no key of this sender has signed this message');
};
