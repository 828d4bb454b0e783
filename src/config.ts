import { VARIABLES } from './variables.ts';

type Variables = typeof VARIABLES;

/** Every setting as the code uses it, defaults filled in. */
export type Config = { [K in keyof Variables]: NonNullable<ReturnType<Variables[K]['read']>> } & {
  /** Variables that hold secrets shared with other systems, by their whole names. */
  readonly peerSecrets: Readonly<Record<string, string>>;
};

/** What names of variables with secrets of other systems begin with. */
const SECRET_PREFIX = 'KIUNGO_SECRET_';

/** The settings cannot be used as they are. The message names each variable at fault and what it may be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A document of MongoDB holds 16 MiB; the rest is for what the resource is found under. */
const MOST_IN_DOCUMENT = 12 * 1024 * 1024;

/** A store's URL as it may be logged: without user and password. */
export const withoutSecret = (store: string): string => store.replace(/^(mongodb(?:\+srv)?:\/\/)[^@/]*@/, '$1');

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

/** Whether only programs on this machine can reach the host. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** Whether who did what is told of. */
export const isAudited = ({ audit, auth }: Config): boolean => audit === 'on' || (audit === 'auto' && auth.length > 0);

/** Which settings of security lack another one, and whether others could use or overhear the server. */
const securityFaults = (config: Config): string[] => {
  const { auth, host, insecure } = config;
  const faults: string[] = [];
  const need = (isMissing: boolean, text: string): void => {
    if (isMissing) faults.push(text);
  };
  const isOidcSet = config.oidcIssuer !== '' && config.oidcAudience !== '';
  need(auth.includes('oidc') && !isOidcSet, 'KIUNGO_AUTH=oidc needs KIUNGO_OIDC_ISSUER and KIUNGO_OIDC_AUDIENCE.');
  need(
    (config.oidcClientId === '') !== (config.oidcSecretFile === ''),
    'KIUNGO_OIDC_CLIENT_ID and KIUNGO_OIDC_SECRET_FILE need each other.',
  );
  need(
    auth.includes('openhim') && config.openhimCredentialFile === '' && config.openhimCertificates.length === 0,
    'KIUNGO_AUTH=openhim needs KIUNGO_OPENHIM_CREDENTIAL_FILE or KIUNGO_OPENHIM_CERTIFICATES, by which OpenHIM proves itself.',
  );
  need((config.tlsCert === '') !== (config.tlsKey === ''), 'KIUNGO_TLS_CERT and KIUNGO_TLS_KEY need each other.');
  need(config.tlsClientCa !== '' && config.tlsCert === '', 'KIUNGO_TLS_CLIENT_CA needs KIUNGO_TLS_CERT.');
  need(
    config.openhimCertificates.length > 0 && config.tlsClientCa === '',
    'KIUNGO_OPENHIM_CERTIFICATES needs KIUNGO_TLS_CLIENT_CA, so that certificates are asked for.',
  );
  need(
    config.syslog !== '' && !isAudited(config),
    'KIUNGO_SYSLOG needs KIUNGO_AUDIT=on, or nothing is told that could be sent.',
  );
  need(
    (config.syslogCert === '') !== (config.syslogKey === ''),
    'KIUNGO_SYSLOG_CERT and KIUNGO_SYSLOG_KEY need each other.',
  );
  need(
    (config.gsmaUrl === '') !== (config.gsmaAccount === ''),
    'KIUNGO_GSMA_URL and KIUNGO_GSMA_ACCOUNT need each other.',
  );
  if (isLoopback(host) || insecure === 'yes') return faults;
  need(
    auth.length === 0,
    `KIUNGO_HOST is "${host}", which other machines can reach, but this server asks nobody who he is (KIUNGO_AUTH). ` +
      'Set KIUNGO_AUTH (docs/security.md), or KIUNGO_INSECURE=yes if everybody who can reach it may read and change everything, or listen on 127.0.0.1.',
  );
  need(
    auth.length > 0 && config.tlsCert === '' && !config.baseUrl.startsWith('https:'),
    `KIUNGO_HOST is "${host}", which other machines can reach, but tokens and data would go over the network in clear. Set KIUNGO_TLS_CERT ` +
      'and KIUNGO_TLS_KEY, or KIUNGO_BASE_URL=https://... if a proxy before this server does TLS, or KIUNGO_INSECURE=yes for a trial.',
  );
  return faults;
};

/**
 * Reads every setting from an environment.
 * @throws {ConfigError} naming every variable that cannot be used, not the first only
 */
export const readConfig = (environment: Readonly<Record<string, string | undefined>>): Config => {
  const faults: string[] = [];
  const entries = Object.entries(VARIABLES).map(([key, { name, default: fallback, allowed, read }]) => {
    const text = environment[name] ?? fallback;
    const value = read(text);
    if (value === undefined) faults.push(`${name} is "${text}", but must be ${allowed}.`);
    return [key, value] as const;
  });
  const known = new Set(Object.values(VARIABLES).map(({ name }) => name as string));
  for (const name of Object.keys(environment)) {
    if (name.startsWith('KIUNGO_') && !known.has(name) && !/^KIUNGO_(TEST|SECRET)_/.test(name)) {
      faults.push(`${name} is not a setting of this server. docs/configuration.md lists those that are.`);
    }
  }
  const peerSecrets = Object.fromEntries(
    Object.entries(environment).filter(([name]) => name.startsWith(SECRET_PREFIX)),
  );
  const config = { ...Object.fromEntries(entries), peerSecrets } as Config;
  if (faults.length === 0) faults.push(...securityFaults(config));
  if (faults.length === 0 && config.store.startsWith('mongodb') && config.maxResourceBytes > MOST_IN_DOCUMENT) {
    faults.push(
      `KIUNGO_MAX_RESOURCE_BYTES is "${config.maxResourceBytes}", but MongoDB takes documents of 16 MiB: ` +
        `it must be at most ${MOST_IN_DOCUMENT} with a store of mongodb:.`,
    );
  }
  if (faults.length === 0 && config.store.startsWith('mongodb') && config.storeKeys.length > 0) {
    faults.push(
      'KIUNGO_STORE_KEYS is for a store of sqlite:. What MongoDB keeps is encrypted by MongoDB itself, or by its disks: ' +
        'docs/deploy-mongodb.md says how. Take the setting out.',
    );
  }
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  return config;
};
