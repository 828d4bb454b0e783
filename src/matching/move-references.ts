import { findReferences, parseReference } from '../fhir/reference.ts';
import { isJsonObject, type Json, type JsonObject } from '../fhir/resource.ts';

/** A reference that leads to the resource as it is, not to one of its versions, and where it stands. */
export interface FoundReference {
  reference: JsonObject;
  expression: string;
}

/** The references of a resource that lead to `name` (`Patient/123`), in document order. */
export const referencesTo = (resource: JsonObject, name: string, baseUrl: string): FoundReference[] => {
  const found: FoundReference[] = [];
  findReferences(resource, (reference, locate) => {
    const target = parseReference(reference.reference as string, baseUrl);
    if (target.kind !== 'local' || target.versionId !== undefined) return;
    if (`${target.resourceType}/${target.id}` === name) found.push({ reference, expression: locate() });
  });
  return found;
};

const whoOf = (item: Json): string =>
  JSON.stringify(isJsonObject(item) && isJsonObject(item.entity) ? item.entity.reference : item);

/** Takes out what a list says twice because two are one now: members of a family or of a contract. */
const withoutRepeated = (node: JsonObject, before: JsonObject): void => {
  for (const [name, value] of Object.entries(node)) {
    const old = before[name];
    if (Array.isArray(value) && Array.isArray(old)) {
      const whose = value.map(whoOf);
      const isMoved = whose.map((each, index) => isJsonObject(value[index]) && each !== whoOf(old[index]!));
      node[name] = value.filter(
        (_item, index) =>
          !isMoved[index] || !whose.some((each, other) => each === whose[index] && (!isMoved[other] || other < index)),
      );
      value.forEach((item, index) => {
        if (isJsonObject(item) && isJsonObject(old[index])) withoutRepeated(item, old[index]);
      });
    } else if (isJsonObject(value) && isJsonObject(old)) withoutRepeated(value, old);
  }
};

/**
 * Makes what refers to one patient refer to another. `resource` is changed; `before` is the same, and stays as it is.
 * @returns whether it referred to the first
 */
export const moveReferences = (
  resource: JsonObject,
  before: JsonObject,
  { from, to, baseUrl }: { from: string; to: string; baseUrl: string },
): boolean => {
  const found = referencesTo(resource, from, baseUrl);
  for (const { reference } of found) reference.reference = to;
  if (found.length > 0) withoutRepeated(resource, before);
  return found.length > 0;
};

/**
 * Makes what `moveReferences` changed as it was before, in a resource that was changed by others since.
 * @returns false where it is not as the move left it, and then it must not be stored
 */
export const moveBack = (
  resource: JsonObject,
  before: JsonObject,
  { from, to, baseUrl }: { from: string; to: string; baseUrl: string },
): boolean => {
  const moved = new Map(referencesTo(resource, to, baseUrl).map(each => [each.expression, each.reference]));
  return referencesTo(before, from, baseUrl).every(({ expression, reference }) => {
    const now = moved.get(expression);
    if (now !== undefined) now.reference = reference.reference!;
    return now !== undefined;
  });
};
