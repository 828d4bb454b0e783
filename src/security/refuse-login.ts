import { type FhirError, refuse } from '../fhir/fhir-error.ts';

/** What a client is told that has not proven who it is. https://www.rfc-editor.org/rfc/rfc6750#section-3 */
const CHALLENGE = 'Bearer realm="Kiungo"';

/** The refusal of a request that does not say who asks. `how` tells what to send. */
export const loginRequired = (how: string): FhirError =>
  refuse('login-required', `This server must know who asks. ${how}`, { headers: { 'www-authenticate': CHALLENGE } });

/** The refusal of a token that does not hold. `fault` goes on from "The access token is not taken:". */
export const tokenRefused = (fault: string): FhirError =>
  refuse('token-refused', `The access token is not taken: ${fault}.`, {
    headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_token"` },
  });
