import { refuse } from '../fhir/fhir-error.ts';
import { type ParsedResource, parseResource } from '../fhir/parse-resource.ts';
import type { Deps } from './context.ts';

/** Reads the body of a write to `resourceType`. @throws {FhirError} 400 where it is not a resource of that type */
export const readBody = (deps: Deps, resourceType: string, body: Buffer): ParsedResource => {
  const parsed = parseResource(body, deps.settings.maxDepth);
  const found = parsed.resource.resourceType;
  if (found !== resourceType) {
    throw refuse(
      'resource-type-mismatch',
      `The body is not a ${resourceType}. Send it to the path of its own type, or set resourceType to ${resourceType}.`,
      { expression: 'resourceType' },
    );
  }
  return parsed;
};
