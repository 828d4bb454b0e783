import { isJsonObject } from '../resource.ts';
import { spend, UNDECIDED } from './evaluation.ts';
import { compareLiteral, QuantityLiteral } from './quantity-literal.ts';
import { compareDates, compareTemporal, isDateText, Temporal } from './temporal.ts';

// decimals are binary here, so sums are equal within the precision that FHIRPath asks for
const STEP = 1e-8;
const sameNumber = (a: number, b: number): boolean => a === b || Math.round(a / STEP) === Math.round(b / STEP);

/**
 * `=` of two items: undefined when dates of different precision cannot be told apart. Strings that read as dates are compared as
 * such. https://hl7.org/fhirpath/N1/#equals
 */
export function equal(a: unknown, b: unknown): boolean | undefined {
  if (a === b) return true;
  if (typeof a === 'string' && typeof b === 'string') {
    if (!isDateText(a) || !isDateText(b)) return false;
    const order = compareDates(a, b);
    return order === undefined ? undefined : order === 0;
  }
  if (typeof a === 'number' && typeof b === 'number') return sameNumber(a, b);
  if (a instanceof Temporal || b instanceof Temporal) {
    if (!isTemporal(a) || !isTemporal(b)) return false;
    const order = compareTemporal(a, b);
    return order === undefined ? undefined : order === 0;
  }
  if (a instanceof QuantityLiteral || b instanceof QuantityLiteral) return compareLiteral(a, b) === 0;
  return sameStructure(a, b);
}

const isTemporal = (value: unknown): value is Temporal | string =>
  value instanceof Temporal || typeof value === 'string';

/** `=` of what stands inside of items: JSON compared as it is, whatever the order of its keys. */
function sameStructure(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === 'number' && typeof b === 'number') return sameNumber(a, b);
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((each, index) => sameStructure(each, b[index]));
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && sameStructure(a[key], b[key]))
  );
}

/** `=` of two collections, in order; undefined when one is empty. */
export function equalCollections(a: unknown[], b: unknown[]): boolean | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  if (a.length !== b.length) return false;
  let known = true;
  for (let i = 0; i < a.length; i++) {
    const same = equal(a[i], b[i]);
    if (same === false) return false;
    if (same === undefined) known = false;
  }
  return known ? true : undefined;
}

/** `~` of two items: strings without regard to case and kind of white space, decimals at the lesser precision. */
export function equivalent(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === 'string' && typeof b === 'string')
    return isDateText(a) && isDateText(b) ? compareDates(a, b) === 0 : folded(a) === folded(b);
  if (typeof a === 'number' && typeof b === 'number') {
    const places = Math.min(decimals(a), decimals(b));
    return a.toFixed(places) === b.toFixed(places);
  }
  if (a instanceof QuantityLiteral || b instanceof QuantityLiteral) throw UNDECIDED;
  if (a instanceof Temporal || b instanceof Temporal) return equal(a, b) === true;
  if (Array.isArray(a)) return Array.isArray(b) && equivalentCollections(a, b);
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && equivalent(a[key], b[key]))
  );
}

const folded = (text: string): string => text.toUpperCase().replace(/\s/g, ' ');

const decimals = (value: number): number => {
  const [digits, exponent] = String(value).split('e') as [string, string | undefined];
  return Math.min(100, Math.max(0, (digits.split('.')[1]?.length ?? 0) - Number(exponent ?? 0)));
};

/** `~` of two collections, in any order; two empty ones are equivalent. https://hl7.org/fhirpath/N1/#equivalent */
export function equivalentCollections(a: unknown[], b: unknown[]): boolean {
  if (a.length !== b.length) return false;
  spend(a.length * b.length);
  const rest = [...b];
  return a.every(each => {
    const index = rest.findIndex(other => equivalent(each, other));
    return index >= 0 && rest.splice(index, 1).length > 0;
  });
}

/** Whether a collection has an item equal to a value. */
export function includes(items: readonly unknown[], value: unknown): boolean {
  for (const item of items) if (item === value || equal(item, value) === true) return true;
  return false;
}

const FEW = 8;

/** The items that equal none before them. `value` reads the value of an item. Strings and large collections are hashed. */
export function distinctBy<T>(items: T[], value: (item: T) => unknown): T[] {
  if (items.length < 2) return items;
  if (items.length <= FEW) {
    const kept: T[] = [];
    for (const item of items) if (!kept.some(each => equal(value(each), value(item)) === true)) kept.push(item);
    return kept.length === items.length ? items : kept;
  }
  const seen = new Set<unknown>();
  const kept = items.filter(item => {
    const key = hashed(value(item));
    return !seen.has(key) && seen.add(key) !== undefined;
  });
  return kept.length === items.length ? items : kept;
}

/** Whether no two values are equal. */
export const isDistinct = (values: unknown[]): boolean => distinctBy(values, value => value).length === values.length;

/** Whether every value equals one of the others. */
export function isSubset(values: unknown[], of: unknown[]): boolean {
  spend(values.length * of.length);
  return values.every(value => includes(of, value));
}

// a primitive is its own hash, an object has the text of its sorted JSON, prefixed so that no string can equal it
function hashed(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value / STEP);
  return typeof value === 'object' && value !== null ? `\u0000${sortedText(value)}` : value;
}

const sortedText = (value: object): string =>
  JSON.stringify(value, (_, part) =>
    isJsonObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
