import type { Definitions, ElementDefinition, StructureWithSnapshot } from '../src/definitions/definitions.ts';
import type { Json, JsonObject, Resource } from '../src/fhir/resource.ts';
import {
  type ElementNode,
  elementTree,
  isPrimitiveType,
  jsonName,
  typeCodes,
} from '../src/validation/snapshot-tree.ts';

const PRIMITIVES: Record<string, Json> = {
  boolean: true,
  integer: 1,
  positiveInt: 1,
  unsignedInt: 1,
  decimal: 1.5,
  date: '2026-06-10',
  dateTime: '2026-06-10',
  instant: '2026-06-10T08:00:00Z',
  time: '08:00:00',
  oid: 'urn:oid:2.16.840.1',
  uuid: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  base64Binary: 'AAAA',
  xhtml: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>',
};
const QUANTITY = { value: 1, system: 'http://unitsofmeasure.org', code: 'd' };
const COMPLEX: Record<string, Json> = {
  Age: QUANTITY,
  Duration: QUANTITY,
  SimpleQuantity: QUANTITY,
  Quantity: QUANTITY,
};
const CODES: Record<string, string> = { mimetypes: 'text/plain', currencies: 'USD' };
const URIS = new Set(['uri', 'url', 'canonical']);
const DEEPEST = 3;
const TARGET = /StructureDefinition\/(?<type>\w+)$/;
const LEFT_OUT = new Set(['extension', 'modifierExtension', 'contained', 'id', 'implicitRules']);

/** A resource of a type that has every one of its elements once, so that judging it needs all that the type can need. */
export function fullResource(resourceType: string, definitions: Definitions): Resource {
  const code = ({ path, binding }: ElementDefinition): string => {
    if (path.endsWith('.language')) return 'en';
    const url = binding?.strength === 'required' ? (binding.valueSet ?? '') : '';
    const [name] = url.slice(url.lastIndexOf('/') + 1).split('|') as [string];
    return CODES[name] ?? definitions.valueSet(url)?.sample(1)[0] ?? 'x';
  };

  const coding = (element: ElementDefinition): JsonObject => {
    const systems = definitions.valueSet(element.binding?.valueSet ?? '')?.systems;
    return { system: systems?.[0] || 'http://example.org/codes', code: code(element) };
  };

  const reference = ({ type }: ElementDefinition): JsonObject => {
    const target = TARGET.exec(type?.[0]?.targetProfile?.[0] ?? '')?.groups?.type;
    return { reference: `${target === undefined || target === 'Resource' ? 'Patient' : target}/1` };
  };

  const valueFor = (node: ElementNode, type: string, depth: number): Json | undefined => {
    if (URIS.has(type)) return 'http://example.org/x';
    if (type === 'code') return code(node.definition);
    if (isPrimitiveType(type)) return PRIMITIVES[type] ?? 'x';
    if (type === 'Reference') return reference(node.definition);
    if (type === 'Coding') return coding(node.definition);
    if (type === 'CodeableConcept') return { coding: [coding(node.definition)], text: 'x' };
    if (COMPLEX[type] !== undefined) return COMPLEX[type];
    if (type === 'Resource') return { resourceType: 'Basic', code: { text: 'x' } };
    const structure = node.children.length > 0 ? undefined : definitions.structureDefinition(type);
    const made = elementsOf(
      structure === undefined ? node : elementTree(structure as StructureWithSnapshot).root,
      depth,
    );
    return Object.keys(made).length === 0 ? undefined : made;
  };

  const elementsOf = (of: ElementNode, depth: number): JsonObject => {
    const made: JsonObject = {};
    for (const node of of.children) {
      const { min = 0, base, max, contentReference } = node.definition;
      if (LEFT_OUT.has(node.name) || contentReference !== undefined || (depth >= DEEPEST && min === 0)) continue;
      const [type] = typeCodes(node.definition);
      const value = type === undefined ? undefined : valueFor(node, type, depth + 1);
      if (type !== undefined && value !== undefined)
        made[jsonName(node.name, type)] = (base?.max ?? max) === '1' ? value : [value];
    }
    return made;
  };

  const structure = definitions.structureDefinition(resourceType);
  if (structure === undefined) throw new Error(`${resourceType} is not loaded.`);
  return { resourceType, ...elementsOf(elementTree(structure).root, 0) };
}
