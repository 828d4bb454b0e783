import type { ElementDefinition } from '../definitions/definitions.ts';
import { isArray, maxOf, minOf } from '../validation/compile-structure.ts';
import { type ElementNode, jsonName, mayHaveTwin, typeCodes } from '../validation/snapshot-tree.ts';

/** One JSON property that an element may have, and the data type of its values. */
export interface ElementProperty {
  readonly name: string;
  readonly type: string;
  /** Whether `_name` may stand beside it. */
  readonly twin: boolean;
}

/** What a type and a profile on it say together of one element. */
export interface MergedElement {
  readonly base: ElementNode;
  /** What the profile says of all its values; undefined where it says nothing. */
  readonly profile: ElementNode | undefined;
  readonly repeats: boolean;
  readonly min: number;
  readonly max: number;
  /** One for each type of a choice that is left. */
  readonly properties: readonly ElementProperty[];
}

/**
 * The elements of one object. `content` is the element or type whose children the object's elements are, `typesOf` tells the types of one
 * of them, which a content reference has from where it points.
 */
export const mergeElements = (
  content: ElementNode,
  profile: ElementNode | undefined,
  typesOf: (node: ElementNode) => string[],
): MergedElement[] =>
  content.children.map(base => {
    const narrowed = profile?.children.find(({ name }) => name === base.name);
    const types = typesOf(base);
    const left = narrowed === undefined ? [] : typeCodes(narrowed.definition);
    const isOpen = left.length === 0 || types.includes('Resource') || base.definition.contentReference !== undefined;
    const definitions = [base.definition, ...(narrowed === undefined ? [] : [narrowed.definition])];
    return {
      base,
      profile: narrowed,
      repeats: isArray(base.definition),
      min: Math.max(...definitions.map(minOf), narrowed === undefined ? 0 : leastOfSlices(narrowed)),
      max: Math.min(...definitions.map(maxOf)),
      properties: types
        .filter(type => isOpen || left.includes(type))
        .map(type => propertyOf(base.definition, base.name, type)),
    };
  });

/** Where a slice must be there, the element must. Slices that nothing tells apart are not judged. */
const leastOfSlices = ({ definition, slices }: ElementNode): number =>
  definition.slicing?.discriminator?.length ? Math.max(0, ...slices.map(slice => minOf(slice.definition))) : 0;

const propertyOf = (definition: ElementDefinition, name: string, type: string): ElementProperty => ({
  name: jsonName(name, type),
  type,
  twin: mayHaveTwin(definition, type),
});
