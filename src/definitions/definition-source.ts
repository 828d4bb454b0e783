import type { Resource } from '../fhir/resource.ts';

/** One conformance resource that can be had, and where from (`file` is for messages); `read` may be slow and may throw. */
export interface DefinitionSource {
  file: string;
  resourceType: string;
  id: string;
  url?: string;
  version?: string;
  /** Part of R4 itself: no version of its url may come from elsewhere while the server runs. */
  published?: true;
  /** Stored by a client while the server runs, and not loaded at start. */
  posted?: true;
  /** Only for the definition of a resource type that can be stored: `DomainResource` or `Resource`. */
  baseType?: string;
  /** Only for a supplement: the url of the code system that it adds to. */
  supplements?: string;
  read(): Resource;
}

/** What a resource that was read says of itself: `file` is where it stands, for messages. */
export const sourceOf = (file: string, resource: Resource): DefinitionSource => {
  const { resourceType, id, url, version, content, supplements } = resource;
  return {
    file,
    resourceType,
    id: `${id}`,
    ...(typeof url === 'string' ? { url } : {}),
    ...(typeof version === 'string' ? { version } : {}),
    ...(content === 'supplement' && typeof supplements === 'string'
      ? { supplements: supplements.split('|', 1)[0]! }
      : {}),
    read: () => resource,
  };
};
