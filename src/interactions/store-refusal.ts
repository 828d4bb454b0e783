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
  'too-costly': [
    'search-too-costly',
    'No index finds what the search asks for, or has the order that it asks for, and too many resources would have to be looked at one ' +
      'by one. Narrow it, by a patient, a code or a date for example, or have the operator raise KIUNGO_MAX_SCAN.',
  ],
} as const satisfies Record<StoreError['kind'], readonly [RequestRule, string]>;

/** What a client is told when the store cannot do its work. */
export const storeRefusal = (error: StoreError): FhirError => {
  const [rule, text] = RULES[error.kind];
  const headers = error.kind === 'too-costly' ? {} : { 'retry-after': RETRY_AFTER };
  return refuse(rule, text, { headers, cause: error });
};
