import { generateKeyPairSync, type JsonWebKey, type KeyObject, randomUUID, sign } from 'node:crypto';

/** A key pair of a client or an issuer, as tests sign with it. */
export interface TestKey {
  privateKey: KeyObject;
  /** The public half, named. */
  jwk: JsonWebKey & { kid: string };
  alg: 'ES384' | 'RS384' | 'RS256';
}

export const newKey = (alg: TestKey['alg'] = 'ES384', kid: string = randomUUID()): TestKey => {
  const { privateKey, publicKey } =
    alg === 'ES384'
      ? generateKeyPairSync('ec', { namedCurve: 'P-384' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, alg, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg } };
};

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A signed JWT. `header` goes over what the key says of itself. */
export const signJwt = ({ privateKey, alg, jwk: { kid } }: TestKey, claims: object, header: object = {}): string => {
  const text = `${part({ alg, kid, typ: 'JWT', ...header })}.${part(claims)}`;
  const signature = sign(`sha${alg.slice(2)}`, Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
};

export const seconds = (): number => Math.floor(Date.now() / 1000);

/** The claims of a good client assertion. */
export const assertionClaims = (clientId: string, tokenUrl: string): Record<string, unknown> => ({
  iss: clientId,
  sub: clientId,
  aud: tokenUrl,
  iat: seconds(),
  exp: seconds() + 240,
  jti: randomUUID(),
});
