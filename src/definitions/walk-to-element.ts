import type { ElementDefinition } from 'fhir/r4.js';
import type { StructureWithSnapshot } from './definitions.ts';
import { copyOf, type ElementNode, type Segment, segmentsOf, treeOf } from './element-tree.ts';

/** A StructureDefinition with its snapshot, by canonical or by the name of a type. */
export type FindStructure = (urlOrName: string) => StructureWithSnapshot | undefined;
type Slicing = NonNullable<ElementDefinition['slicing']>;

const EXTENSION_SLICING: Slicing = { discriminator: [{ type: 'value', path: 'url' }], ordered: false, rules: 'open' };
const CHOICE_SLICING: Slicing = { discriminator: [{ type: 'type', path: '$this' }], ordered: false, rules: 'open' };

/**
 * The node of a snapshot tree that the steps of an element id lead to. What is not written out yet is: children of data types
 * and of content references, slices, and the types of choices (`valueString` is the slice valueString of `value[x]`).
 * Throws an Error when there is no such element.
 */
export const walkToElement = (root: ElementNode, segments: readonly Segment[], find: FindStructure): ElementNode => {
  let node = root;
  for (const segment of segments) {
    node.children ??= childrenBelow(root, node, find);
    node = childAt(node.children, segment);
  }
  return node;
};

const childAt = (children: readonly ElementNode[], { name, sliceName }: Segment): ElementNode => {
  const child = children.find(each => each.name === name);
  if (child !== undefined) return sliceName === undefined ? child : sliceAt(child, sliceName);
  const choice = children.find(each => typeOfChoice(each, name) !== undefined);
  if (choice === undefined) throw new Error(`there is no element ${name}`);
  return concreteChoiceAt(choice, name);
};

/** To speak of `valueString` is to say that `value[x]` is a string, or another type that is spoken of in this way. */
const concreteChoiceAt = (choice: ElementNode, name: string): ElementNode => {
  if (choice.slices.length === 0) choice.element.slicing ??= { ...CHOICE_SLICING, rules: 'closed' };
  return sliceAt(choice, name);
};

/** Leaves to choices that are sliced by type and closed the types of their slices. */
export const narrowChoices = (node: ElementNode): void => {
  for (const child of node.children ?? []) {
    const { type } = child.element;
    if (type !== undefined && child.slices.length > 0 && isClosedByType(child.element)) {
      const codes = child.slices.flatMap(slice => slice.element.type ?? []).map(({ code }) => code);
      child.element.type = type.filter(({ code }) => codes.includes(code));
    }
    for (const each of [child, ...child.slices]) narrowChoices(each);
  }
};

const isClosedByType = ({ slicing }: ElementDefinition): boolean =>
  slicing?.rules === 'closed' &&
  slicing.discriminator?.length === 1 &&
  slicing.discriminator[0]?.type === 'type' &&
  slicing.discriminator[0].path === '$this';

/** Of the choice `value[x]` and the name `valueString` the type string; undefined when the name is not one of the choice. */
const typeOfChoice = ({ name, element }: ElementNode, concrete: string): string | undefined => {
  if (!name.endsWith('[x]')) return undefined;
  const stem = name.slice(0, -'[x]'.length);
  return element.type?.find(({ code }) => concrete === stem + code.charAt(0).toUpperCase() + code.slice(1))?.code;
};

const sliceAt = (sliced: ElementNode, sliceName: string): ElementNode => {
  const existing = sliced.slices.find(slice => slice.element.sliceName === sliceName);
  if (existing !== undefined) return existing;
  const isExtension = sliced.name === 'extension' || sliced.name === 'modifierExtension';
  const isChoice = sliced.name.endsWith('[x]');
  if (isExtension) sliced.element.slicing ??= EXTENSION_SLICING;
  if (isChoice) sliced.element.slicing ??= CHOICE_SLICING;
  const slice = newSlice(sliced, sliceName);
  const type = typeOfChoice(sliced, sliceName);
  if (type !== undefined) slice.element.type = slice.element.type?.filter(({ code }) => code === type) ?? [];
  const before = sliced.slices.findLastIndex(({ element }) => isWithin(sliceName, element.sliceName));
  sliced.slices.splice(before === -1 ? sliced.slices.length : before + 1, 0, slice);
  return slice;
};

/** Whether the slice divides another one again, or both divide the same one: `a/b` stands behind `a` and `a/c`. */
const isWithin = (sliceName: string, other = ''): boolean => {
  const divided = dividedSlice(sliceName);
  return divided !== undefined && (other === divided || other.startsWith(`${divided}/`));
};

/** The slice `a` that `a/b` divides again. */
const dividedSlice = (sliceName: string): string | undefined => {
  const slash = sliceName.lastIndexOf('/');
  return slash === -1 ? undefined : sliceName.slice(0, slash);
};

/** A slice is optional until it says otherwise. A reslice starts from the slice that it divides. */
const newSlice = (sliced: ElementNode, sliceName: string): ElementNode => {
  const divided = dividedSlice(sliceName);
  const from = sliced.slices.find(({ element }) => element.sliceName === divided) ?? sliced;
  const slice = copyOf({ ...from, slices: [] });
  slice.element.sliceName = sliceName;
  slice.element.min = 0;
  delete slice.element.slicing;
  return slice;
};

const childrenBelow = (root: ElementNode, node: ElementNode, find: FindStructure): ElementNode[] => {
  const { contentReference } = node.element;
  if (contentReference !== undefined) return childrenOfReferred(root, node, contentReference, find);
  const types = node.element.type ?? [];
  const codes = new Set(types.map(({ code }) => code));
  const [type] = types;
  if (type === undefined) throw new Error('it has no type, so nothing is below it');
  const profile = types.length === 1 && type.profile?.length === 1 ? type.profile[0] : undefined;
  const structure =
    (profile === undefined ? undefined : find(profile)) ?? find(codes.size === 1 ? type.code : 'Element');
  if (structure === undefined) throw new Error(`its type ${profile ?? type.code} is not loaded`);
  const children = copyOf(treeOf(structure.snapshot.element)).children ?? [];
  return structure.kind === 'primitive-type' ? children.filter(({ name }) => name !== 'value') : children;
};

/** What is below the referred element is taken as the resource type has it, without what a profile says of that other place. */
const childrenOfReferred = (
  root: ElementNode,
  node: ElementNode,
  contentReference: string,
  find: FindStructure,
): ElementNode[] => {
  const structure = find(root.name);
  if (structure === undefined) throw new Error(`its type ${root.name} is not loaded`);
  const id = contentReference.slice(contentReference.indexOf('#') + 1);
  const referred = walkToElement(copyOf(treeOf(structure.snapshot.element)), segmentsOf(id), find);
  delete node.element.contentReference;
  if (referred.element.type !== undefined) node.element.type = referred.element.type;
  return referred.children ?? [];
};
