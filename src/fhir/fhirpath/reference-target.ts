import { containedResource } from '../contained-resource.ts';
import { isJsonObject, type JsonObject } from '../resource.ts';
import type { ExpressionContext } from './expression-types.ts';

const TYPE_AND_ID =
  /(?:^|\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?(?:[#|?].*)?$/;

/**
 * What `resolve()` gives for a Reference, canonical or uri: a contained resource; what the context knows; else `{resourceType, id}`
 * as far as the reference itself tells; undefined when it tells nothing. https://hl7.org/fhir/R4/fhirpath.html#functions
 */
export function resolveReference(value: unknown, context: ExpressionContext): JsonObject | undefined {
  const reference = isJsonObject(value) ? value.reference : value;
  if (typeof reference === 'string' && reference.startsWith('#')) {
    const root = context.rootResource ?? context.resource;
    const id = reference.slice(1);
    if (id === '') return root;
    return containedResource(root, id);
  }
  if (!isJsonObject(value) && typeof value !== 'string') return undefined;
  const target = context.resolve?.(value);
  if (target !== undefined) return target;
  const match = typeof reference === 'string' ? TYPE_AND_ID.exec(reference) : null;
  if (match !== null) return { resourceType: match[1]!, id: match[2]! };
  const type = isJsonObject(value) ? value.type : undefined;
  return typeof type === 'string' ? { resourceType: type } : undefined;
}
