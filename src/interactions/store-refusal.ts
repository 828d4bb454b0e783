import { type FhirError, type RequestRule, refuse } from '../fhir/fhir-error.ts';
import type { StoreError } from '../store/store-error.ts';

/** Seconds after which a client may try again when the store could not do its work. */
const RETRY_AFTER = '5';

const RULES = {
  full: ['store-full', 'The server has no space left to store this. Nothing was stored; send it again later.'],
  unavailable: [
    'store-unavailable',
    'The store does not answer at the moment. Nothing was acknowledged; send it again later.',
  ],
  timeout: ['store-timeout', 'The store took too long to answer. Narrow the search, or send it again later.'],
} as const satisfies Record<StoreError['kind'], readonly [RequestRule, string]>;

/** What a client is told when the store cannot do its work. */
export const storeRefusal = (error: StoreError): FhirError => {
  const [rule, text] = RULES[error.kind];
  return refuse(rule, text, { headers: { 'retry-after': RETRY_AFTER }, cause: error });
};
