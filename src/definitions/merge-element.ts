import type { ElementDefinition, ElementDefinitionType } from 'fhir/r4.js';

/** Where an element stands is given by the tree; the others are merged, not replaced. */
const NOT_REPLACED = new Set([
  'id',
  'path',
  'base',
  'sliceName',
  'contentReference',
  'constraint',
  'slicing',
  'binding',
  'type',
]);

/**
 * Lays one element of a differential over an element of a snapshot, in place. Constraints add up; whatever else the
 * differential says replaces what was there.
 */
export const mergeElement = (element: ElementDefinition, differential: ElementDefinition): void => {
  for (const [name, value] of Object.entries(differential)) {
    if (!NOT_REPLACED.has(name)) Object.assign(element, { [name]: value });
  }
  if (differential.slicing !== undefined) element.slicing = { ...element.slicing, ...differential.slicing };
  // A binding that is only made stronger, or only described, stays on its value set.
  if (differential.binding !== undefined) element.binding = { ...element.binding, ...differential.binding };
  if (differential.type !== undefined) element.type = mergeTypes(element.type ?? [], differential.type);
  if (differential.constraint !== undefined) {
    const added = differential.constraint;
    const kept = (element.constraint ?? []).filter(({ key }) => !added.some(each => each.key === key));
    element.constraint = [...kept, ...added];
  }
};

/** Ids and urls are often typed by a FHIRPath type, which says less than the FHIR type that the base has. */
const mergeTypes = (
  types: readonly ElementDefinitionType[],
  differential: readonly ElementDefinitionType[],
): ElementDefinitionType[] =>
  differential.some(({ code }) => code.startsWith('http://hl7.org/fhirpath/')) ? [...types] : [...differential];
