import type { Definitions } from '../definitions/definitions.ts';
import type { ElementNode } from '../validation/snapshot-tree.ts';
import { definedBelow, membersOf, rootOf } from './subset-resource.ts';

/**
 * The type of an element of a resource, by the names that lead to it in JSON: `['photo', 'url']` of a Patient is a `url`. Undefined for
 * what R4 does not know.
 */
export const typeOfElement = (
  definitions: Definitions,
  resourceType: string,
  names: readonly string[],
): string | undefined => {
  let node: ElementNode | undefined = rootOf(definitions, resourceType);
  let type: string | undefined;
  for (const name of names) {
    const member = node && membersOf(node)!.get(name);
    if (member === undefined) return undefined;
    type = member.type;
    node = definedBelow(definitions, member);
  }
  return type;
};
