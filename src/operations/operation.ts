import type { ImplementedOperation, OperationLevel } from '../definitions/operation-levels.ts';
import type { Deps, InteractionResult, Prefer } from '../interactions/context.ts';

/** A call of an operation, whoever calls. */
export interface OperationRequest {
  level: OperationLevel;
  /** Absent on the whole system. */
  resourceType?: string;
  /** Present on an instance only; whether there is such a resource is not known yet. */
  id?: string;
  /** Those of the URL, in their order. */
  parameters: readonly (readonly [name: string, value: string])[];
  /** Empty for a call with GET. */
  body: Buffer;
  prefer: Prefer;
}

/**
 * An operation that the code can do. The capability file says where it is enabled.
 * https://hl7.org/fhir/R4/operations.html
 */
export interface Operation extends ImplementedOperation {
  /** Without the dollar sign. */
  code: string;
  /** What it answers with, where that is not a FHIR resource. */
  mediaType?: string;
  /** The resource that it is given may be a Bundle, so that the body may be as large as one. */
  takesBundle?: boolean;
  run(deps: Deps, request: OperationRequest): Promise<InteractionResult>;
}
