import type { ElementDefinition, StructureWithSnapshot } from '../definitions/definitions.ts';

/** A snapshot's flat list of ElementDefinitions as a tree. */
export interface ElementNode {
  readonly definition: ElementDefinition;
  /** The last part of the path: `item`, `value[x]`. */
  readonly name: string;
  readonly structure: StructureWithSnapshot;
  readonly children: ElementNode[];
  readonly slices: ElementNode[];
}

/** The elements of a snapshot as a tree, and by their ids. */
export interface ElementTree {
  readonly root: ElementNode;
  readonly byId: ReadonlyMap<string, ElementNode>;
}

const withoutSlice = (id: string) => {
  const segment = id.lastIndexOf('.') + 1;
  const reslice = id.indexOf('/', segment);
  if (reslice >= 0) return id.slice(0, id.lastIndexOf('/'));
  const slice = id.indexOf(':', segment);
  return slice < 0 ? undefined : id.slice(0, slice);
};

/** Element ids carry the slice names: `Claim.identifier:Code.type`. https://hl7.org/fhir/R4/elementdefinition.html#id */
export function elementTree(structure: StructureWithSnapshot): ElementTree {
  const byId = new Map<string, ElementNode>();
  let root: ElementNode | undefined;
  for (const definition of structure.snapshot.element) {
    const id = definition.id ?? definition.path;
    const name = definition.path.slice(definition.path.lastIndexOf('.') + 1);
    const node: ElementNode = { definition, name, structure, children: [], slices: [] };
    byId.set(id, node);
    root ??= node;
    const unsliced = withoutSlice(id);
    if (unsliced === undefined) byId.get(id.slice(0, id.lastIndexOf('.')))?.children.push(node);
    else byId.get(unsliced)?.slices.push(node);
  }
  if (root === undefined) throw new Error(`The snapshot of ${structure.url} has no elements.`);
  return { root, byId };
}

/** The value of `fixed[x]`, `pattern[x]`, `minValue[x]` or `maxValue[x]`, whatever its type. */
export function valueFor(
  definition: ElementDefinition,
  prefix: 'fixed' | 'pattern' | 'minValue' | 'maxValue',
): unknown {
  // Plans ask this of every element of every type, so the few names that can match are found without listing the values.
  for (const name in definition) {
    if (name.length > prefix.length && name.startsWith(prefix)) return definition[name as keyof ElementDefinition];
  }
  return undefined;
}

const isUpper = (letter: string | undefined) => letter !== undefined && letter >= 'A' && letter <= 'Z';

/** `valueQuantity` for `value[x]` and Quantity. */
export const jsonName = (name: string, type: string): string =>
  name.endsWith('[x]') ? name.slice(0, -3) + type.charAt(0).toUpperCase() + type.slice(1) : name;

/** The types of an element by name, FHIRPath's System types as the FHIR primitives that JSON carries. */
export function typeCodes(definition: ElementDefinition): string[] {
  return (definition.type ?? []).map(({ code }) => {
    if (isUpper(code[0]) || !code.includes('/')) return code;
    if (definition.base?.path === 'Resource.id') return 'id';
    return definition.path.endsWith('.url') ? 'uri' : 'string';
  });
}

/** Whether a type code is that of a FHIR primitive: only these begin with a small letter. */
export const isPrimitiveType = (code: string): boolean => !isUpper(code[0]);

/** Whether `_name` may stand beside a value of the type: not beside the id of an element, which is no element itself. */
export const mayHaveTwin = ({ path, representation }: ElementDefinition, code: string): boolean =>
  isPrimitiveType(code) && !(path.endsWith('.id') && representation?.includes('xmlAttr'));
