import { refuse } from '../fhir/fhir-error.ts';
import type { Resource } from '../fhir/resource.ts';
import { isSubsetted } from './subset-resource.ts';

/**
 * Lets a resource pass that is no part of one: storing it would delete what was left out when it was read.
 * @throws {FhirError} 422 `resource-subsetted`
 * https://hl7.org/fhir/R4/search.html#summary
 */
export const requireWhole = ({ resourceType, meta }: Resource): void => {
  const tags = meta?.tag;
  if (!Array.isArray(tags) || !tags.some(isSubsetted)) return;
  throw refuse(
    'resource-subsetted',
    'This is a part of a resource: its tag SUBSETTED says so. Read the whole (without _summary and _elements), change that, and send it.',
    { expression: `${resourceType}.meta.tag[${tags.findIndex(isSubsetted)}]` },
  );
};
