import type { StructureDefinition } from 'fhir/r4.js';

/** A StructureDefinition of which no snapshot can be made. The message names it, the element and what is wrong. */
export class SnapshotError extends Error {
  readonly structure: StructureDefinition;

  constructor(structure: StructureDefinition, reason: string, options?: { cause: unknown }) {
    super(`${structure.url}: ${reason}`, options);
    this.name = 'SnapshotError';
    this.structure = structure;
  }
}
