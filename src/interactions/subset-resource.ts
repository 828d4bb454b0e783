import type { Definitions } from '../definitions/definitions.ts';
import { remember } from '../definitions/remember.ts';
import { isRawNumber } from '../fhir/exact-json.ts';
import { isJsonObject, type Json, type JsonObject } from '../fhir/resource.ts';
import { type ElementNode, elementTree, jsonName, typeCodes } from '../validation/snapshot-tree.ts';

/** What of a resource is shown: by `_summary`, or the elements of `_elements` by their names in the definition, without `[x]`. */
export type Part = { summary: 'true' | 'text' | 'data' } | { elements: readonly string[] };

/** An element as JSON names it. */
export interface Member {
  node: ElementNode;
  /** Without `[x]`. */
  element: string;
  type: string;
}

/** Shown whatever was asked for: without them a resource cannot be told from another, or is understood wrongly. */
const ALWAYS: ReadonlySet<string> = new Set(['id', 'meta', 'implicitRules', 'modifierExtension']);
/** Shown whole: their parts have no meaning one by one. */
const WHOLE: ReadonlySet<string> = new Set(['Extension', 'Narrative']);

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

const treeOf = remember(elementTree);

/** The elements below a node by their names in JSON. */
export const membersOf = remember(
  ({ children }: ElementNode): ReadonlyMap<string, Member> =>
    new Map(
      children.flatMap(node =>
        (node.definition.type === undefined ? [''] : typeCodes(node.definition)).map(type => [
          jsonName(node.name, type),
          { node, element: node.name.replace('[x]', ''), type },
        ]),
      ),
    ),
);

/** The root of the definition of a resource type; undefined for a type that is not known. */
export const rootOf = (definitions: Definitions, resourceType: string): ElementNode | undefined => {
  const structure = definitions.structureDefinition(resourceType);
  return structure && treeOf(structure)!.root;
};

/** The elements at the root of a resource type by their names in JSON; none for a type that is not known. */
export const rootMembers = (definitions: Definitions, resourceType: string): ReadonlyMap<string, Member> => {
  const root = rootOf(definitions, resourceType);
  return (root && membersOf(root)) ?? new Map();
};

const isMandatory = ({ node }: Member): boolean => (node.definition.min ?? 0) > 0;

/** Modifiers are shown too: R4 leaves them at the root of a resource out of its own summary, which would change what the rest means. */
const isOfSummary = (member: Member): boolean => {
  const { isSummary = false, isModifier = false } = member.node.definition;
  return isSummary || isModifier || isMandatory(member);
};

/** Where the parts of an element are defined; `resourceType` is that of a resource that stands there. */
export const definedBelow = (
  definitions: Definitions,
  { node, type }: Member,
  resourceType?: string,
): ElementNode | undefined => {
  const { contentReference } = node.definition;
  if (node.children.length > 0) return node;
  if (contentReference !== undefined) {
    return treeOf(node.structure)!.byId.get(contentReference.slice(contentReference.indexOf('#') + 1));
  }
  const structure = definitions.structureDefinition(resourceType ?? type);
  return structure && treeOf(structure)!.root;
};

const summaryOfValue = (definitions: Definitions, member: Member, value: Json): Json => {
  if (Array.isArray(value)) return value.map(item => summaryOfValue(definitions, member, item));
  if (!isJsonObject(value) || isRawNumber(value)) return value;
  const { resourceType } = value;
  const isWhole = WHOLE.has(member.type);
  const named = typeof resourceType === 'string' ? resourceType : undefined;
  const node = isWhole ? undefined : definedBelow(definitions, member, named);
  const part = node === undefined ? value : keep(value, membersOf(node)!, isOfSummary, definitions);
  return Object.keys(part).length === 0 ? value : part;
};

/** The members that are to be shown, extensions of primitives with their values. With `definitions`, of each its summary. */
const keep = (
  object: JsonObject,
  members: ReadonlyMap<string, Member>,
  isShown: (member: Member) => boolean,
  definitions?: Definitions,
): JsonObject => {
  const kept: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    const member = members.get(name.replace(/^_/, ''));
    if (name === 'resourceType') kept[name] = value;
    else if (member !== undefined && isShown(member)) {
      const isWhole = definitions === undefined || name.startsWith('_');
      kept[name] = isWhole ? value : summaryOfValue(definitions, member, value);
    }
  }
  return kept;
};

/** Whether a tag says that the resource is a part of one. */
export const isSubsetted = (tag: Json): boolean =>
  isJsonObject(tag) && tag.system === SUBSETTED.system && tag.code === SUBSETTED.code;

const markSubsetted = ({ resourceType, id, meta, ...rest }: JsonObject): JsonObject => {
  const given = isJsonObject(meta) ? meta : {};
  const tags = Array.isArray(given.tag) ? given.tag : [];
  const tag = tags.some(isSubsetted) ? tags : [...tags, SUBSETTED];
  return { resourceType: resourceType!, ...(id === undefined ? {} : { id }), meta: { ...given, tag }, ...rest };
};

/**
 * A part of a resource, marked as SUBSETTED so that nobody takes it for the whole. What its type's definition makes mandatory is kept.
 * Numbers may be raw.
 * https://hl7.org/fhir/R4/search.html#summary
 */
export const subsetResource = (definitions: Definitions, part: Part, resource: JsonObject): JsonObject => {
  const members = rootMembers(definitions, String(resource.resourceType));
  if ('summary' in part && part.summary === 'true') {
    return markSubsetted(keep(resource, members, isOfSummary, definitions));
  }
  if ('summary' in part && part.summary === 'data') {
    return markSubsetted(keep(resource, members, ({ element }) => element !== 'text'));
  }
  const asked = new Set('elements' in part ? part.elements : ['text']);
  const isShown = (member: Member): boolean =>
    asked.has(member.element) || ALWAYS.has(member.element) || isMandatory(member);
  return markSubsetted(keep(resource, members, isShown));
};
