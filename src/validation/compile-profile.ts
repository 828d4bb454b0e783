import type { ElementDefinition, StructureWithSnapshot } from '../definitions/definitions.ts';
import { bindingsOf, invariantsOf, limitsOf } from './compile-item.ts';
import { compileSlicing } from './compile-slices.ts';
import { isArray, maxOf, minOf, referencedNode } from './compile-structure.ts';
import { expectedOf } from './patterns.ts';
import type {
  ElementPlan,
  ItemPlan,
  ObjectPlan,
  PlanReference,
  ProfileReference,
  TargetPlan,
  TypePlan,
} from './plan.ts';
import type { Plans } from './plans.ts';
import { type ElementNode, elementTree, jsonName, mayHaveTwin, typeCodes } from './snapshot-tree.ts';

type ElementType = NonNullable<ElementDefinition['type']>[number];

const isSameList = (left: readonly string[] = [], right: readonly string[] = []) =>
  left.length === right.length && left.every(item => right.includes(item));

const asksNothing = (item: ItemPlan) =>
  item.expected === undefined &&
  item.bindings.length === 0 &&
  item.object === undefined &&
  item.limits.length === 0 &&
  item.invariants.length === 0 &&
  item.types.every(type => type.targets === undefined && type.profiles.length === 0);

/**
 * What a profile asks beyond the type that it constrains. Every element of its snapshot is compared with the element of that type (of
 * a data type, where the profile walks into one); what is the same is left out, since the type is judged as well.
 */
export function profilePlan(structure: StructureWithSnapshot, plans: Plans): ObjectPlan {
  const tree = elementTree(structure);
  const title = structure.name;

  /** The element of the underlying type that is named so, inside an element whose values are of type `code`. */
  const baseChild = (base: ElementNode, code: string | undefined, name: string): ElementNode | undefined => {
    let parent: ElementNode | undefined = base;
    if (parent.children.length === 0) {
      const own = plans.tree(parent.structure.type);
      parent =
        (own && referencedNode(own, parent.definition)) ?? (code === undefined ? undefined : plans.tree(code)?.root);
    }
    return (
      parent?.children.find(child => child.name === name) ??
      parent?.children.find(child => child.name.endsWith('[x]') && typeOfChoice(child, name) !== undefined)
    );
  };

  const targetsOf = (type: ElementType | undefined, before: ElementType | undefined): TargetPlan | undefined =>
    plans.targets(
      isSameList(type?.targetProfile, before?.targetProfile) ? [] : type?.targetProfile,
      'error',
      type?.aggregation,
    );

  const typesOf = (node: ElementNode, base: ElementNode): TypePlan[] => {
    const { definition } = node;
    const known = base.definition.type ?? [];
    if (known.some(({ code }) => plans.isAnyResource(code))) return resourceTypes(definition, known);
    const codes = typeCodes(definition);
    return (codes.length === 0 ? typeCodes(base.definition) : codes).map(code => {
      const type = definition.type?.find(candidate => candidate.code === code);
      const before = known.find(candidate => candidate.code === code);
      const profiles = isSameList(type?.profile, before?.profile) ? [] : (type?.profile ?? []);
      return {
        ...anyOf(code),
        targets: code === 'Reference' ? targetsOf(type, before) : undefined,
        // An extension is judged by the definition that its url names wherever it stands.
        profiles: code === 'Extension' ? [] : profiles.map(url => plans.profile(url)),
      };
    });
  };

  /** A narrowed resource type (`Bundle.entry.resource` is a Patient) is a profile that asks for nothing but the type. */
  const resourceTypes = (definition: ElementDefinition, known: readonly ElementType[]): TypePlan[] => {
    const types = definition.type ?? [];
    const open =
      types.length === 0 || types.some(({ code, profile }) => plans.isAnyResource(code) && profile === undefined);
    const profiles: ProfileReference[] = open
      ? []
      : types.flatMap(({ code, profile }) =>
          profile === undefined
            ? [{ url: code, type: code, reference: undefined }]
            : profile.map(url => plans.profile(url)),
        );
    return known.map(({ code }) => ({ ...anyOf(code), profiles }));
  };

  const itemPlan = (node: ElementNode, base: ElementNode): ItemPlan => {
    const { definition } = node;
    return {
      types: typesOf(node, base),
      expected: expectedOf(definition),
      bindings: bindingsOf(definition, plans, base.definition),
      limits: limitsOf(definition, base.definition),
      invariants: invariantsOf(definition, base.definition),
      object: children(node, base),
    };
  };

  const children = (node: ElementNode, base: ElementNode): PlanReference | undefined => {
    const elements = elementPlans(node, base);
    if (elements.length === 0) return undefined;
    const label = `${title}: ${node.definition.id ?? node.definition.path}`;
    return plans.reference(label, () => ({
      label,
      type: typeCodes(node.definition)[0] ?? 'BackboneElement',
      exhaustive: false,
      resource: false,
      elements,
      invariants: [],
      rules: [],
    }));
  };

  const elementPlans = (node: ElementNode, base: ElementNode): ElementPlan[] =>
    node.children.flatMap(child => {
      const baseElement = baseChild(base, typeCodes(node.definition)[0], child.name);
      const plan = baseElement === undefined ? undefined : elementPlan(child, baseElement);
      return plan === undefined ? [] : [plan];
    });

  const elementPlan = (node: ElementNode, base: ElementNode): ElementPlan | undefined => {
    const { definition } = node;
    const choice = base.name.endsWith('[x]');
    const only = choice && node.name !== base.name ? typeOfChoice(base, node.name) : undefined;
    const known = typeCodes(base.definition.contentReference === undefined ? base.definition : definition);
    const names = (only === undefined ? known : [only]).map(code => ({
      name: jsonName(base.name, code),
      type: code,
      twin: mayHaveTwin(base.definition, code),
    }));
    if (names.length === 0) names.push({ name: base.name, type: 'BackboneElement', twin: false });
    const item = itemPlan(node, base);
    const types = item.types.length === 0 ? names.map(({ type }) => anyOf(type)) : item.types;
    const min = minOf(definition) > minOf(base.definition) ? minOf(definition) : 0;
    const max = maxOf(definition) < maxOf(base.definition) ? maxOf(definition) : Number.POSITIVE_INFINITY;
    const slicing = compileSlicing(node, base, plans, slice => itemPlan(slice, base));
    const narrowed = names.some(({ type }) => !types.some(({ code }) => code === type));
    if (min === 0 && max === Number.POSITIVE_INFINITY && slicing === undefined && !narrowed && asksNothing(item))
      return undefined;
    return {
      name: choice ? base.name.slice(0, -3) : base.name,
      choice,
      repeats: isArray(base.definition),
      min,
      max,
      names,
      item: { ...item, types },
      slicing,
    };
  };

  const base = plans.tree(structure.type);
  return {
    label: title,
    type: structure.type,
    exhaustive: false,
    resource: structure.kind === 'resource',
    elements: base === undefined ? [] : elementPlans(tree.root, base.root),
    invariants: invariantsOf(tree.root.definition, base?.root.definition),
    rules: [],
  };
}

/** A type of which nothing is asked. */
const anyOf = (code: string): TypePlan => ({
  code,
  primitive: undefined,
  object: undefined,
  resource: false,
  targets: undefined,
  place: undefined,
  extensions: undefined,
  profiles: [],
});

/** The type that `valueQuantity` names of the choice `value[x]`. */
function typeOfChoice(choice: ElementNode, name: string): string | undefined {
  if (name.endsWith('[x]')) return undefined;
  return typeCodes(choice.definition).find(code => jsonName(choice.name, code) === name);
}
