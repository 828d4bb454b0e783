import type { Json, JsonObject } from '../fhir/resource.ts';
import { isObject, setMember } from './json-members.ts';

/** One value of an element. A primitive's extensions and id are its twin, which may stand without a value. */
export interface Item {
  value?: Json;
  twin?: JsonObject;
}

const twinOf = (member: string): string => `_${member}`;

const listOf = (value: Json | undefined): Json[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** The values of an element with their twins, in their order. https://hl7.org/fhir/R4/json.html#primitive */
export const readItems = (holder: JsonObject, member: string): Item[] => {
  const values = listOf(Object.hasOwn(holder, member) ? holder[member] : undefined);
  const twins = listOf(Object.hasOwn(holder, twinOf(member)) ? holder[twinOf(member)] : undefined);
  return Array.from({ length: Math.max(values.length, twins.length) }, (_, index) => {
    const item: Item = {};
    const value = values[index] ?? null;
    const twin = twins[index];
    if (value !== null) item.value = value;
    if (isObject(twin)) item.twin = twin;
    return item;
  });
};

/** Writes the values of an element, none of which takes its members away. Of an element that does not repeat, the first one. */
export const writeItems = (holder: JsonObject, member: string, items: readonly Item[], repeats: boolean): void => {
  const write = (name: string, values: readonly (Json | undefined)[]): void => {
    if (values.every(value => value === undefined)) delete holder[name];
    else setMember(holder, name, repeats ? values.map(value => value ?? null) : values[0]!);
  };
  write(
    member,
    items.map(({ value }) => value),
  );
  write(
    twinOf(member),
    items.map(({ twin }) => twin),
  );
};
