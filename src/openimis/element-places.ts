import type { ElementDefinition } from 'fhir/r4.js';
import type { Definitions, StructureWithSnapshot } from '../definitions/definitions.ts';
import { isRawNumber } from '../fhir/exact-json.ts';
import { isJsonObject, type Json, type JsonObject, type Resource } from '../fhir/resource.ts';

/** Where a value stands in a resource. */
export interface Place {
  /** In the definitions: `Claim.item.category`; inside a data type, from its name on: `Coding.system`; of a resource its type. */
  path: string;
  /** Data type or, of a resource, its type. */
  type: string;
  definition: ElementDefinition;
  /** Its place in the list of which it is an item. */
  index: number | undefined;
  /** The place of what holds it; undefined for the resource that is visited. */
  above: Place | undefined;
}

/** Gives what shall stand at the place: the same value to leave it, undefined to take it away. */
export type Visit = (value: Json, place: Place) => Json | undefined;

interface Child {
  definition: ElementDefinition;
  path: string;
  type: string;
}

const structures = new WeakMap<StructureWithSnapshot, Map<string, Map<string, Child>>>();

const capitalised = (type: string): string => type.charAt(0).toUpperCase() + type.slice(1);

/** The children of each element of a structure, by path and by their names in JSON: `valueString` of `value[x]`. */
const childrenOf = (structure: StructureWithSnapshot): Map<string, Map<string, Child>> => {
  let known = structures.get(structure);
  if (known === undefined) {
    known = new Map();
    for (const definition of structure.snapshot.element) {
      const { path, type = [], contentReference } = definition;
      const dot = path.lastIndexOf('.');
      if (dot === -1) continue;
      const siblings = known.get(path.slice(0, dot)) ?? new Map<string, Child>();
      known.set(path.slice(0, dot), siblings);
      const name = lastStep(path);
      if (contentReference !== undefined) {
        const referred = contentReference.slice(contentReference.indexOf('#') + 1);
        siblings.set(name, { definition, path: referred, type: 'BackboneElement' });
      } else if (name.endsWith('[x]')) {
        for (const { code } of type)
          siblings.set(name.slice(0, -3) + capitalised(code), { definition, path, type: code });
      } else {
        siblings.set(name, { definition, path, type: type[0]?.code ?? '' });
      }
    }
    structures.set(structure, known);
  }
  return known;
};

const lastStep = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

const isInline = (type: string): boolean => type === 'BackboneElement' || type === 'Element';

/** The FHIRPath of a place, with indexes: `Claim.item[0].category`. https://hl7.org/fhir/R4/fhirpath.html */
export const expressionOf = ({ definition, index, above, type }: Place): string => {
  if (above === undefined) return type;
  const step = lastStep(definition.path).replace('[x]', '');
  return `${expressionOf(above)}.${step}${index === undefined ? '' : `[${index}]`}`;
};

/**
 * Visits every value of a resource that stands where the base definitions have an element, contained resources and extensions too,
 * what is inside an object before the object itself, and puts what `visit` gives in its place. Changes the resource.
 * @returns what shall stand for the resource
 */
export const visitElements = (
  resource: Resource,
  { structureDefinition }: Pick<Definitions, 'structureDefinition'>,
  visit: Visit,
): Resource => {
  const childrenAt = ({ path, type }: Place): ReadonlyMap<string, Child> | undefined => {
    const structure = structureDefinition(isInline(type) ? path.slice(0, path.indexOf('.')) : type);
    return structure && childrenOf(structure).get(isInline(type) ? path : structure.type);
  };
  const visitMembers = (object: JsonObject, above: Place): void => {
    const children = childrenAt(above);
    if (children === undefined) return;
    for (const name of Object.keys(object)) {
      const child = children.get(name);
      if (child === undefined) continue;
      const { path, type, definition } = child;
      const place = { path, type, definition, index: undefined, above };
      const value = object[name]!;
      const visited = Array.isArray(value) ? visitItems(value, place) : visitOne(value, place);
      if (visited === undefined) delete object[name];
      else object[name] = visited;
    }
  };
  const visitItems = (items: Json[], place: Place): Json[] | undefined => {
    const kept: Json[] = [];
    items.forEach((item, index) => {
      const visited = visitOne(item, { ...place, index });
      if (visited !== undefined) kept.push(visited);
    });
    return kept.length === 0 && items.length > 0 ? undefined : kept;
  };
  const visitOne = (value: Json, place: Place): Json | undefined => {
    if (!isJsonObject(value) || isRawNumber(value)) return visit(value, place);
    const { resourceType } = value;
    if (place.type !== 'Resource') {
      visitMembers(value, place);
      return visit(value, place);
    }
    if (typeof resourceType !== 'string') return value;
    const carried = { ...place, path: resourceType, type: resourceType };
    visitMembers(value, carried);
    return visit(value, carried);
  };
  const { resourceType } = resource;
  const definition = structureDefinition(resourceType)?.snapshot.element[0];
  if (definition === undefined) return resource;
  const root = { path: resourceType, type: resourceType, definition, index: undefined, above: undefined };
  return visitOne(resource, root) as Resource;
};
