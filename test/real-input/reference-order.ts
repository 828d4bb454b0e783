import { isRawNumber } from '../../src/fhir/exact-json.ts';
import { findReferences, parseReference } from '../../src/fhir/reference.ts';
import { isJsonObject, type Json, type Resource } from '../../src/fhir/resource.ts';

/** `Type/id` of a resource that has one. */
export const nameOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`;

/** References to other resources by `Type/id`: what is referred to, and the FHIRPath expression of the Reference. */
export const referencesOf = (resource: Resource): { target: string; expression: string }[] => {
  const found: { target: string; expression: string }[] = [];
  findReferences(resource, (reference, locate) => {
    const target = parseReference(reference.reference as string);
    if (target.kind !== 'local') return;
    found.push({ target: `${target.resourceType}/${target.id}`, expression: locate() });
  });
  return found;
};

/**
 * The resources, each after those that it refers to. Where they refer to each other in a circle, the one that is met first comes
 * last, so that some references of the others point ahead.
 */
export const inReferenceOrder = (resources: readonly Resource[]): Resource[] => {
  const byName = new Map(resources.map(resource => [nameOf(resource), resource]));
  const ordered = new Set<Resource>();
  const met = new Set<Resource>();
  const visit = (resource: Resource): void => {
    if (met.has(resource)) return;
    met.add(resource);
    for (const { target } of referencesOf(resource)) {
      const next = byName.get(target);
      if (next !== undefined) visit(next);
    }
    ordered.add(resource);
  };
  resources.forEach(visit);
  return [...ordered];
};

const mentions = (value: Json, targets: ReadonlySet<string>): boolean =>
  isJsonObject(value) &&
  ((typeof value.reference === 'string' && targets.has(value.reference)) ||
    Object.values(value).some(member => mentions(member, targets)));

/** A copy without the list items that refer to one of `targets`. */
export const withoutItemsReferringTo = <T extends Json>(value: T, targets: ReadonlySet<string>): T => {
  if (Array.isArray(value)) {
    return value
      .filter(item => !mentions(item, targets))
      .map(item => withoutItemsReferringTo(item, targets)) as unknown as T;
  }
  if (!isJsonObject(value) || isRawNumber(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withoutItemsReferringTo(member, targets)]),
  ) as T;
};
