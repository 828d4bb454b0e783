import type { ElementDefinition, StructureDefinition } from 'fhir/r4.js';
import type { StructureWithSnapshot } from './definitions.ts';
import { differentialSteps } from './differential-steps.ts';
import { copyOf, elementsOf, treeOf } from './element-tree.ts';
import { mergeElement } from './merge-element.ts';
import { SnapshotError } from './snapshot-error.ts';
import { type FindStructure, narrowChoices, walkToElement } from './walk-to-element.ts';

/**
 * The snapshot of a profile or extension that has only a differential: its base's snapshot with the differential laid over it.
 * `find` gives the base and the data types that the differential walks into.
 * Throws a SnapshotError that names the profile and the element, when the base is not loaded or an element is nowhere in it.
 * https://hl7.org/fhir/R4/profiling.html#snapshot
 */
export const buildSnapshot = (structure: StructureDefinition, find: FindStructure): StructureWithSnapshot => {
  const { baseDefinition, derivation, differential } = structure;
  if (derivation === 'specialization') {
    throw new SnapshotError(structure, 'it defines a type of its own, which has to come with its snapshot');
  }
  const elements = snapshotOf(structure, baseDefinition, find);
  const root = within(structure, undefined, () => copyOf(treeOf(elements)));
  for (const { element, segments } of differentialSteps(differential?.element ?? [])) {
    within(structure, element, () => mergeElement(walkToElement(root, segments, find).element, element));
  }
  narrowChoices(root);
  return { ...structure, snapshot: { element: elementsOf(root) } };
};

const snapshotOf = (structure: StructureDefinition, base: string | undefined, find: FindStructure) => {
  const found = base === undefined ? undefined : within(structure, undefined, () => find(base));
  if (found === undefined) throw new SnapshotError(structure, `its base ${base} is not loaded`);
  return found.snapshot.element;
};

/** Does a part of the work, with an element or with the base; what goes wrong in it is told as a fault of the structure. */
const within = <T>(structure: StructureDefinition, element: ElementDefinition | undefined, work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (element === undefined) throw new SnapshotError(structure, `its base cannot be used: ${reason}`, { cause });
    throw new SnapshotError(structure, `${element.id ?? element.path}: ${reason}`, { cause, element });
  }
};
