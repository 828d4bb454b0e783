import type { Json } from '../fhir/resource.ts';
import type { ShapeOf } from './element-shape.ts';

/** Operations that one patch may have. More would take longer than other requests should wait. */
export const MOST_OPERATIONS = 1000;

/** What a patch may make of a document at most. */
export interface PatchLimits {
  /** Characters of the JSON that its operations copy, in all. */
  maxCopied: number;
  /** Levels of nesting. */
  maxDepth: number;
}

/**
 * Makes the patched document of one that `parseExact` gave, which it may change. Numbers that are not patched keep their written form.
 * @throws {FhirError} 409 where the patch does not fit the document, 413 where it makes too much of it
 */
export type Patch = (document: Json, limits: PatchLimits, shapeOf: ShapeOf) => Json;
