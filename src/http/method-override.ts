import type { IncomingHttpHeaders } from 'node:http';
import { refuse } from '../fhir/fhir-error.ts';

const NAMES = ['x-http-method-override', 'x-http-method', 'x-method-override'] as const;

/**
 * Refuses a POST that is meant as something else: whoever passed the header over would create what was to be changed or deleted.
 * @throws {FhirError} 400 `header-malformed`
 */
export const refuseMethodOverride = (headers: IncomingHttpHeaders): void => {
  for (const name of NAMES) {
    if (headers[name] === undefined) continue;
    throw refuse('header-malformed', `${name} is not offered here. Send the request with the method that is meant.`);
  }
};
