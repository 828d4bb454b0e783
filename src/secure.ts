import { readFile } from 'node:fs/promises';
import type { Config } from './config.ts';
import type { ServerTls } from './http/build-server.ts';
import type { TokenService } from './http/token-routes.ts';
import { createAccessTokens } from './security/access-token.ts';
import { type Authenticate, createAuthenticate } from './security/authenticate.ts';
import { type ClientRegistry, createClientRegistry } from './security/client-registry.ts';
import { fixedKeys, publishedKeys } from './security/key-set.ts';
import { createOidc } from './security/oidc.ts';
import { createOpenhimProof } from './security/openhim.ts';
import { createOutgoing, fetchJson } from './security/outgoing.ts';
import { smartConfiguration, TOKEN_PATH } from './security/smart-configuration.ts';
import { createTokenEndpoint, type TokenEvent } from './security/token-endpoint.ts';
import type { Store } from './store/store.ts';

/** What tells who asks. */
export interface Security {
  clients: ClientRegistry;
  authenticate: Authenticate;
  /** Whether the FHIR API is closed to whoever is not authenticated. */
  isRequired: boolean;
  /** Where the server gives tokens itself. */
  tokens: TokenService | undefined;
}

const readSecret = async (variable: string, file: string): Promise<string> => {
  const text = (
    await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new Error(`${variable} names ${file}, which cannot be read (${error.code}).`);
    })
  ).trim();
  if (text === '') throw new Error(`${variable} names ${file}, which is empty.`);
  return text;
};

/** The certificate and the key of the server, and whose certificates it takes from clients. @throws {Error} naming the setting */
export const readTls = async ({ tlsCert, tlsKey, tlsClientCa }: Config): Promise<ServerTls | undefined> => {
  if (tlsCert === '') return undefined;
  const cert = await readSecret('KIUNGO_TLS_CERT', tlsCert);
  const key = await readSecret('KIUNGO_TLS_KEY', tlsKey);
  return {
    cert,
    key,
    ...(tlsClientCa !== '' && { clientCa: await readSecret('KIUNGO_TLS_CLIENT_CA', tlsClientCa) }),
  };
};

/**
 * Puts together, from the settings, what tells who asks; the clients that are stored are known when it resolves.
 * @param options.now never runs backwards; for what is stored
 * @param options.machineNow the machine's clock, which tokens are judged by
 * @throws {Error} naming the setting that cannot be used
 */
export const createSecurity = async (
  config: Config,
  {
    store,
    now,
    machineNow,
    baseUrl,
    tell,
  }: {
    store: Store;
    now: () => number;
    machineNow: () => number;
    baseUrl: () => string;
    tell: (event: TokenEvent) => void;
  },
): Promise<Security> => {
  const { auth } = config;
  const outgoing = createOutgoing(config.trustedHosts);
  const clients = createClientRegistry({
    store,
    now,
    createKeys: ({ jwks, jwksUrl }) =>
      jwksUrl === undefined ? fixedKeys(jwks) : publishedKeys(() => fetchJson(outgoing, { url: jwksUrl }), machineNow),
  });
  await clients.readOn();
  const accessTokens = createAccessTokens(store.signingKey, clients);
  const secret = config.oidcSecretFile === '' ? '' : await readSecret('KIUNGO_OIDC_SECRET_FILE', config.oidcSecretFile);
  const oidc = {
    issuer: config.oidcIssuer,
    audience: config.oidcAudience,
    ...(secret !== '' && { introspection: { clientId: config.oidcClientId, secret } }),
  };
  const openhim = {
    certificates: config.openhimCertificates,
    ...(config.openhimCredentialFile !== '' && {
      credential: await readSecret('KIUNGO_OPENHIM_CREDENTIAL_FILE', config.openhimCredentialFile),
    }),
  };
  const tokenUrl = (): string => `${baseUrl()}${TOKEN_PATH}`;
  return {
    clients,
    authenticate: createAuthenticate({
      clients,
      tokens: accessTokens,
      oidc: auth.includes('oidc') ? createOidc(oidc, { outgoing, clients, now: machineNow }) : undefined,
      isOpenhim: auth.includes('openhim') ? createOpenhimProof(openhim) : undefined,
      now: machineNow,
    }),
    isRequired: auth.length > 0,
    tokens: auth.includes('smart')
      ? {
          configuration: () => smartConfiguration(baseUrl()),
          answer: createTokenEndpoint({ clients, tokens: accessTokens, store, tokenUrl, now: machineNow, tell }),
        }
      : undefined,
  };
};
