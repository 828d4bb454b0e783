import { type FhirError, refuse } from '../fhir/fhir-error.ts';

/** The refusal of a body that is larger than what its path takes. */
export const bodyTooLarge = (): FhirError =>
  refuse(
    'body-too-large',
    'The body is larger than this server takes (KIUNGO_MAX_RESOURCE_BYTES, for Bundles KIUNGO_MAX_BUNDLE_BYTES).',
  );
