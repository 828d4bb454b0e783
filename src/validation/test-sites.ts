import type { Definitions, ElementDefinition } from '../definitions/definitions.ts';
import { isJsonObject, type Json, type JsonObject, type Resource } from '../fhir/resource.ts';
import {
  type ElementNode,
  type ElementTree,
  elementTree,
  isPrimitiveType,
  jsonName,
  typeCodes,
} from './snapshot-tree.ts';

/** Where an element of an instance stands, and what definitions say of it. For the tests of this folder. */
export interface Site {
  /** From the resource to the object that the element is part of. */
  readonly keys: readonly (string | number)[];
  /** FHIRPath of that object. */
  readonly owner: string;
  readonly json: string;
  /** FHIRPath of the element, without index. */
  readonly expression: string;
  readonly type: string;
  readonly isPrimitive: boolean;
  readonly repeats: boolean;
  readonly base: ElementNode;
  /** What the profile says of it, where it says anything. */
  readonly profile: ElementNode | undefined;
  /** The profile's saying, else the base type's. */
  readonly definition: ElementDefinition;
}

/** An object of an instance, with the elements that it might have. */
export interface Owner {
  readonly keys: readonly (string | number)[];
  readonly expression: string;
  readonly base: ElementNode;
  readonly profile: ElementNode | undefined;
  readonly value: JsonObject;
}

export interface Survey {
  readonly sites: readonly Site[];
  readonly owners: readonly Owner[];
}

/** Finds every element that is there, in nested data types and resources too; extensions are looked at by themselves, not by their definitions. */
export function surveyOf(resource: Resource, profileUrl: string | undefined, definitions: Definitions): Survey {
  const sites: Site[] = [];
  const owners: Owner[] = [];
  const trees = new Map<string, ElementTree>();
  const tree = (name: string): ElementTree => {
    const found = trees.get(name) ?? elementTree(definitions.structureDefinition(name)!);
    trees.set(name, found);
    return found;
  };

  const visit = (whole: ElementTree, owner: Owner): void => {
    owners.push(owner);
    for (const child of owner.base.children) {
      const referred = child.definition.contentReference;
      const from = referred === undefined ? child : whole.byId.get(referred.slice(referred.indexOf('#') + 1))!;
      for (const type of typeCodes(from.definition)) {
        const json = jsonName(child.name, type);
        const value = owner.value[json];
        if (value === undefined) continue;
        const profile = owner.profile?.children.find(({ name }) => name === child.name);
        const expression = `${owner.expression}.${child.name.replace('[x]', '')}`;
        const repeats = (child.definition.base?.max ?? child.definition.max) !== '1';
        const isPrimitive = isPrimitiveType(type);
        const definition = profile?.definition ?? child.definition;
        sites.push({
          keys: owner.keys,
          owner: owner.expression,
          json,
          expression,
          type,
          isPrimitive,
          repeats,
          base: child,
          profile,
          definition,
        });
        if (isPrimitive) continue;
        const items: readonly Json[] = Array.isArray(value) ? value : [value];
        items.forEach((item, index) => {
          if (!isJsonObject(item)) return;
          const keys = [...owner.keys, json, ...(repeats ? [index] : [])];
          const place = repeats ? `${expression}[${index}]` : expression;
          if (type === 'Resource') visitResource(item as Resource, keys, place, undefined);
          else {
            const inner = from.children.length > 0 ? whole : tree(type);
            const base = from.children.length > 0 ? from : inner.root;
            const deeper = profile !== undefined && profile.children.length > 0 ? profile : undefined;
            visit(inner, { keys, expression: place, base, profile: deeper, value: item });
          }
        });
      }
    }
  };

  const visitResource = (
    value: Resource,
    keys: readonly (string | number)[],
    expression: string,
    profile: ElementNode | undefined,
  ): void => {
    const whole = tree(value.resourceType);
    visit(whole, { keys, expression, base: whole.root, profile, value });
  };

  visitResource(resource, [], resource.resourceType, profileUrl === undefined ? undefined : tree(profileUrl).root);
  return { sites, owners };
}
