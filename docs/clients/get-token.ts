import { createHash, createPrivateKey, createPublicKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/**
 * Gets an access token of a FHIR server by SMART Backend Services, with the private key that `npm run client -- add ... --new-key` has made.
 * A token lasts five minutes: ask for the next one a little earlier.
 *
 *     node get-token.ts https://hie.example/fhir clinic-1 clinic-1.key "system/Claim.crs"
 */
export interface Asking {
  /** Base of the FHIR API, without a slash at its end. */
  base: string;
  clientId: string;
  /** PEM of a private key on the curve P-384. */
  privateKey: string;
  scope: string;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The name of a key is its thumbprint. https://www.rfc-editor.org/rfc/rfc7638 */
const thumbprint = (key: KeyObject): string => {
  const { crv, kty, x, y } = createPublicKey(key).export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
};

const assertion = (key: KeyObject, clientId: string, audience: string): string => {
  const exp = Math.floor(Date.now() / 1000) + 240;
  const claims = { iss: clientId, sub: clientId, aud: audience, exp, jti: randomUUID() };
  const text = `${part({ alg: 'ES384', kid: thumbprint(key), typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${sign('sha384', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
};

/** @throws {Error} with what the server says is wrong */
export const getToken = async ({ base, clientId, privateKey, scope }: Asking): Promise<string> => {
  const configuration = await fetch(`${base}/.well-known/smart-configuration`);
  const { token_endpoint: endpoint } = (await configuration.json()) as { token_endpoint: string };
  const response = await fetch(endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion(createPrivateKey(privateKey), clientId, endpoint),
    }),
  });
  const answer = (await response.json()) as { access_token?: string; error_description?: string };
  if (answer.access_token === undefined) throw new Error(answer.error_description ?? `Status ${response.status}`);
  return answer.access_token;
};

const [, , base, clientId, keyFile, scope = ''] = process.argv;
if (import.meta.main && base !== undefined && clientId !== undefined && keyFile !== undefined) {
  const privateKey = await readFile(keyFile, 'utf8');
  process.stdout.write(`${await getToken({ base, clientId, privateKey, scope })}\n`);
}
