import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import { parseScope } from './parse-scope.ts';
import type { Role } from './role.ts';

/** The roles that a client may have, by their names. */
export type Roles = ReadonlyMap<string, Pick<Role, 'types' | 'emergency'>>;

/** A program that may use the server, as it is registered. Nothing in it is secret: of keys it has the public half. */
export interface Client {
  /** `client_id` of OAuth 2. */
  id: string;
  /** What people call it. */
  name?: string;
  /** A disabled client is refused everywhere, and its tokens are worth nothing. */
  status: 'active' | 'disabled';
  role: string;
  /** Reference to whose rows it may see. */
  organization?: string;
  /** What it may be granted at most, as SMART writes it. */
  scopes: readonly string[];
  /** Public keys that its assertions are signed with: themselves, or where they are published. */
  jwks?: { keys: readonly JsonWebKey[] };
  jwksUrl?: string;
  /** SHA-256 fingerprints of certificates that prove it, in lower-case hexadecimal. */
  certificates?: readonly string[];
  /** What OpenHIM calls it in `X-OpenHIM-ClientID`. */
  openhimClientId?: string;
  /** The dialect whose forms its writes rewrite first where it does not say it itself; absent: as the operator has set for all. */
  normalize?: 'openimis' | 'off';
}

/** Client ids go into log lines and tokens as they are. */
const ID = /^[A-Za-z0-9._-]{1,64}$/;
const REFERENCE = /^[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9\-.]{1,64}$/;
const FINGERPRINT = /^[0-9a-f]{64}$/;
const LEAST_RSA_BITS = 2048;
const MOST_KEYS = 20;
const CURVES: ReadonlySet<unknown> = new Set(['P-256', 'P-384']);

/** The id of who acts with the store's own key; no client can have it. */
export const OPERATOR = 'operator';

/** A public key of JWK, or undefined where it is none, is too weak, or is not of a kind that is used here. */
export const publicKeyOf = (jwk: unknown): KeyObject | undefined => {
  if (!isJsonObject(jwk) || 'd' in jwk || 'k' in jwk) return undefined;
  if (jwk.use !== undefined && jwk.use !== 'sig') return undefined;
  if (jwk.kty !== 'RSA' && !(jwk.kty === 'EC' && CURVES.has(jwk.crv))) return undefined;
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const { modulusLength = LEAST_RSA_BITS } = key.asymmetricKeyDetails ?? {};
    return modulusLength >= LEAST_RSA_BITS ? key : undefined;
  } catch {
    return undefined;
  }
};

const isText = (value: unknown, most: number): boolean =>
  typeof value === 'string' && value.length <= most && /^[^\p{Cc}]+$/u.test(value);

const isHttpUrl = (value: unknown): boolean =>
  typeof value === 'string' && /^https?:\/\/[!-~]+$/.test(value) && URL.canParse(value);

const jwksFault = (jwks: unknown): string | undefined => {
  if (!isJsonObject(jwks) || !Array.isArray(jwks.keys) || jwks.keys.length === 0 || jwks.keys.length > MOST_KEYS) {
    return `an object with "keys", a list of 1 to ${MOST_KEYS} keys`;
  }
  if (jwks.keys.some(key => isJsonObject(key) && ('d' in key || 'k' in key))) {
    return 'public keys only: this one has a private part. Make a new key, and register its public half';
  }
  return jwks.keys.every(key => publicKeyOf(key) !== undefined)
    ? undefined
    : 'keys of RSA (2048 bits or more) or of EC (P-384, P-256), as JWK';
};

/** What each member may be; undefined where it is so. */
const FAULTS: Readonly<Record<keyof Client, (value: unknown) => string | undefined>> = {
  id: value =>
    typeof value === 'string' && ID.test(value) && value !== OPERATOR
      ? undefined
      : `up to 64 letters, digits, dots, dashes and underscores, and not "${OPERATOR}"`,
  name: value => (isText(value, 200) ? undefined : 'a text of up to 200 characters'),
  status: value => (value === 'active' || value === 'disabled' ? undefined : '"active" or "disabled"'),
  role: value => (typeof value === 'string' ? undefined : 'the name of a role, like "facility"'),
  organization: value =>
    typeof value === 'string' && REFERENCE.test(value) ? undefined : 'a reference, like "Organization/hospital-a"',
  scopes: value =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= 100 &&
    value.every(scope => typeof scope === 'string' && parseScope(scope) !== undefined)
      ? undefined
      : 'a list of scopes for systems, like ["system/Claim.crs"]',
  jwks: jwksFault,
  jwksUrl: value => (isHttpUrl(value) ? undefined : 'the https URL where its public keys are published'),
  certificates: value =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MOST_KEYS &&
    value.every(text => typeof text === 'string' && FINGERPRINT.test(text))
      ? undefined
      : 'a list of SHA-256 fingerprints, each 64 hexadecimal digits',
  openhimClientId: value =>
    isText(value, 200) ? undefined : "the client's name in OpenHIM, a text of up to 200 characters",
  normalize: value => (value === 'openimis' || value === 'off' ? undefined : '"openimis" or "off"'),
};

const REQUIRED: readonly (keyof Client)[] = ['id', 'status', 'role', 'scopes'];

/** Fingerprints as openssl and browsers print them, in our form. */
const plainFingerprint = (text: unknown): unknown =>
  typeof text === 'string'
    ? text
        .replace(/^sha256 fingerprint=/i, '')
        .replaceAll(':', '')
        .toLowerCase()
    : text;

/** What is wrong with the role of a client, or with what it lacks for it. */
const roleFault = ({ role: name, organization }: JsonObject, roles: Roles): string | undefined => {
  if (typeof name !== 'string') return undefined;
  const role = roles.get(name);
  if (role === undefined) return `"role" is one of ${[...roles.keys()].join(', ')}`;
  const types = [...role.types.values(), ...(role.emergency?.types.values() ?? [])];
  const isBound = types.some(({ rows }) => rows.some(row => row.includes('{organization}')));
  return isBound && organization === undefined ? `"organization" is missing, by which ${name} sees its own` : undefined;
};

/**
 * Reads what is to be registered; `status` may be left out.
 * @throws {FhirError} 422 client-invalid, with every member at fault and what it may be
 */
export const readClient = (value: unknown, roles: Roles): Client => {
  if (!isJsonObject(value)) throw clientInvalid('A client is a JSON object.');
  const given: JsonObject = { status: 'active', ...value };
  if (Array.isArray(given.certificates)) {
    given.certificates = given.certificates.map(plainFingerprint) as JsonObject[string];
  }
  const faults = Object.entries(given).flatMap(([name, found]) => {
    if (!Object.hasOwn(FAULTS, name)) return [`"${name.slice(0, 40)}" is nothing that a client has`];
    const fault = FAULTS[name as keyof Client](found);
    return fault === undefined ? [] : [`"${name}" is ${fault}`];
  });
  for (const name of REQUIRED) if (!Object.hasOwn(given, name)) faults.push(`"${name}" is missing`);
  const fault = roleFault(given, roles);
  if (fault !== undefined) faults.push(fault);
  if (given.jwks !== undefined && given.jwksUrl !== undefined) faults.push('"jwks" and "jwksUrl" exclude each other');
  if (faults.length > 0) throw clientInvalid(`The client cannot be registered: ${faults.join('; ')}.`);
  return given as unknown as Client;
};

const clientInvalid = (text: string): FhirError => refuse('client-invalid', text);
