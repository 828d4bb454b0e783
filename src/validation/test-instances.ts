import type { Definitions, ElementDefinition } from '../definitions/definitions.ts';
import type { Json, JsonObject, Resource } from '../fhir/resource.ts';
import {
  type ElementNode,
  type ElementTree,
  elementTree,
  isPrimitiveType,
  jsonName,
  typeCodes,
} from './snapshot-tree.ts';

/** Valid instances of any type, made from its StructureDefinition for the tests of this folder. The same seed gives the same instance. */

/** Numbers from 0 to 1 that look random and depend on the seed alone. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const primitiveValues: Readonly<Record<string, Json>> = {
  boolean: true,
  integer: 3,
  unsignedInt: 0,
  positiveInt: 2,
  decimal: 1.5,
  string: 'some text',
  markdown: '*some* text',
  code: 'some-code',
  id: 'some-id',
  uri: 'http://example.org/some',
  url: 'http://example.org/some',
  canonical: 'http://example.org/some|1',
  oid: 'urn:oid:1.2.3',
  uuid: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  date: '2024-02-29',
  dateTime: '2024-02-29T10:00:00+03:00',
  instant: '2024-02-29T10:00:00.5Z',
  time: '10:30:00',
  base64Binary: 'QUJD',
  xhtml: '<div xmlns="http://www.w3.org/1999/xhtml"><p>some text</p></div>',
};

const quantity = (unit: string, code = unit): JsonObject => ({
  value: 2,
  unit,
  system: 'http://unitsofmeasure.org',
  code,
});

/** Types with rules of their own between their elements. */
const values: Readonly<Record<string, JsonObject>> = {
  Quantity: quantity('kg'),
  SimpleQuantity: quantity('kg'),
  Age: quantity('years', 'a'),
  Duration: quantity('hours', 'h'),
  Distance: quantity('metres', 'm'),
  Count: quantity('1'),
  Money: { value: 10.5, currency: 'TZS' },
  Period: { start: '2024-01-01', end: '2024-12-31' },
  Range: { low: { value: 1 }, high: { value: 2 } },
  Ratio: { numerator: { value: 1 }, denominator: { value: 2 } },
  Timing: { event: ['2024-02-29'] },
  Dosage: { text: 'twice a day' },
  Narrative: { status: 'generated', div: primitiveValues.xhtml! },
  Meta: { tag: [{ system: 'http://example.org/tags', code: 'some-tag' }] },
  Expression: { language: 'text/fhirpath', expression: 'true' },
  Attachment: { contentType: 'text/plain', url: 'http://example.org/some' },
  Extension: { url: 'http://example.org/extension', valueString: 'some text' },
  Coding: { system: 'http://example.org/codes', code: 'some-code' },
  CodeableConcept: { coding: [{ system: 'http://example.org/codes', code: 'some-code' }], text: 'some text' },
  UsageContext: {
    code: { system: 'http://example.org/codes', code: 'some-code' },
    valueCodeableConcept: { text: 'x' },
  },
};

/** Codes of value sets that are told by a grammar. */
const grammarCodes = ['text/plain', 'en', 'TZS', 'kg'];

/** Elements that every type has, which are tried by tests of their own. */
const leftOut = new Set(['id', 'implicitRules', 'contained', 'extension', 'modifierExtension']);

export interface Generator {
  tree(type: string): ElementTree;
  /** A value of a data type, as a JSON value of the element; undefined where none can be made. */
  value(type: string, definition: ElementDefinition, random: () => number, density: number): Json | undefined;
  /** A resource with its required elements, and others as `density` (0 to 1) says. Its invariants are not looked at. */
  resource(type: string, random: () => number, density: number): Resource;
}

/** Makes instances by what `definitions` say. */
export function createGenerator(definitions: Definitions): Generator {
  const trees = new Map<string, ElementTree>();
  const tree = (type: string): ElementTree => {
    let found = trees.get(type);
    if (found === undefined) {
      const structure = definitions.structureDefinition(type);
      if (structure === undefined) throw new Error(`${type} is not loaded`);
      found = elementTree(structure);
      trees.set(type, found);
    }
    return found;
  };

  /** A code that the element is bound to, with its system; undefined where any will do. */
  const boundCoding = ({ binding }: ElementDefinition): { system: string; code: string } | undefined => {
    if (binding?.strength !== 'required' || binding.valueSet === undefined) return undefined;
    const codes = definitions.valueSet(binding.valueSet);
    if (codes === undefined) return undefined;
    const code = codes.sample(1)[0] ?? grammarCodes.find(each => codes.judge(each) === 'yes');
    if (code === undefined) return undefined;
    return { system: codes.systems.find(system => codes.judge(code, system) === 'yes') ?? '', code };
  };

  const target = ({ type = [] }: ElementDefinition): string => {
    const [profile = ''] = type.flatMap(({ code, targetProfile = [] }) => (code === 'Reference' ? targetProfile : []));
    const name = profile.slice(profile.lastIndexOf('/') + 1);
    return definitions.resourceTypes.includes(name)
      ? name
      : (definitions.structureDefinition(profile)?.type ?? 'Basic');
  };

  const value: Generator['value'] = (type, definition, random, density) => {
    const coding = boundCoding(definition);
    if (type === 'code' && coding !== undefined) return coding.code;
    if (type === 'Coding' && coding !== undefined) return coding;
    if (type === 'CodeableConcept' && coding !== undefined) return { coding: [coding] };
    if (isPrimitiveType(type)) return structuredClone(primitiveValues[type]);
    if (type === 'Reference') {
      const name = target(definition);
      return { reference: `${name === 'Resource' ? 'Basic' : name}/some-id` };
    }
    if (type === 'Resource') return { resourceType: 'Basic', id: 'some-id', code: { text: 'some text' } };
    if (values[type] !== undefined) return structuredClone(values[type]);
    return objectOf(tree(type).root, tree(type), random, density / 2);
  };

  /** What is needed must not be empty. */
  const filled = (node: ElementNode, whole: ElementTree, random: () => number, density: number, isNeeded: boolean) => {
    const object = objectOf(node, whole, random, density);
    return isNeeded && Object.keys(object).length === 0 ? objectOf(node, whole, random, 1) : object;
  };

  const objectOf = (node: ElementNode, whole: ElementTree, random: () => number, density: number): JsonObject => {
    const object: JsonObject = {};
    for (const child of node.children) {
      const { definition } = child;
      if (leftOut.has(child.name) || definition.max === '0') continue;
      if ((definition.min ?? 0) === 0 && random() >= density) continue;
      const referred = definition.contentReference?.slice(definition.contentReference.indexOf('#') + 1);
      const from = referred === undefined ? child : whole.byId.get(referred)!;
      const codes = typeCodes(from.definition);
      const type = codes[Math.floor(random() * codes.length)] ?? 'BackboneElement';
      const isNeeded = (definition.min ?? 0) > 0;
      const made =
        from.children.length > 0
          ? filled(from, whole, random, density / 2, isNeeded)
          : value(type, definition, random, density);
      if (made === undefined || (typeof made === 'object' && made !== null && Object.keys(made).length === 0)) continue;
      const repeats = (definition.base?.max ?? definition.max) !== '1';
      object[jsonName(child.name, type)] = repeats ? [made] : made;
    }
    return object;
  };

  return {
    tree,
    value,
    resource: (type, random, density) => ({
      resourceType: type,
      ...objectOf(tree(type).root, tree(type), random, density),
    }),
  };
}
