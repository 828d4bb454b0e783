import { isSameDecimal } from './decimal.ts';
import { isRawNumber, parseExact } from './exact-json.ts';
import type { ParsedResource } from './parse-resource.ts';
import type { JsonObject } from './resource.ts';

const isNumber = (value: unknown): boolean => typeof value === 'number' || isRawNumber(value);

type SameNumber = (a: unknown, b: unknown) => boolean;

const writtenForm = (value: unknown): string => (isRawNumber(value) ? value.rawJSON : String(value));

const isWrittenSame: SameNumber = (a, b) => writtenForm(a) === writtenForm(b);

const sameValue = (a: unknown, b: unknown, sameNumber: SameNumber): boolean => {
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return sameNumber(a, b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameValue(item, b[index], sameNumber));
  }
  return !Array.isArray(b) && sameMembers(a as JsonObject, b as JsonObject, [], sameNumber);
};

const sameMembers = (a: JsonObject, b: JsonObject, ignored: readonly string[], sameNumber: SameNumber): boolean => {
  const names = Object.keys(a).filter(name => !ignored.includes(name));
  return (
    names.length === Object.keys(b).filter(name => !ignored.includes(name)).length &&
    names.every(name => Object.hasOwn(b, name) && sameValue(a[name], b[name], sameNumber))
  );
};

/** Whether two JSON values, read by `parseExact` or not, are the same: numbers compared by value, members in any order. */
export const sameJson = (a: unknown, b: unknown): boolean => sameValue(a, b, isSameDecimal);

/** Elements that do not make two sendings of one business resource different. */
const CARRIER_ELEMENTS = ['id', 'meta', 'text'];

/**
 * Whether two resources say the same: numbers compared by value (10.5 is 10.50), members in any order, without id, meta and
 * narrative. Takes what `parseResource` calls `exact`.
 */
export const sameContent = (a: JsonObject, b: JsonObject): boolean =>
  sameMembers(a, b, CARRIER_ELEMENTS, isSameDecimal);

const SERVER_ELEMENTS = ['versionId', 'lastUpdated'];

const sameButForServer = (a: JsonObject, b: JsonObject, sameNumber: SameNumber): boolean =>
  sameMembers(a, b, ['id', 'meta'], sameNumber) &&
  sameMembers((a.meta ?? {}) as JsonObject, (b.meta ?? {}) as JsonObject, SERVER_ELEMENTS, sameNumber);

/**
 * Whether a new version of the one would be the other: only what the server itself assigns may differ, and the order of members.
 * Numbers are compared as they are written, because the digits of a decimal are part of it.
 * https://hl7.org/fhir/R4/datatypes.html#decimal
 */
export const sameResource = (a: ParsedResource, b: ParsedResource): boolean =>
  sameButForServer(a.exact, b.exact, isSameDecimal) &&
  sameButForServer(parseExact(a.text) as JsonObject, parseExact(b.text) as JsonObject, isWrittenSame);
