import type { Store } from '../store/store.ts';
import { type AccessTokens, TOKEN_LIFETIME_S } from './access-token.ts';
import { AssertionFault, proveByAssertion } from './client-assertion.ts';
import type { ClientRegistry } from './client-registry.ts';
import { grantScopes, writeScope } from './grant-scopes.ts';
import { parseScopes } from './parse-scope.ts';

/** What the token endpoint answers, as OAuth 2 has it. https://www.rfc-editor.org/rfc/rfc6749#section-5 */
export type TokenAnswer =
  | { status: 200; body: { access_token: string; token_type: 'bearer'; expires_in: number; scope: string } }
  | { status: 400 | 401; body: { error: string; error_description: string } };

/** What happened at the token endpoint, for the operator. */
export interface TokenEvent {
  clientId: string | undefined;
  /** Undefined where a token was given. */
  refusal: string | undefined;
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const PARAMETERS = ['grant_type', 'scope', 'client_assertion_type', 'client_assertion'] as const;

const refusal = (status: 400 | 401, error: string, description: string): TokenAnswer => ({
  status,
  body: { error, error_description: description },
});

const invalid = (description: string): TokenAnswer => refusal(400, 'invalid_request', description);

/**
 * Gives access tokens to clients that prove who they are with a signed assertion: SMART Backend Services.
 * https://hl7.org/fhir/smart-app-launch/backend-services.html
 * @param options.now milliseconds since 1970, of the machine's clock
 */
export const createTokenEndpoint =
  (options: {
    clients: ClientRegistry;
    tokens: AccessTokens;
    store: Pick<Store, 'commit'>;
    tokenUrl: () => string;
    now: () => number;
    tell: (event: TokenEvent) => void;
  }) =>
  async (form: URLSearchParams): Promise<TokenAnswer> => {
    const { clients, tokens, store, tell } = options;
    for (const name of PARAMETERS) {
      if (form.getAll(name).length !== 1) return invalid(`${name} is given once.`);
    }
    if (form.get('grant_type') !== 'client_credentials') {
      return refusal(400, 'unsupported_grant_type', 'grant_type is client_credentials.');
    }
    if (form.get('client_assertion_type') !== ASSERTION_TYPE) {
      return invalid(`client_assertion_type is ${ASSERTION_TYPE}.`);
    }
    const now = options.now();
    try {
      const assertion = form.get('client_assertion')!;
      const registered = await proveByAssertion(assertion, { clients, store, tokenUrl: options.tokenUrl(), now });
      const granted = grantScopes(parseScopes(form.get('scope')!), registered.scopes);
      const clientId = registered.client.id;
      if (granted.length === 0) {
        tell({ clientId, refusal: 'invalid_scope' });
        return refusal(
          400,
          'invalid_scope',
          `Nothing that is asked for is allowed to this client. It is registered for: ${registered.client.scopes.join(' ')}`,
        );
      }
      tell({ clientId, refusal: undefined });
      return {
        status: 200,
        body: {
          access_token: tokens.issue(registered, granted, now),
          token_type: 'bearer',
          expires_in: TOKEN_LIFETIME_S,
          scope: granted.map(writeScope).join(' '),
        },
      };
    } catch (error) {
      if (!(error instanceof AssertionFault)) throw error;
      tell({ clientId: undefined, refusal: error.message });
      return refusal(401, 'invalid_client', `The client has not proven who it is: ${error.message}.`);
    }
  };
