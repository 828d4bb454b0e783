import type { ElementDefinition, StructureDefinition } from 'fhir/r4.js';

/** A StructureDefinition of which no snapshot can be made. The message names it, the element and what is wrong. */
export class SnapshotError extends Error {
  readonly structure: StructureDefinition;
  /** The message without the name of the structure. */
  readonly reason: string;
  /** The element of the differential that cannot be laid over the base; undefined where the base itself cannot be used. */
  readonly element: ElementDefinition | undefined;

  constructor(
    structure: StructureDefinition,
    reason: string,
    { element, ...options }: { cause?: unknown; element?: ElementDefinition } = {},
  ) {
    super(`${structure.url}: ${reason}`, options);
    this.name = 'SnapshotError';
    this.structure = structure;
    this.reason = reason;
    this.element = element;
  }
}
