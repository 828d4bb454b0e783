import type { ElementDefinition, StructureDefinition } from 'fhir/r4.js';
import type { StructureWithSnapshot } from './definitions.ts';
import { copyOf, elementsOf, type Segment, segmentsOf, treeOf } from './element-tree.ts';
import { mergeElement } from './merge-element.ts';
import { type FindStructure, narrowChoices, walkToElement } from './walk-to-element.ts';

/**
 * The snapshot of a profile or extension that has only a differential: its base's snapshot with the differential laid over it.
 * `find` gives the base and the data types that the differential walks into.
 * Throws an Error that names the profile and the element, when the base is not loaded or an element is nowhere in it.
 * https://hl7.org/fhir/R4/profiling.html#snapshot
 */
export const buildSnapshot = (structure: StructureDefinition, find: FindStructure): StructureWithSnapshot => {
  const base = structure.baseDefinition === undefined ? undefined : find(structure.baseDefinition);
  if (base === undefined) throw new Error(`${structure.url}: its base ${structure.baseDefinition} is not loaded`);
  const root = copyOf(treeOf(base.snapshot.element));
  const steps = (structure.differential?.element ?? []).map(element => ({ element, segments: stepsOf(element) }));
  // What is said of an element holds in its slices too, so it has to be there before slices copy it.
  for (const { element, segments } of steps.toSorted((a, b) => sliceDepth(a.segments) - sliceDepth(b.segments))) {
    try {
      mergeElement(walkToElement(root, segments, find).element, element);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${structure.url}: ${element.id ?? element.path}: ${reason}`, { cause });
    }
  }
  narrowChoices(root);
  return { ...structure, snapshot: { element: elementsOf(root) } };
};

/** The id tells slices above the element; some differentials leave it out, and then only the element's own slice is known. */
const stepsOf = ({ id, path, sliceName }: ElementDefinition): Segment[] => {
  const segments = segmentsOf(id ?? path);
  const last = segments.at(-1);
  if (id === undefined && last !== undefined && sliceName !== undefined) last.sliceName = sliceName;
  return segments;
};

const sliceDepth = (segments: readonly Segment[]): number =>
  segments.filter(({ sliceName }) => sliceName !== undefined).length;
