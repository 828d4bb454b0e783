import type { Resource } from '../fhir/resource.ts';

/** One conformance resource that can be had, and where from (`file` is for messages); `read` may be slow and may throw. */
export interface DefinitionSource {
  file: string;
  resourceType: string;
  id: string;
  url?: string;
  version?: string;
  /** Only for the definition of a resource type that can be stored: `DomainResource` or `Resource`. */
  baseType?: string;
  read(): Resource;
}
