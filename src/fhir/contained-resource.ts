import { isJsonObject, type JsonObject } from './resource.ts';

/** Up to so many are looked through; of more, a list by id is made at the first question and lives as long as they do. */
const FEW = 16;

const lists = new WeakMap<readonly unknown[], ReadonlyMap<string, JsonObject>>();

const listOf = (contained: readonly unknown[]): ReadonlyMap<string, JsonObject> => {
  let list = lists.get(contained);
  if (list === undefined) {
    const made = new Map<string, JsonObject>();
    for (const resource of contained) {
      if (isJsonObject(resource) && typeof resource.id === 'string' && !made.has(resource.id)) {
        made.set(resource.id, resource);
      }
    }
    list = made;
    lists.set(contained, list);
  }
  return list;
};

/**
 * The resource that `root` contains under an id (what `#id` in it refers to), the first if there are several. `root` must not be
 * changed between two questions.
 * https://hl7.org/fhir/R4/references.html#contained
 */
export const containedResource = ({ contained }: JsonObject, id: string): JsonObject | undefined => {
  if (!Array.isArray(contained)) return undefined;
  if (contained.length > FEW) return listOf(contained).get(id);
  const found = contained.find(resource => isJsonObject(resource) && resource.id === id);
  return isJsonObject(found) ? found : undefined;
};
