import type { ElementDefinition, StructureWithSnapshot } from '../definitions/definitions.ts';
import { bindingsOf, invariantsOf, limitsOf } from './compile-item.ts';
import { expectedOf } from './patterns.ts';
import type {
  ElementPlace,
  ElementPlan,
  ExtensionSite,
  ItemPlan,
  NativeRule,
  ObjectPlan,
  PlanReference,
  TypePlan,
} from './plan.ts';
import type { Plans } from './plans.ts';
import {
  type ElementNode,
  type ElementTree,
  elementTree,
  isPrimitiveType,
  jsonName,
  mayHaveTwin,
  typeCodes,
} from './snapshot-tree.ts';

/** The least number of times that an element must occur: a number whatever the definition holds, since code is made from it. */
export const minOf = (definition: ElementDefinition): number => Number(definition.min ?? 0) || 0;

/** The greatest number of times that an element may occur. */
export const maxOf = (definition: ElementDefinition): number =>
  definition.max === undefined || definition.max === '*' ? Number.POSITIVE_INFINITY : Number(definition.max);

/** Whether JSON holds the element as an array: by the definition that introduced it, not by what a profile allows. */
export const isArray = (definition: ElementDefinition): boolean => (definition.base?.max ?? definition.max) !== '1';

/**
 * What a base definition (a resource type or data type) asks of its values: all of it.
 * `plans` gives the other types by name; `rules` are our own rules for the type.
 */
export function structurePlan(
  structure: StructureWithSnapshot,
  plans: Plans,
  rules: readonly NativeRule[],
): ObjectPlan {
  const tree = elementTree(structure);
  const kinds = kindsOf(structure, plans);
  const isOfResource = structure.kind === 'resource';
  const backbones = new Map<ElementNode, PlanReference>();

  const backbone = (node: ElementNode): PlanReference => {
    let reference = backbones.get(node);
    if (reference === undefined) {
      reference = plans.reference(node.definition.path, () => objectPlan(node));
      backbones.set(node, reference);
    }
    return reference;
  };

  const placeOf = ({ definition }: ElementNode, type: string): ElementPlace => ({
    path: definition.path,
    type,
    isPrimitive: isPrimitiveType(type),
    roots: kinds.slice(1),
    isOfResource,
  });

  const siteOf = (owner: ElementNode, isModifier: boolean): ExtensionSite => {
    const isRoot = owner === tree.root;
    return {
      types: isRoot ? kinds : ['BackboneElement', 'Element'],
      isResource: isRoot && isOfResource,
      isExtension: isRoot && structure.type === 'Extension',
      isModifier,
      place: isRoot ? undefined : placeOf(owner, typeCodes(owner.definition)[0] ?? 'BackboneElement'),
    };
  };

  const typePlan = (owner: ElementNode, node: ElementNode, code: string, definition: ElementDefinition): TypePlan => {
    const primitive = isPrimitiveType(code) ? code : undefined;
    const resource = plans.isAnyResource(code);
    const type = definition.type?.find(candidate => candidate.code === code);
    const own = node.children.length > 0 ? backbone(node) : undefined;
    return {
      code,
      primitive,
      resource,
      object: primitive !== undefined || resource ? undefined : (own ?? plans.type(code)),
      targets: code === 'Reference' ? plans.targets(type?.targetProfile, plans.baseTargets) : undefined,
      place: own === undefined && !resource ? placeOf(node, code) : undefined,
      extensions: code === 'Extension' ? plans.extensions(siteOf(owner, node.name === 'modifierExtension')) : undefined,
      profiles: (type?.profile ?? []).map(url => plans.profile(url)),
    };
  };

  const elementPlan = (owner: ElementNode, node: ElementNode): ElementPlan => {
    const { definition } = node;
    const referenced = referencedNode(tree, definition);
    const codes = referenced === undefined ? typeCodes(definition) : typeCodes(referenced.definition);
    const choice = node.name.endsWith('[x]');
    const item: ItemPlan = {
      types: codes.map(code => typePlan(owner, referenced ?? node, code, definition)),
      expected: expectedOf(definition),
      bindings: bindingsOf(definition, plans),
      limits: limitsOf(definition),
      invariants: invariantsOf(definition),
      object: undefined,
    };
    return {
      name: choice ? node.name.slice(0, -3) : node.name,
      choice,
      repeats: isArray(definition),
      min: minOf(definition),
      max: maxOf(definition),
      names: codes.map(code => ({ name: jsonName(node.name, code), type: code, twin: mayHaveTwin(definition, code) })),
      item,
      slicing: undefined,
    };
  };

  const objectPlan = (node: ElementNode): ObjectPlan => {
    const isRoot = node === tree.root;
    return {
      label: node.definition.path,
      type: isRoot ? structure.type : (typeCodes(node.definition)[0] ?? 'BackboneElement'),
      exhaustive: true,
      resource: isRoot && structure.kind === 'resource',
      elements: node.children.map(child => elementPlan(node, child)),
      invariants: isRoot ? invariantsOf(node.definition) : [],
      rules: isRoot ? rules : [],
    };
  };

  return objectPlan(tree.root);
}

/** The type that a structure defines, and all that it is a kind of: Patient, DomainResource, Resource. */
function kindsOf(structure: StructureWithSnapshot, plans: Plans): string[] {
  const kinds: string[] = [];
  let current: StructureWithSnapshot | undefined = structure;
  while (current !== undefined && !kinds.includes(current.type)) {
    kinds.push(current.type);
    const base: string | undefined = current.baseDefinition;
    current = base === undefined ? undefined : plans.tree(base.slice(base.lastIndexOf('/') + 1))?.root.structure;
  }
  return kinds;
}

/** The element whose content this one repeats (`#Questionnaire.item`). */
export function referencedNode(tree: ElementTree, definition: ElementDefinition): ElementNode | undefined {
  const { contentReference } = definition;
  return contentReference === undefined
    ? undefined
    : tree.byId.get(contentReference.slice(contentReference.indexOf('#') + 1));
}
