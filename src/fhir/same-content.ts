import { isSameDecimal } from './decimal.ts';
import { isRawNumber } from './exact-json.ts';
import type { JsonObject } from './resource.ts';

const isNumber = (value: unknown): boolean => typeof value === 'number' || isRawNumber(value);

const sameValue = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return isSameDecimal(a, b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  return !Array.isArray(b) && sameMembers(a as JsonObject, b as JsonObject, []);
};

const sameMembers = (a: JsonObject, b: JsonObject, ignored: readonly string[]): boolean => {
  const names = Object.keys(a).filter(name => !ignored.includes(name));
  return (
    names.length === Object.keys(b).filter(name => !ignored.includes(name)).length &&
    names.every(name => Object.hasOwn(b, name) && sameValue(a[name], b[name]))
  );
};

/** Elements that do not make two sendings of one business resource different. */
const CARRIER_ELEMENTS = ['id', 'meta', 'text'];

/**
 * Whether two resources say the same: numbers compared by value (10.5 is 10.50), members in any order, without id, meta and
 * narrative. Takes what `parseResource` calls `exact`.
 */
export const sameContent = (a: JsonObject, b: JsonObject): boolean => sameMembers(a, b, CARRIER_ELEMENTS);

/** As `sameContent`, but only what the server itself assigns may differ: a new version of the one would be the other. */
export const sameResource = (a: JsonObject, b: JsonObject): boolean =>
  sameMembers(a, b, ['id', 'meta']) &&
  sameMembers((a.meta ?? {}) as JsonObject, (b.meta ?? {}) as JsonObject, ['versionId', 'lastUpdated']);
