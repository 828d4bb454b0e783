import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { Client } from '../../src/security/client.ts';

/** By what a client proves itself. */
export type GivenProofs = Pick<Client, 'jwks' | 'jwksUrl' | 'certificates' | 'openhimClientId'>;

/** A private key that is not on disk yet. */
export interface NewKey {
  file: string;
  pem: string;
}

interface ProofOptions {
  'new-key'?: string | undefined;
  jwks?: string | undefined;
  'jwks-url'?: string | undefined;
  certificate?: string[] | undefined;
  openhim?: string | undefined;
}

const FINGERPRINT = /^(?:[0-9a-f]{2}:?){32}$/i;

const fingerprintOf = async (given: string): Promise<string> =>
  (FINGERPRINT.test(given) ? given : new X509Certificate(await readFile(given)).fingerprint256)
    .replaceAll(':', '')
    .toLowerCase();

/** Makes a key for ES384; the public half is named by its thumbprint (https://www.rfc-editor.org/rfc/rfc7638). */
const makeKey = (): { pem: string; jwk: NonNullable<Client['jwks']>['keys'][number] } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  return { pem, jwk: { kty, crv, x, y, kid, alg: 'ES384', use: 'sig' } as never };
};

/** Reads what the options name, and makes the key that they ask for. */
export const readProofs = async (
  options: ProofOptions,
): Promise<{ proofs: GivenProofs; privateKey: NewKey | undefined }> => {
  const { 'new-key': file, jwks, 'jwks-url': jwksUrl, certificate, openhim } = options;
  const made = file === undefined ? undefined : makeKey();
  const published = jwks === undefined ? [] : JSON.parse(await readFile(jwks, 'utf8')).keys;
  const keys = [...published, ...(made === undefined ? [] : [made.jwk])];
  const proofs: GivenProofs = {
    ...(keys.length > 0 && { jwks: { keys } }),
    ...(jwksUrl !== undefined && { jwksUrl }),
    ...(certificate !== undefined && { certificates: await Promise.all(certificate.map(fingerprintOf)) }),
    ...(openhim !== undefined && { openhimClientId: openhim }),
  };
  return { proofs, privateKey: file === undefined ? undefined : { file, pem: made!.pem } };
};

/** Writes a new private key, for its owner only and over no other file, and takes it back if what it is for fails. */
export const newKeyOf = async (key: NewKey | undefined, use: () => Promise<void>): Promise<void> => {
  if (key === undefined) return use();
  await writeFile(key.file, key.pem, { mode: 0o600, flag: 'wx' });
  try {
    await use();
  } catch (error) {
    await rm(key.file);
    throw error;
  }
};
