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

/** What the token endpoint says is wrong. */
class TokenRefused extends Error {}

/** @throws {TokenRefused} */
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
  if (answer.access_token === undefined)
    throw new TokenRefused(answer.error_description ?? `Status ${response.status}`);
  return answer.access_token;
};

const bearer = (init: RequestInit | undefined, token: string): RequestInit => {
  const headers = new Headers(init?.headers);
  headers.set('authorization', `Bearer ${token}`);
  return { ...init, headers };
};

/**
 * A `fetch` that sends a token along: it gets one when it needs one, the next one a minute before that ends, and a new one where the server does not
 * take it any more. What the token endpoint refuses is an answer of 401.
 */
export const fetchWithToken = (asking: Asking): typeof fetch => {
  let token: string | undefined;
  let until = 0;
  const ask = async (): Promise<string> => {
    token = await getToken(asking);
    until = Date.now() + 240_000;
    return token;
  };
  return async (input, init) => {
    try {
      const held = Date.now() < until ? token : undefined;
      const response = await fetch(input, bearer(init, held ?? (await ask())));
      return response.status === 401 && held !== undefined ? await fetch(input, bearer(init, await ask())) : response;
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      const issue = [{ severity: 'error', code: 'login', diagnostics: error.message }];
      return Response.json({ resourceType: 'OperationOutcome', issue }, { status: 401 });
    }
  };
};

const [, , base, clientId, keyFile, scope = ''] = process.argv;
if (import.meta.main && base !== undefined && clientId !== undefined && keyFile !== undefined) {
  const privateKey = await readFile(keyFile, 'utf8');
  process.stdout.write(`${await getToken({ base, clientId, privateKey, scope })}\n`);
}
