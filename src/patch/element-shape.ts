import type { JsonObject } from '../fhir/resource.ts';

/** What may stand in a resource, a data type or a backbone element, as its definition says. */
export interface Shape {
  /** Names of its elements as FHIRPath has them, without `[x]`. */
  readonly names: readonly string[];
  element(name: string): ElementShape | undefined;
}

/** An element by its definition. */
export interface ElementShape {
  repeats: boolean;
  /** One for each type that a choice may have; one for all other elements. */
  forms: readonly Form[];
}

/** An element with a value of one type. */
export interface Form {
  type: string;
  /** Its name in JSON: `valueQuantity` of `value[x]`. */
  member: string;
  isPrimitive: boolean;
  /** What is below a value; of a primitive, what stands in its `_name`. */
  below(value: JsonObject | undefined): Shape | undefined;
}

/** The shape of a resource type; undefined for one that is not known. */
export type ShapeOf = (resourceType: string) => Shape | undefined;
