import { isJsonObject, type Json, type JsonObject } from '../fhir/resource.ts';

/** What can be added to `meta` and taken away: the lists that are sets. https://hl7.org/fhir/R4/resource.html#Meta */
const LISTS = ['profile', 'security', 'tag'] as const;

const itemsOf = (meta: JsonObject, list: string): readonly Json[] => {
  const items = meta[list];
  return Array.isArray(items) ? items : [];
};

/** Profiles are the same by their url, labels and tags by system and code. */
const nameOf = (item: Json): string =>
  isJsonObject(item) ? JSON.stringify([item.system ?? null, item.code ?? null]) : JSON.stringify(item);

/** `meta` with other lists; an empty one is left out. */
const withLists = (meta: JsonObject, itemsFor: (list: string) => readonly Json[]): JsonObject => {
  const changed = { ...meta };
  for (const list of LISTS) {
    const items = itemsFor(list);
    if (items.length > 0) changed[list] = [...items];
    else delete changed[list];
  }
  return changed;
};

/** What both have; of what is there already nothing changes. */
export const addMeta = (meta: JsonObject, added: JsonObject): JsonObject =>
  withLists(meta, list => {
    const items = new Map<string, Json>();
    for (const item of [...itemsOf(meta, list), ...itemsOf(added, list)]) {
      if (!items.has(nameOf(item))) items.set(nameOf(item), item);
    }
    return [...items.values()];
  });

/** What `removed` does not name. */
export const deleteMeta = (meta: JsonObject, removed: JsonObject): JsonObject =>
  withLists(meta, list => {
    const names = new Set(itemsOf(removed, list).map(nameOf));
    return itemsOf(meta, list).filter(item => !names.has(nameOf(item)));
  });

/** The lists alone. */
export const listsOf = (meta: JsonObject): JsonObject =>
  Object.fromEntries(LISTS.flatMap(list => (meta[list] === undefined ? [] : [[list, meta[list]]])));
