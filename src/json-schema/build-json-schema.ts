import type { Definitions, StructureWithSnapshot } from '../definitions/definitions.ts';
import { referencedNode } from '../validation/compile-structure.ts';
import {
  type ElementNode,
  type ElementTree,
  elementTree,
  isPrimitiveType,
  typeCodes,
} from '../validation/snapshot-tree.ts';
import { DRAFT, type JsonSchema } from './json-schema.ts';
import { type ElementProperty, type MergedElement, mergeElements } from './merge-elements.ts';
import { objectSchema } from './object-schema.ts';
import { primitiveSchemas } from './primitive-schemas.ts';
import { certainValue, valueSchema } from './value-schema.ts';

const LIMITS =
  'This schema refuses only what the FHIR server refuses, and not all of that. Not in it: slices, invariants, the types that references may ' +
  'point to, codes of large or open value sets, days that no calendar has, that only one type of a choice may be given, resources ' +
  'inside this one, and complex values of extensions. Send the resource to $validate for these.';

const ANY_OBJECT: JsonSchema = { type: 'object', minProperties: 1 };

const ANY_RESOURCE: JsonSchema = {
  type: 'object',
  properties: { resourceType: { type: 'string' } },
  required: ['resourceType'],
  additionalProperties: true,
};

/**
 * The JSON Schema (draft-07) of a resource type, a data type or a profile, made of its snapshot. It needs nothing beside itself. What
 * it refuses the validator refuses too; the reverse does not hold. https://hl7.org/fhir/R4/json.html
 */
export const buildJsonSchema = (structure: StructureWithSnapshot, definitions: Definitions): JsonSchema => {
  const { type, url, title, name } = structure;
  const isProfile = structure.derivation === 'constraint';
  const base = (isProfile ? definitions.structureDefinition(type) : undefined) ?? structure;
  const { schemas, rootOf, objectOf } = createSchemas(definitions, pascalCase(name));
  const object = primitiveSchemas[type] ?? objectOf(rootOf(base), base === structure ? undefined : rootOf(structure));
  const root = base.kind === 'resource' ? resourceSchema(object, base.abstract ? undefined : type) : object;
  return {
    $schema: DRAFT,
    $id: url,
    title: title ?? name,
    description: isProfile ? `A ${type} by the profile ${url}, as JSON.` : `FHIR R4 ${type} as JSON.`,
    $comment: LIMITS,
    ...root,
    ...definitionsNeeded(root, schemas),
  };
};

/** An object that tells its type. Of an abstract type there are objects of many types, each with more elements. */
const resourceSchema = (object: JsonSchema, type: string | undefined): JsonSchema => {
  const {
    properties,
    required = [],
    minProperties: _,
    ...rest
  } = object as { properties: JsonSchema; required?: string[]; minProperties: number };
  return {
    type: 'object',
    properties: { resourceType: { type: 'string', ...(type === undefined ? {} : { const: type }) }, ...properties },
    required: ['resourceType', ...required],
    ...rest,
    ...(type === undefined ? { additionalProperties: true } : {}),
  };
};

/** The definitions of types and backbones, each made when it is first referred to. */
const createSchemas = (definitions: Definitions, profileName: string) => {
  const schemas = new Map<string, JsonSchema>([['Resource', ANY_RESOURCE]]);

  const define = (key: string, make: () => JsonSchema): JsonSchema => {
    if (!schemas.has(key)) {
      // Known before it is made, for it may refer to itself.
      schemas.set(key, {});
      schemas.set(key, make());
    }
    return { $ref: `#/definitions/${key}` };
  };
  const trees = new Map<StructureWithSnapshot, ElementTree>();
  const treeOf = (structure: StructureWithSnapshot): ElementTree => {
    const tree = trees.get(structure) ?? elementTree(structure);
    trees.set(structure, tree);
    return tree;
  };
  const rootOf = (structure: StructureWithSnapshot): ElementNode => treeOf(structure).root;
  const typeRoot = (code: string): ElementNode | undefined => {
    const structure = definitions.structureDefinition(code);
    return structure && rootOf(structure);
  };
  /** The element whose content a content reference repeats. */
  const referred = ({ structure, definition }: ElementNode): ElementNode | undefined =>
    referencedNode(treeOf(structure), definition);
  /** The element whose children are those of the node's values. */
  const contentOf = (node: ElementNode, code: string): ElementNode | undefined =>
    node.children.length > 0 ? node : (referred(node) ?? typeRoot(code));

  const typeSchema = (node: ElementNode, code: string): JsonSchema => {
    const primitive = primitiveSchemas[code];
    if (primitive !== undefined) return define(code, () => primitive);
    if (code === 'Resource' || code === 'DomainResource') return { $ref: '#/definitions/Resource' };
    const content = contentOf(node, code);
    if (content === undefined) return ANY_OBJECT;
    return define(keyOf(content), () => objectOf(content, undefined));
  };

  /** What the profile makes of an object, under a name of its own; the type's own schema where it makes nothing of it. */
  const profiledSchema = (node: ElementNode, code: string, profile: ElementNode): JsonSchema => {
    const content = contentOf(node, code);
    const plain = typeSchema(node, code);
    if (content === undefined || isPrimitiveType(code) || profile.children.length === 0) return plain;
    const profiled = objectOf(content, profile);
    if (JSON.stringify(profiled) === JSON.stringify(schemas.get(keyOf(content)))) return plain;
    // No type has a name with an underscore.
    return define(`${profileName}_${keyOf(profile).slice(profile.structure.type.length)}`, () => profiled);
  };

  const valueSchemaOf = ({ base, profile }: MergedElement, { type }: ElementProperty): JsonSchema => {
    // Each schema would hold every data type, if extensions had theirs.
    if (profile === undefined && base.definition.path === 'Extension.value[x]' && !isPrimitiveType(type))
      return ANY_OBJECT;
    const only = profile !== undefined && typeCodes(profile.definition).length === 1 ? profile : undefined;
    const schema = only === undefined ? typeSchema(base, type) : profiledSchema(base, type, only);
    return valueSchema((profile ?? base).definition, type, schema, definitions);
  };

  const objectOf = (content: ElementNode, profile: ElementNode | undefined): JsonSchema => {
    const typesOf = (node: ElementNode): string[] => typeCodes((referred(node) ?? node).definition);
    const elements = mergeElements(content, profile, typesOf);
    const isCertain = ({ base, profile: said }: MergedElement): boolean =>
      certainValue((said ?? base).definition) !== undefined;
    return objectSchema(elements, valueSchemaOf, isCertain);
  };

  return { schemas, rootOf, objectOf };
};

/** `ClaimItemDetail` for the path `Claim.item.detail`. */
const keyOf = ({ definition }: ElementNode): string => pascalCase(definition.path);

const pascalCase = (text: string): string =>
  text.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9]|$)/g, (_, letter: string) => letter.toUpperCase());

/** Only what the root refers to, at whatever distance, by name. */
const definitionsNeeded = (root: JsonSchema, schemas: ReadonlyMap<string, JsonSchema>): JsonSchema => {
  const needed = new Set<string>();
  const collect = (schema: JsonSchema): void => {
    for (const [, key] of JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/(\w+)"/g)) {
      if (key === undefined || needed.has(key)) continue;
      needed.add(key);
      collect(schemas.get(key) ?? {});
    }
  };
  collect(root);
  const sorted = [...needed].sort().map(key => [key, schemas.get(key) ?? {}]);
  return sorted.length === 0 ? {} : { definitions: Object.fromEntries(sorted) };
};
