import { isRawNumber, parseExact } from '../fhir/exact-json.ts';
import type { Json, JsonObject } from '../fhir/resource.ts';

/** Whether a value of `parseExact` is an object: no array, and no number in its written form. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);

/** Gives an object a member, whatever its name: `__proto__` too is a name like others in JSON. */
export const setMember = (object: JsonObject, name: string, value: Json): void => {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
};

/** Whether a value is nested deeper than `limit` levels. Never goes deeper than that itself. */
export const isDeeperThan = (value: unknown, limit: number): boolean => {
  if (!Array.isArray(value) && !isObject(value)) return false;
  return limit === 0 || Object.values(value).some(member => isDeeperThan(member, limit - 1));
};

/** A copy that shares nothing with the value, numbers in their written form. */
export const copyOf = (value: Json): Json => parseExact(JSON.stringify(value)) as Json;
