import { ASSERTION_ALGORITHMS } from './client-assertion.ts';

/** Where tokens are asked for, below the base of the FHIR API. */
export const TOKEN_PATH = '/auth/token';

/**
 * What SMART clients find out about a server that gives tokens itself.
 * https://hl7.org/fhir/smart-app-launch/conformance.html#using-well-known
 */
export const smartConfiguration = (baseUrl: string): object => ({
  token_endpoint: `${baseUrl}${TOKEN_PATH}`,
  grant_types_supported: ['client_credentials'],
  token_endpoint_auth_methods_supported: ['private_key_jwt'],
  token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
  scopes_supported: ['system/*.cruds', 'system/*.read', 'system/*.write'],
  capabilities: ['client-confidential-asymmetric', 'permission-v1', 'permission-v2'],
});
