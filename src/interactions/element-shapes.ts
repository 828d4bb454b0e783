import type { Definitions } from '../definitions/definitions.ts';
import type { JsonObject } from '../fhir/resource.ts';
import type { ElementShape, Form, Shape, ShapeOf } from '../patch/element-shape.ts';
import { type ElementNode, elementTree, isPrimitiveType, jsonName, typeCodes } from '../validation/snapshot-tree.ts';

const plainName = (name: string): string => name.replace('[x]', '');

/** What may stand in resources of each type, read from their definitions as far as a patch goes. */
export const shapesOf = (definitions: Definitions): ShapeOf => {
  const trees = new Map<string, ReturnType<typeof elementTree> | undefined>();
  const treeOf = (type: string): ReturnType<typeof elementTree> | undefined => {
    if (!trees.has(type)) {
      const structure = definitions.structureDefinition(type);
      trees.set(type, structure && elementTree(structure));
    }
    return trees.get(type);
  };
  const ofType = (type: string): Shape | undefined => {
    const tree = treeOf(type);
    return tree && shape(tree.root);
  };
  const formOf = (node: ElementNode, type: string): Form => ({
    type,
    member: jsonName(node.name, type),
    isPrimitive: isPrimitiveType(type),
    below: (value: JsonObject | undefined) => {
      const { contentReference } = node.definition;
      if (node.children.length > 0) return shape(node);
      if (contentReference !== undefined) {
        const id = contentReference.slice(contentReference.indexOf('#') + 1);
        const named = treeOf(id.split('.', 1)[0]!)?.byId.get(id);
        return named && shape(named);
      }
      return ofType(typeof value?.resourceType === 'string' ? value.resourceType : type);
    },
  });
  const elementOf = (node: ElementNode): ElementShape => {
    const types = node.definition.type === undefined ? ['BackboneElement'] : typeCodes(node.definition);
    return { repeats: node.definition.max !== '1', forms: types.map(type => formOf(node, type)) };
  };
  const shape = ({ children }: ElementNode): Shape => ({
    names: children.map(({ name }) => plainName(name)),
    element: name => {
      const node = children.find(child => plainName(child.name) === name);
      return node && elementOf(node);
    },
  });
  return ofType;
};
