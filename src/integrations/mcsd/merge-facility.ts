import { isJsonObject, type Json, type JsonObject } from '../../fhir/resource.ts';

/** By what items of a list are of one kind. */
const KINDS: Readonly<Record<string, (item: JsonObject) => readonly Json[]>> = {
  identifier: ({ system }) => (system === undefined ? [] : [system]),
  extension: ({ url }) => (url === undefined ? [] : [url]),
  type: ({ coding }) =>
    Array.isArray(coding) ? coding.filter(isJsonObject).flatMap(({ system }) => system ?? []) : [],
};

const itemsOf = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);

/** What is told, and what is known of other kinds. */
const mergeList = (name: string, known: Json | undefined, told: Json | undefined): JsonObject[] => {
  const items = itemsOf(told);
  const kinds = new Set(items.flatMap(KINDS[name]!));
  const isTold = (item: JsonObject): boolean => KINDS[name]!(item).some(kind => kinds.has(kind));
  return [...items, ...itemsOf(known).filter(item => !isTold(item))];
};

/**
 * What a source tells of a facility, over what is known of it here: numbers, types and extensions of systems that the source does not know stay, and so do
 * elements that it does not have.
 */
export const mergeFacility = (known: JsonObject, told: JsonObject): JsonObject => {
  const lists = Object.keys(KINDS)
    .map(name => [name, mergeList(name, known[name], told[name])] as const)
    .filter(([, items]) => items.length > 0);
  const { meta: _, ...rest } = told;
  return { ...known, ...rest, ...Object.fromEntries(lists) };
};
