import type { Definitions, StructureWithSnapshot } from './definitions.ts';
import { SnapshotError } from './snapshot-error.ts';

/** The StructureDefinition of a canonical; undefined where it is not known, and where no snapshot of it can be made. */
export const usableStructure = (
  definitions: Pick<Definitions, 'structureDefinition'>,
  url: string,
): StructureWithSnapshot | undefined => {
  try {
    return definitions.structureDefinition(url);
  } catch (error) {
    if (error instanceof SnapshotError) return undefined;
    throw error;
  }
};
