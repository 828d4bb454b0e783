import type { Definitions } from '../definitions/definitions.ts';
import { type ElementNode, elementTree, isPrimitiveType, jsonName, typeCodes } from '../validation/snapshot-tree.ts';

/** How JSON writes a primitive value. */
export type JsonKind = 'boolean' | 'number' | 'string';

/** What an element holds: a primitive value, narrative as it is, a resource of any type, or elements of its own. */
export type Content =
  | { kind: 'primitive'; json: JsonKind; type: string }
  | { kind: 'xhtml' }
  | { kind: 'resource' }
  | { kind: 'complex'; shape: () => Shape };

/** One element that may stand in another, by the name that both JSON and XML give it. */
export interface Member {
  name: string;
  /** Its place among its siblings; all types of a choice have the same. */
  order: number;
  isArray: boolean;
  /** Written as an attribute in XML. */
  isAttribute: boolean;
  content: Content;
}

/** The elements that may stand in another one, by name. */
export type Shape = ReadonlyMap<string, Member>;

/** The shapes of R4's types, from their StructureDefinitions. */
export interface ElementShapes {
  /** The shape of a resource type or data type; undefined for a name that is none. */
  ofType(type: string): Shape | undefined;
  /** Whether a resource may be of the type. */
  isResourceType(type: string): boolean;
}

const JSON_KINDS: Readonly<Record<string, JsonKind>> = {
  boolean: 'boolean',
  decimal: 'number',
  integer: 'number',
  unsignedInt: 'number',
  positiveInt: 'number',
};

/**
 * Reads the shapes of types as they are needed, and keeps them: the definitions of R4 itself are never replaced.
 * https://hl7.org/fhir/R4/xml.html
 */
export const createElementShapes = (definitions: Definitions): ElementShapes => {
  const types = new Map<string, Shape>();
  const resourceTypes = new Set(definitions.resourceTypes);

  const ofType = (type: string): Shape | undefined => {
    const known = types.get(type);
    if (known !== undefined) return known;
    const structure = definitions.structureDefinition(type);
    if (structure === undefined) return undefined;
    const { root, byId } = elementTree(structure);
    const shapes = new Map<ElementNode, Shape>();

    const shapeOf = (node: ElementNode): Shape => {
      const made = shapes.get(node) ?? new Map(node.children.flatMap(membersOf).map(member => [member.name, member]));
      shapes.set(node, made);
      return made;
    };
    const contentOf = (node: ElementNode, code: string): Content => {
      if (node.children.length > 0) return { kind: 'complex', shape: () => shapeOf(node) };
      if (code === 'xhtml') return { kind: 'xhtml' };
      if (code === 'Resource') return { kind: 'resource' };
      if (isPrimitiveType(code)) return { kind: 'primitive', json: JSON_KINDS[code] ?? 'string', type: code };
      return { kind: 'complex', shape: () => ofType(code)! };
    };
    const membersOf = (node: ElementNode, order: number): Member[] => {
      const { definition, name } = node;
      const max = definition.base?.max ?? definition.max;
      const rest = {
        order,
        isArray: max !== '1',
        isAttribute: definition.representation?.includes('xmlAttr') ?? false,
      };
      const { contentReference } = definition;
      if (contentReference !== undefined) {
        const target = byId.get(contentReference.slice(contentReference.indexOf('#') + 1))!;
        return [{ name, ...rest, content: { kind: 'complex', shape: () => shapeOf(target) } }];
      }
      return typeCodes(definition).map(code => ({
        name: jsonName(name, code),
        ...rest,
        content: contentOf(node, code),
      }));
    };

    const shape = shapeOf(root);
    types.set(type, shape);
    return shape;
  };
  return { ofType, isResourceType: type => resourceTypes.has(type) };
};
