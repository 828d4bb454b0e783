import { isTimeZone } from './fhir/datetime.ts';
import { LANGUAGES } from './insurance/texts/say.ts';

/** One setting: the environment variable that it is read from, its default, and what it may be. */
interface Variable<T> {
  name: string;
  /** Text that stands where the variable is not set. */
  default: string;
  /** The value, or undefined where the text is not allowed. */
  read(text: string): T | undefined;
  /** What is allowed, for the message: "a number from 0 to 65535". */
  allowed: string;
}

const variable = <T>(
  name: string,
  fallback: string,
  allowed: string,
  read: (text: string) => T | undefined,
): Variable<T> => ({
  name,
  default: fallback,
  allowed,
  read,
});

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number | undefined =>
    /^\d{1,15}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined;

const oneOf =
  <T extends string>(...values: readonly T[]) =>
  (text: string): T | undefined =>
    values.find(value => value === text);

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');

/** As browsers send it: scheme, host and port, no path. */
const isOrigin = (text: string): boolean =>
  text === '*' || (/^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text);

/** Of the characters that a URL is written in: it goes into headers and JSON as it is. */
const httpUrl = (text: string): string | undefined =>
  /^https?:\/\/[\w.~:/[\]@!$&'()*+,;=%-]+$/.test(text) && URL.canParse(text) ? text.replace(/\/+$/, '') : undefined;

/** `id=path`, several of them; each id once. */
const readNamedFiles = (text: string): readonly { id: string; file: string }[] | undefined => {
  const named = listOf(text).map(item => /^([\w.-]{1,32})=(.+)$/.exec(item));
  if (named.includes(null) || new Set(named.map(match => match?.[1])).size < named.length) return undefined;
  return named.flatMap(match => (match === null ? [] : [{ id: match[1]!, file: match[2]! }]));
};

const AUTHENTICATIONS = ['smart', 'oidc', 'openhim'] as const;
type Authentication = (typeof AUTHENTICATIONS)[number];

/** None is an empty list. */
const readAuth = (text: string): readonly Authentication[] | undefined => {
  if (text === 'none') return [];
  const named = listOf(text).map(oneOf(...AUTHENTICATIONS));
  return named.length > 0 && named.every(each => each !== undefined) ? named : undefined;
};

const readFingerprints = (text: string): string[] | undefined => {
  const plain = listOf(text).map(each => each.replaceAll(':', '').toLowerCase());
  return plain.every(each => /^[0-9a-f]{64}$/.test(each)) ? plain : undefined;
};

/** The same, for what may be left out. */
const urlOrNone = (text: string): string | undefined => (text === '' ? '' : httpUrl(text));

const isCurrency = (text: string): boolean => Intl.supportedValuesOf('currency').includes(text);

/**
 * Every setting of the server, by the name that the code uses. `docs/configuration.md` explains each; a test holds the two
 * together.
 */
export const VARIABLES = {
  host: variable('KIUNGO_HOST', '127.0.0.1', 'a host name or address to listen on', text => text || undefined),
  port: variable('KIUNGO_PORT', '8080', 'a number from 0 to 65535', wholeNumber(0, 65_535)),
  store: variable(
    'KIUNGO_STORE',
    'sqlite:data/kiungo.db',
    'sqlite:<file>, sqlite::memory: or mongodb://<hosts>/<database>',
    text => (/^(sqlite:|mongodb(\+srv)?:\/\/)./.test(text) ? text : undefined),
  ),
  storeKeys: variable(
    'KIUNGO_STORE_KEYS',
    '',
    'ids of keys with the paths of their files, like 2026=keys/2026.key, separated by commas, each id once',
    readNamedFiles,
  ),
  timeZone: variable('KIUNGO_TIME_ZONE', 'UTC', 'an IANA time zone, like Africa/Dar_es_Salaam', text =>
    isTimeZone(text) ? text : undefined,
  ),
  currency: variable('KIUNGO_CURRENCY', 'USD', 'an ISO 4217 code, like TZS', text =>
    isCurrency(text) ? text : undefined,
  ),
  baseUrl: variable(
    'KIUNGO_BASE_URL',
    '',
    'an http or https URL without query, like https://hie.example/fhir',
    urlOrNone,
  ),
  capabilities: variable(
    'KIUNGO_CAPABILITIES',
    'openimis',
    'openimis, r4, or the path of a CapabilityStatement file',
    text => text || undefined,
  ),
  packages: variable('KIUNGO_PACKAGES', '', 'paths of FHIR packages (.tgz), separated by commas', listOf),
  cardKeys: variable(
    'KIUNGO_CARD_KEYS',
    '',
    'paths of PEM files with private keys of P-256, separated by commas',
    listOf,
  ),
  unknownExtensions: variable('KIUNGO_UNKNOWN_EXTENSIONS', 'warn', 'warn or refuse', oneOf('warn', 'refuse')),
  insurer: variable(
    'KIUNGO_INSURER',
    'Organization/openIMIS-Implementation',
    'a reference like Organization/openIMIS-Implementation',
    text => (/^Organization\/[A-Za-z0-9\-.]{1,64}$/.test(text) ? text : undefined),
  ),
  language: variable('KIUNGO_LANGUAGE', 'en', LANGUAGES.join(', '), oneOf(...LANGUAGES)),
  claimMode: variable(
    'KIUNGO_CLAIM_MODE',
    'review',
    'review, adjudicate or forward',
    oneOf('review', 'adjudicate', 'forward'),
  ),
  feedbackShare: variable('KIUNGO_FEEDBACK_SHARE', '0', 'a whole number of percent from 0 to 100', wholeNumber(0, 100)),
  grievanceDays: variable('KIUNGO_GRIEVANCE_DAYS', '30', 'a number of days from 1 to 365', wholeNumber(1, 365)),
  renewalDays: variable('KIUNGO_RENEWAL_DAYS', '14', 'a number of days from 0 to 365', wholeNumber(0, 365)),
  clockMinutes: variable('KIUNGO_CLOCK_MINUTES', '15', 'a number of minutes from 0 to 1440', wholeNumber(0, 1440)),
  normalize: variable('KIUNGO_NORMALIZE', 'off', 'off or openimis', oneOf('off', 'openimis')),
  corsOrigins: variable(
    'KIUNGO_CORS_ORIGINS',
    '',
    '*, or origins like https://app.example, separated by commas',
    text => (listOf(text).every(isOrigin) ? listOf(text) : undefined),
  ),
  references: variable('KIUNGO_REFERENCES', 'enforce', 'enforce, warn or off', oneOf('enforce', 'warn', 'off')),
  deleteReferenced: variable('KIUNGO_DELETE_REFERENCED', 'refuse', 'refuse or allow', oneOf('refuse', 'allow')),
  conditionalDelete: variable('KIUNGO_CONDITIONAL_DELETE', 'single', 'single or multiple', oneOf('single', 'multiple')),
  requireIfMatch: variable('KIUNGO_REQUIRE_IF_MATCH', 'no', 'yes or no', oneOf('yes', 'no')),
  purge: variable('KIUNGO_PURGE', 'no', 'yes or no', oneOf('yes', 'no')),
  leastCell: variable('KIUNGO_LEAST_CELL', '5', 'a number from 0 to 1000', wholeNumber(0, 1000)),
  openhimUrl: variable('KIUNGO_OPENHIM_URL', '', 'an http or https URL, like https://openhim:8080', urlOrNone),
  openhimUser: variable(
    'KIUNGO_OPENHIM_USER',
    'root@openhim.org',
    'the name of a user of OpenHIM',
    text => text || undefined,
  ),
  openhimPasswordFile: variable('KIUNGO_OPENHIM_PASSWORD_FILE', '', 'the path of a file', text => text),
  openhimAuthority: variable('KIUNGO_OPENHIM_CA', '', 'the path of a PEM file', text => text),
  openhimUpstream: variable('KIUNGO_OPENHIM_UPSTREAM', '', 'an http or https URL, like http://kiungo:8080', urlOrNone),
  openhimChannel: variable('KIUNGO_OPENHIM_CHANNEL', 'no', 'yes or no', oneOf('yes', 'no')),
  dhis2Url: variable('KIUNGO_DHIS2_URL', '', 'an http or https URL, like https://dhis2.example', urlOrNone),
  dhis2User: variable('KIUNGO_DHIS2_USER', 'admin', 'the name of a user of DHIS2', text => text || undefined),
  dhis2PasswordFile: variable('KIUNGO_DHIS2_PASSWORD_FILE', '', 'the path of a file', text => text),
  dhis2Form: variable('KIUNGO_DHIS2_FORM', 'adx', 'adx or json', oneOf('adx', 'json')),
  dhis2CodesFile: variable('KIUNGO_DHIS2_CODES_FILE', '', 'the path of a JSON file', text => text),
  dhis2Day: variable('KIUNGO_DHIS2_DAY', '5', 'a day of the month from 1 to 28', wholeNumber(1, 28)),
  dhis2Months: variable('KIUNGO_DHIS2_MONTHS', '3', 'a number of months from 1 to 60', wholeNumber(1, 60)),
  gepgUrl: variable('KIUNGO_GEPG_URL', '', 'an http or https URL, like https://gepg.example', urlOrNone),
  gepgKeyFile: variable('KIUNGO_GEPG_KEY_FILE', '', 'the path of a PEM file', text => text),
  gepgGatewayKeyFile: variable('KIUNGO_GEPG_GATEWAY_KEY_FILE', '', 'the path of a PEM file', text => text),
  gepgHash: variable('KIUNGO_GEPG_HASH', 'sha1', 'sha1 or sha256', oneOf('sha1', 'sha256')),
  gepgSpCode: variable('KIUNGO_GEPG_SP_CODE', 'SP000', 'a code that GePG gave', text => text || undefined),
  gepgSubSpCode: variable('KIUNGO_GEPG_SUB_SP_CODE', '1001', 'a code that GePG gave', text => text || undefined),
  gepgSystemId: variable('KIUNGO_GEPG_SYSTEM_ID', 'KIUNGO', 'a name that GePG gave', text => text || undefined),
  gepgGfsCode: variable('KIUNGO_GEPG_GFS_CODE', '142101', 'a code of revenue', text => text || undefined),
  gepgHours: variable('KIUNGO_GEPG_HOURS', '3', 'hours from 0 to 14', wholeNumber(0, 14)),
  gepgReconcileDays: variable('KIUNGO_GEPG_RECONCILE_DAYS', '3', 'a number of days from 0 to 90', wholeNumber(0, 90)),
  dciPeers: variable('KIUNGO_DCI_PEERS', '', 'the path of a JSON file', text => text),
  gsmaUrl: variable('KIUNGO_GSMA_URL', '', 'an http or https URL, like https://momo.example/v1.1/mm', urlOrNone),
  gsmaAccount: variable('KIUNGO_GSMA_ACCOUNT', '', 'the account id of this scheme', text =>
    /^[\w.-]{0,50}$/.test(text) ? text : undefined,
  ),
  gsmaPayouts: variable('KIUNGO_GSMA_PAYOUTS', 'no', 'yes or no', oneOf('yes', 'no')),
  gsmaReconcileDays: variable('KIUNGO_GSMA_RECONCILE_DAYS', '3', 'a number of days from 0 to 90', wholeNumber(0, 90)),
  koboForms: variable('KIUNGO_KOBO_FORMS', '', 'the path of a JSON file', text => text),
  mcsdUrl: variable('KIUNGO_MCSD_URL', '', 'an http or https URL, like https://mfl.example/fhir', urlOrNone),
  secrets: variable('KIUNGO_SECRETS', '', 'the path of a folder', text => text),
  auth: variable(
    'KIUNGO_AUTH',
    'none',
    'none, or one or more of smart, oidc and openhim, separated by commas',
    readAuth,
  ),
  oidcIssuer: variable('KIUNGO_OIDC_ISSUER', '', 'the URL of an OpenID issuer', text =>
    text === '' ? '' : httpUrl(text) && text,
  ),
  oidcAudience: variable('KIUNGO_OIDC_AUDIENCE', '', 'what aud of the tokens has', text => text),
  oidcClientId: variable('KIUNGO_OIDC_CLIENT_ID', '', 'who this server is to the issuer', text => text),
  oidcSecretFile: variable('KIUNGO_OIDC_SECRET_FILE', '', 'the path of a file', text => text),
  openhimCredentialFile: variable('KIUNGO_OPENHIM_CREDENTIAL_FILE', '', 'the path of a file', text => text),
  openhimCertificates: variable(
    'KIUNGO_OPENHIM_CERTIFICATES',
    '',
    'SHA-256 fingerprints, each 64 hexadecimal digits with or without colons, separated by commas',
    readFingerprints,
  ),
  trustedHosts: variable('KIUNGO_TRUSTED_HOSTS', '', 'hosts like keycloak:8443, separated by commas', text =>
    listOf(text).every(host => /^[\w.[\]:-]+$/.test(host)) ? listOf(text) : undefined,
  ),
  delivery: variable('KIUNGO_DELIVERY', 'yes', 'yes or no', oneOf('yes', 'no')),
  audit: variable('KIUNGO_AUDIT', 'auto', 'on, off or auto', oneOf('on', 'off', 'auto')),
  auditDays: variable('KIUNGO_AUDIT_DAYS', '0', 'a number of days from 0 to 36500', wholeNumber(0, 36_500)),
  syslog: variable('KIUNGO_SYSLOG', '', 'a host, or host:port, like siem.example:6514', text =>
    /^((\[[\da-fA-F:]+\]|[\w.-]+)(:\d{1,5})?)?$/.test(text) ? text : undefined,
  ),
  syslogAuthority: variable('KIUNGO_SYSLOG_CA', '', 'the path of a PEM file', text => text),
  syslogCert: variable('KIUNGO_SYSLOG_CERT', '', 'the path of a PEM file', text => text),
  syslogKey: variable('KIUNGO_SYSLOG_KEY', '', 'the path of a PEM file', text => text),
  tlsCert: variable('KIUNGO_TLS_CERT', '', 'the path of a PEM file', text => text),
  tlsKey: variable('KIUNGO_TLS_KEY', '', 'the path of a PEM file', text => text),
  tlsClientCa: variable('KIUNGO_TLS_CLIENT_CA', '', 'the path of a PEM file', text => text),
  insecure: variable('KIUNGO_INSECURE', 'no', 'yes or no', oneOf('yes', 'no')),
  fullText: variable(
    'KIUNGO_FULL_TEXT',
    'Organization,Location,Practitioner,HealthcareService,InsurancePlan,ActivityDefinition,Medication',
    'resource types, separated by commas',
    text => (listOf(text).every(type => /^[A-Z][A-Za-z]+$/.test(type)) ? listOf(text) : undefined),
  ),
  logLevel: variable(
    'LOG_LEVEL',
    'info',
    'fatal, error, warn, info, debug, trace or silent',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  ),
  maxResourceBytes: variable(
    'KIUNGO_MAX_RESOURCE_BYTES',
    String(5 * 1024 * 1024),
    'a number of bytes from 1024',
    wholeNumber(1024, 2 ** 30),
  ),
  maxBundleBytes: variable(
    'KIUNGO_MAX_BUNDLE_BYTES',
    String(32 * 1024 * 1024),
    'a number of bytes from 1024',
    wholeNumber(1024, 2 ** 30),
  ),
  maxBundleEntries: variable('KIUNGO_MAX_BUNDLE_ENTRIES', '5000', 'a number from 1 to 100000', wholeNumber(1, 100_000)),
  cacheBytes: variable(
    'KIUNGO_CACHE_BYTES',
    String(128 * 1024 * 1024),
    'a number of bytes from 4194304',
    wholeNumber(4 * 1024 * 1024, 2 ** 40),
  ),
  maxDepth: variable('KIUNGO_MAX_DEPTH', '64', 'a number from 8 to 1000', wholeNumber(8, 1000)),
  pageSize: variable('KIUNGO_PAGE_SIZE', '20', 'a number from 1 to 1000', wholeNumber(1, 1000)),
  maxPageSize: variable('KIUNGO_MAX_PAGE_SIZE', '1000', 'a number from 1 to 10000', wholeNumber(1, 10_000)),
  maxRequests: variable('KIUNGO_MAX_REQUESTS', '1000', 'a number from 1 to 100000', wholeNumber(1, 100_000)),
  maxScan: variable('KIUNGO_MAX_SCAN', '500000', 'a number from 1000', wholeNumber(1000, 1_000_000_000)),
  maxBytes: variable(
    'KIUNGO_MAX_BYTES',
    String(256 * 1024 * 1024),
    'a number of bytes from 1048576',
    wholeNumber(1024 * 1024, 2 ** 40),
  ),
  maxClientRequests: variable(
    'KIUNGO_MAX_CLIENT_REQUESTS',
    '250',
    'a number from 1 to 100000',
    wholeNumber(1, 100_000),
  ),
  maxClientRate: variable('KIUNGO_MAX_CLIENT_RATE', '0', 'a number from 0 to 10000000', wholeNumber(0, 10_000_000)),
  maxIncludes: variable('KIUNGO_MAX_INCLUDES', '1000', 'a number from 1 to 10000', wholeNumber(1, 10_000)),
  requestTimeoutMs: variable(
    'KIUNGO_REQUEST_TIMEOUT_MS',
    '30000',
    'a number of milliseconds from 100',
    wholeNumber(100, 3_600_000),
  ),
} as const;
