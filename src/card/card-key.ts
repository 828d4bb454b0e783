import { createECDH, createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';

/** A public key as its page of keys shows it. https://www.rfc-editor.org/rfc/rfc7517 */
export interface PublicKey {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
  use: 'sig';
  alg: 'ES256';
  /** The key's thumbprint, which names it. https://www.rfc-editor.org/rfc/rfc7638 */
  kid: string;
}

/** What cards are signed with. */
export interface CardKey {
  privateKey: KeyObject;
  publicKey: PublicKey;
}

const CURVE = 'prime256v1';
/** The order of P-256: a private key is a number from 1 to below it. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const withThumbprint = (privateKey: KeyObject): CardKey => {
  const { x, y } = createPublicKey(privateKey).export({ format: 'jwk' }) as { x: string; y: string };
  const named = JSON.stringify({ crv: 'P-256', kty: 'EC', x, y });
  const kid = createHash('sha256').update(named).digest('base64url');
  return { privateKey, publicKey: { kty: 'EC', crv: 'P-256', x, y, use: 'sig', alg: 'ES256', kid } };
};

/**
 * The key of a store that was given none: made of its secret, so that it is the same in all its processes and after every start.
 * More bytes than the number has make all keys as good as equally likely.
 */
export const cardKeyOf = (secret: Uint8Array): CardKey => {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'membership card', 48));
  const number = (BigInt(`0x${bytes.toString('hex')}`) % (ORDER - 1n)) + 1n;
  const d = Buffer.from(number.toString(16).padStart(64, '0'), 'hex');
  const pair = createECDH(CURVE);
  pair.setPrivateKey(d);
  const point = pair.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map(part => part.toString('base64url'));
  const key = { kty: 'EC', crv: 'P-256', d: d.toString('base64url'), x: x!, y: y! };
  return withThumbprint(createPrivateKey({ format: 'jwk', key }));
};

/** A key from a PEM file. @throws {Error} where it is no private key of P-256, with a text for the operator */
export const readCardKey = (pem: string): CardKey => {
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyDetails?.namedCurve !== CURVE) {
    throw new Error(
      'Cards are signed with keys of P-256: make one by openssl ecparam -name prime256v1 -genkey -noout.',
    );
  }
  return withThumbprint(privateKey);
};
