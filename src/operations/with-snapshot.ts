import { buildSnapshot } from '../definitions/build-snapshot.ts';
import type { Definitions, StructureDefinition, StructureWithSnapshot } from '../definitions/definitions.ts';
import { SnapshotError } from '../definitions/snapshot-error.ts';
import { snapshotFault } from '../definitions/snapshot-fault.ts';
import { refuse } from '../fhir/fhir-error.ts';

/** Gives what the work gives. @throws {FhirError} 422 `definition-unusable` where it needs a snapshot that cannot be made */
export const orUnusable = <T>(work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof SnapshotError)) throw cause;
    const { expression, text } = snapshotFault(cause);
    throw refuse('definition-unusable', text, { expression, cause });
  }
};

/** Gives a StructureDefinition the snapshot that it lacks. @throws {FhirError} 422 `definition-unusable` */
export const withSnapshot = (
  structure: StructureDefinition,
  definitions: Pick<Definitions, 'structureDefinition'>,
): StructureWithSnapshot =>
  structure.snapshot === undefined
    ? orUnusable(() => buildSnapshot(structure, definitions.structureDefinition))
    : (structure as StructureWithSnapshot);
