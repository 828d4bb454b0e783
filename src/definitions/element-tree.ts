import type { ElementDefinition } from 'fhir/r4.js';

/**
 * An element of a snapshot with what is below it. `children` is undefined while nothing below was written out, so that the data
 * type still says what is there. A slice stands in `slices` of the element that it slices, and has children of its own.
 */
export interface ElementNode {
  element: ElementDefinition;
  name: string;
  children: ElementNode[] | undefined;
  slices: ElementNode[];
}

/** One step of an element id, with the slice that it names. */
export interface Segment {
  name: string;
  sliceName?: string;
}

/**
 * The steps of an element id below its root: `Claim.identifier:Code.type` is identifier, sliced Code, then type.
 * https://hl7.org/fhir/R4/elementdefinition.html#id
 */
export const segmentsOf = (id: string): Segment[] =>
  id
    .split('.')
    .slice(1)
    .map(step => {
      const colon = step.indexOf(':');
      return colon === -1 ? { name: step } : { name: step.slice(0, colon), sliceName: step.slice(colon + 1) };
    });

/** The tree of a snapshot, in which every element comes after its parent and every slice after what it slices. */
export const treeOf = (elements: readonly ElementDefinition[]): ElementNode => {
  const [first, ...others] = elements;
  if (first === undefined) throw new Error('A snapshot without elements');
  const root: ElementNode = { element: first, name: first.path, children: undefined, slices: [] };
  const byId = new Map([[first.id ?? first.path, root]]);
  for (const element of others) {
    const id = element.id ?? element.path;
    const step = id.slice(id.lastIndexOf('.') + 1);
    const parent = byId.get(id.slice(0, id.lastIndexOf('.')));
    if (parent === undefined) throw new Error(`${id} comes before its parent`);
    const [name = step, sliceName] = step.split(':', 2);
    const node: ElementNode = { element, name, children: undefined, slices: [] };
    byId.set(id, node);
    parent.children ??= [];
    const siblings = parent.children;
    const sliced = sliceName === undefined ? undefined : siblings.find(sibling => sibling.name === name);
    if (sliced === undefined) siblings.push(node);
    else sliced.slices.push(node);
  }
  return root;
};

/** A copy that can be changed without changing the original; the values within an element are shared, for they are replaced whole. */
export const copyOf = ({ element, name, children, slices }: ElementNode): ElementNode => ({
  element: { ...element },
  name,
  children: children?.map(copyOf),
  slices: slices.map(copyOf),
});

/** The elements of a tree in the order of a snapshot, with the ids and paths that their places give them. */
export const elementsOf = (root: ElementNode): ElementDefinition[] => {
  const elements: ElementDefinition[] = [];
  const write = (node: ElementNode, id: string, path: string): void => {
    elements.push({ ...node.element, id, path });
    for (const child of node.children ?? []) {
      const step = `${child.name}${child.element.sliceName === undefined ? '' : `:${child.element.sliceName}`}`;
      write(child, `${id}.${step}`, `${path}.${child.name}`);
      for (const slice of child.slices) {
        write(slice, `${id}.${child.name}:${slice.element.sliceName}`, `${path}.${child.name}`);
      }
    }
  };
  write(root, root.name, root.name);
  return elements.map(({ id, path, ...rest }) => ({ id: `${id}`, path, ...rest }));
};
