import type { JsonObject, Resource } from '../resource.ts';
import type { Budget } from './evaluation.ts';

/** What an expression may look at besides the node that it is evaluated on. https://hl7.org/fhir/R4/fhirpath.html#vars */
export interface ExpressionContext {
  /** `%resource`: the resource, contained or not, that the node is part of. */
  resource: Resource;
  /** `%rootResource`: the resource that contains `resource`; `resource` itself when absent. */
  rootResource?: Resource;
  /**
   * The target of a Reference, canonical or uri. Called for what is not `#contained`. Without it, or when it answers undefined, a
   * reference is known by its type and id only (`resolve() is Patient`), read from the reference text or from `Reference.type`.
   */
  resolve?(reference: JsonObject | string): JsonObject | undefined;
  /** Whether a code, Coding or CodeableConcept is in a value set; undefined (an empty result) when that cannot be told. */
  memberOf?(value: unknown, valueSet: string): boolean | undefined;
  /** Whether a value conforms to a profile; undefined (an empty result) when that cannot be told. */
  conformsTo?(value: unknown, profile: string): boolean | undefined;
  /** Whether the XHTML of a Narrative is allowed; absent means that it is checked elsewhere. */
  htmlChecks?(div: string): boolean;
  /** What may be spent on all evaluations that are given it; each has one of its own when absent. */
  budget?: Budget;
  /** The instant of `now()`, `today()` and `timeOfDay()`; the clock's when absent. */
  now?: Date;
}

/**
 * One item of a selection. `type` is the FHIR type (`Quantity`, `dateTime`, `Patient`) where it can be told: from the key of a choice
 * element (`valueQuantity`), from `resourceType`, or from the kind of a computed value; undefined for other elements.
 */
export interface Selected {
  value: unknown;
  type: string | undefined;
}

/**
 * A FHIRPath expression, ready to be evaluated on plain FHIR JSON: a whole resource, an element or a primitive value.
 * Expressions hold no state: one may be used everywhere at once.
 */
export interface Expression {
  readonly text: string;
  /** False when fhirpath.js evaluates it, which is a hundred times slower. */
  readonly compiled: boolean;
  /**
   * Judges an invariant: true when it holds or its result is empty, false when it is violated or cannot be evaluated (several items
   * where one is needed). `twin` is the `_name` object beside a primitive `name`; `node` is null when there is only that.
   */
  test(node: unknown, context: ExpressionContext, twin?: JsonObject): boolean;
  /** The selected values in their order: JSON values as they stand in the node. @throws {ExpressionError} when it cannot be evaluated. */
  select(node: unknown, context: ExpressionContext, twin?: JsonObject): unknown[];
  /** As `select`, with the types. @throws {ExpressionError} when it cannot be evaluated. */
  selectTyped(node: unknown, context: ExpressionContext, twin?: JsonObject): Selected[];
}
