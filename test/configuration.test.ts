import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, withoutSecret } from '../src/config.ts';
import { VARIABLES } from '../src/variables.ts';

const DOCUMENT = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8');

const messageOf = (environment: Record<string, string>): string => {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};

describe('configuration', () => {
  it('is documented variable by variable, with the defaults that the code has', () => {
    const documented = [...DOCUMENT.matchAll(/^\| `(\w+)` \| (?:`([^`]*)`|empty) \|/gm)].map(([, name, value = '']) => [
      name,
      value,
    ]);
    const inCode = Object.values(VARIABLES).map(({ name, default: fallback }) => [name, fallback]);
    expect(documented).toEqual(inCode);
  });

  it('has defaults that can be used as they are', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      store: 'sqlite:data/kiungo.db',
      currency: 'USD',
    });
  });

  it.each([
    ['KIUNGO_PORT', '70000'],
    ['KIUNGO_PORT', 'http'],
    ['KIUNGO_STORE', 'redis://x'],
    ['KIUNGO_TIME_ZONE', 'Mars/Olympus'],
    ['KIUNGO_CURRENCY', '$'],
    ['KIUNGO_BASE_URL', 'hie.example/fhir'],
    ['KIUNGO_BASE_URL', 'https://hie.example/"fhir"'],
    ['KIUNGO_BASE_URL', 'https://hie.example/\u5065\u5eb7'],
    ['KIUNGO_BASE_URL', 'https://hie.example/fhir?tenant=1'],
    ['KIUNGO_INSURER', 'openIMIS'],
    ['KIUNGO_NORMALIZE', 'yes'],
    ['KIUNGO_INSECURE', 'maybe'],
    ['KIUNGO_AUTH', 'yes'],
    ['KIUNGO_AUTH', 'smart,none'],
    ['KIUNGO_OPENHIM_CERTIFICATES', 'ab:cd'],
    ['KIUNGO_TRUSTED_HOSTS', 'https://keycloak'],
    ['LOG_LEVEL', 'loud'],
    ['KIUNGO_MAX_PAGE_SIZE', '0'],
  ])('refuses %s=%s and names it', (name, value) => {
    expect(messageOf({ [name]: value })).toContain(name);
  });

  it('names every variable at fault, not the first only', () => {
    const message = messageOf({ KIUNGO_PORT: '-1', KIUNGO_CURRENCY: 'XX' });
    expect(message).toContain('KIUNGO_PORT');
    expect(message).toContain('KIUNGO_CURRENCY');
  });

  it('refuses a variable that is only nearly right', () => {
    expect(messageOf({ KIUNGO_SORE: 'sqlite:x.db' })).toContain('KIUNGO_SORE is not a setting');
  });

  it('takes the URL of a MongoDB, keeps its password out of the log, and no resource larger than its documents', () => {
    const store = 'mongodb://kiungo:geheim@a.example,b.example/scheme?replicaSet=rs0';
    expect(readConfig({ KIUNGO_STORE: store }).store).toBe(store);
    expect(withoutSecret(store)).toBe('mongodb://a.example,b.example/scheme?replicaSet=rs0');
    expect(withoutSecret('sqlite:a@b.db')).toBe('sqlite:a@b.db');
    const large = { KIUNGO_MAX_RESOURCE_BYTES: String(16 * 1024 * 1024) };
    expect(messageOf({ KIUNGO_STORE: store, ...large })).toContain('KIUNGO_MAX_RESOURCE_BYTES');
    expect(messageOf(large)).toBe('');
  });

  it('listens beyond this machine only when told that it is insecure', () => {
    expect(messageOf({ KIUNGO_HOST: '0.0.0.0' })).toContain('KIUNGO_INSECURE=yes');
    expect(messageOf({ KIUNGO_HOST: '0.0.0.0', KIUNGO_INSECURE: 'yes' })).toBe('');
    expect(messageOf({ KIUNGO_HOST: '::1' })).toBe('');
  });

  it('listens beyond this machine with authentication only where nobody overhears it', () => {
    const open = { KIUNGO_HOST: '0.0.0.0', KIUNGO_AUTH: 'smart' };
    expect(messageOf(open)).toContain('KIUNGO_TLS_CERT');
    expect(messageOf({ ...open, KIUNGO_BASE_URL: 'http://hie.example/fhir' })).toContain('KIUNGO_BASE_URL');
    expect(messageOf({ ...open, KIUNGO_BASE_URL: 'https://hie.example/fhir' })).toBe('');
    expect(messageOf({ ...open, KIUNGO_TLS_CERT: 'c.pem', KIUNGO_TLS_KEY: 'k.pem' })).toBe('');
    expect(messageOf({ ...open, KIUNGO_INSECURE: 'yes' })).toBe('');
  });

  it.each([
    [{ KIUNGO_AUTH: 'oidc', KIUNGO_OIDC_ISSUER: 'https://login.example' }, 'KIUNGO_OIDC_AUDIENCE'],
    [{ KIUNGO_AUTH: 'smart, openhim' }, 'KIUNGO_OPENHIM_CREDENTIAL_FILE'],
    [{ KIUNGO_OIDC_CLIENT_ID: 'kiungo' }, 'KIUNGO_OIDC_SECRET_FILE'],
    [{ KIUNGO_TLS_CERT: 'c.pem' }, 'KIUNGO_TLS_KEY'],
    [{ KIUNGO_TLS_CLIENT_CA: 'ca.pem' }, 'KIUNGO_TLS_CERT'],
    [{ KIUNGO_OPENHIM_CERTIFICATES: 'a'.repeat(64) }, 'KIUNGO_TLS_CLIENT_CA'],
  ])('refuses %j, which lacks %s', (environment, missing) => {
    expect(messageOf(environment)).toContain(missing);
  });

  it.each(['http://[::1]:8080/fhir', 'https://hie.example/a/b%20c/fhir', 'https://hie.example:444'])(
    'takes %s as public base',
    url => {
      expect(readConfig({ KIUNGO_BASE_URL: url }).baseUrl).toBe(url);
    },
  );

  it('takes the slash off the end of the public base', () => {
    expect(readConfig({ KIUNGO_BASE_URL: 'https://hie.example/fhir/' }).baseUrl).toBe('https://hie.example/fhir');
  });
});
