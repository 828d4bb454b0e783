/*
 * What generated code calls: the operations of FHIRPath on single values, where undefined is the empty collection and null an
 * element without a value (only an extension).
 */
import { isJsonObject, type JsonObject } from '../resource.ts';
import { type Choice, isResourceSubtype, isSubtype, typeOfKey } from './element-types.ts';
import { distinctBy, equal, includes } from './equality.ts';
import { fail, spend, UNDECIDED } from './evaluation.ts';
import { ExpressionError } from './expression-error.ts';
import type { ExpressionContext, Selected } from './expression-types.ts';
import { type Pattern, patternOf } from './pattern.ts';
import { compareLiteral, QuantityLiteral, UCUM } from './quantity-literal.ts';
import { resolveReference } from './reference-target.ts';
import { compareDates, compareTemporal, isDateText, Temporal } from './temporal.ts';

export { fail, spend, UNDECIDED } from './evaluation.ts';

/** An item of a collection that had to be kept: what generated code otherwise holds in local variables. */
export class Item {
  readonly value: unknown;
  readonly twin: unknown;
  readonly type: string | undefined;

  constructor(value: unknown, twin: unknown, type: string | undefined) {
    this.value = value;
    this.twin = twin;
    this.type = type;
  }
}

/** Stands for the properties of what has none. */
export const NOTHING: JsonObject = Object.freeze(Object.create(null));

/** Whether the JSON of a property or of its twin holds an element. */
export function occupied(json: unknown): boolean {
  if (Array.isArray(json)) {
    for (const each of json) if (each !== null && each !== undefined) return true;
    return false;
  }
  return json !== undefined && json !== null;
}

/** The form of a choice element that an object has. */
export function chosen(object: JsonObject, choices: ReadonlyMap<string, Choice>): Choice | undefined {
  for (const key in object) {
    const choice = choices.get(key);
    if (choice !== undefined) return choice;
  }
  return undefined;
}

/** The value as a Boolean by singleton evaluation: whatever is not a boolean counts as true. */
export const truth = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : value === undefined || value === null ? undefined : true;

export const or = (a: boolean | undefined, b: boolean | undefined): boolean | undefined =>
  a === true || b === true ? true : a === false && b === false ? false : undefined;

export const and = (a: boolean | undefined, b: boolean | undefined): boolean | undefined =>
  a === false || b === false ? false : a === true && b === true ? true : undefined;

export const boolean = (value: unknown): boolean => (typeof value === 'boolean' ? value : fail());

/** The value as a string for string functions; undefined when it is empty. */
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : value === undefined || value === null ? undefined : fail();

export const integer = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value)
    ? value
    : value === undefined || value === null
      ? undefined
      : fail();

/**
 * The order of two values, undefined when either is empty or they cannot be compared. https://hl7.org/fhirpath/N1/#comparison
 * Strings that both read as dates are compared as such.
 */
export function compare(a: unknown, b: unknown): number | undefined {
  if (a === undefined || a === null || b === undefined || b === null) return undefined;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') {
    // of two dates of one length and zone the order is that of their texts, as it is of strings
    const alike = a.length === b.length && (a.length <= 10 || a.slice(-6) === b.slice(-6));
    if (!alike && isDateText(a) && isDateText(b)) return compareDates(a, b);
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (a instanceof Temporal || b instanceof Temporal)
    return isTemporal(a) && isTemporal(b) ? compareTemporal(a, b) : fail();
  if (a instanceof QuantityLiteral || b instanceof QuantityLiteral) return compareLiteral(a, b);
  if (isJsonObject(a) && isJsonObject(b)) return compareQuantities(a, b);
  return fail();
}

const isTemporal = (value: unknown): value is Temporal | string =>
  value instanceof Temporal || typeof value === 'string';

function compareQuantities(a: JsonObject, b: JsonObject): number | undefined {
  if (typeof a.value !== 'number' || typeof b.value !== 'number' || a.comparator || b.comparator) return undefined;
  if (a.code !== undefined || b.code !== undefined) {
    if (a.code === b.code && a.system === b.system) return a.value - b.value;
    if (a.system === UCUM && b.system === UCUM) throw UNDECIDED;
    return undefined;
  }
  return a.unit === b.unit ? a.value - b.value : undefined;
}

/** `+ - * / div mod` of numbers, `+` of strings. https://hl7.org/fhirpath/N1/#math */
export function calculate(operator: string, a: unknown, b: unknown): number | string | undefined {
  if (a === undefined || a === null || b === undefined || b === null) return undefined;
  if (typeof a === 'string' && typeof b === 'string') return operator === '+' ? kept(a + b) : fail();
  if (typeof a !== 'number' || typeof b !== 'number') throw UNDECIDED;
  switch (operator) {
    case '+':
      return clean(a + b);
    case '-':
      return clean(a - b);
    case '*':
      return clean(a * b);
    case '/':
      return b === 0 ? undefined : clean(a / b);
    case 'div':
      return b === 0 ? undefined : Math.trunc(a / b);
    default:
      return b === 0 ? undefined : clean(a % b);
  }
}

// binary arithmetic leaves 0.30000000000000004; FHIR decimals have at most 15 significant digits to keep
const clean = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(15)));

/** A function of a number; undefined where it has no result. https://hl7.org/fhirpath/N1/#math */
export function ofNumber(
  work: (value: number, other: number) => number,
  value: unknown,
  other: unknown = 0,
): number | undefined {
  if (value === undefined || value === null || other === undefined || other === null) return undefined;
  if (typeof value !== 'number' || typeof other !== 'number') throw UNDECIDED;
  const result = work(value, other);
  return Number.isFinite(result) ? clean(result) : undefined;
}

/** `join()`: the strings with a text between them; undefined when there are none. */
export function join(values: unknown[], between: string | undefined): string | undefined {
  const texts = values.flatMap(value => text(value) ?? []);
  if (texts.length === 0) return undefined;
  return kept(texts.join(between ?? ''));
}

export const split = (value: string | undefined, at: string | undefined): string[] =>
  value === undefined || at === undefined ? [] : value.split(at);

export const negated = (value: unknown): number | undefined => {
  if (typeof value === 'number') return -value;
  if (value === undefined || value === null) return fail();
  throw UNDECIDED;
};

/** https://hl7.org/fhirpath/N1/#conversion */
export function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object' && !(value instanceof Temporal)) throw UNDECIDED;
  return String(value);
}

export function toInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' && /^[+-]?\d+$/.test(value) ? Number(value) : undefined;
}

export function toDecimal(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' && /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

const YES = new Set(['true', 't', 'yes', 'y', '1', '1.0']);
const NO = new Set(['false', 'f', 'no', 'n', '0', '0.0']);

export function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value === 1 ? true : value === 0 ? false : undefined;
  if (typeof value !== 'string') return undefined;
  const lower = value.toLowerCase();
  return YES.has(lower) ? true : NO.has(lower) ? false : undefined;
}

export function substring(
  value: string | undefined,
  start: number | undefined,
  length: number | undefined,
): string | undefined {
  if (value === undefined || start === undefined || start < 0 || start >= value.length) return undefined;
  return value.slice(start, length === undefined ? undefined : start + Math.max(0, length));
}

const MOST_PATTERNS = 100;
const patterns = new Map<string, Pattern>();

/** The compiled form of a pattern that is computed; a bounded number is kept. */
export function matcher(whole: boolean, source: string | undefined): Pattern | undefined {
  if (source === undefined) return undefined;
  const text = whole ? `^(?:${source})$` : source;
  let known = patterns.get(text);
  if (known === undefined) {
    if (patterns.size >= MOST_PATTERNS) patterns.clear();
    known = evaluable(() => patternOf(text));
    patterns.set(text, known);
  }
  return known;
}

function evaluable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ExpressionError) fail();
    throw error;
  }
}

export const matches = (value: string | undefined, pattern: Pattern | undefined): boolean | undefined =>
  value === undefined || pattern === undefined ? undefined : (pattern.test(value) ?? fail());

export const replaceMatches = (value: string, source: string, by: string): string =>
  kept(matcher(false, source)!.replace(value, by) ?? fail());

// A text that is joined and replaced again and again could double each time.
const LONGEST_TEXT = 2 ** 21;
const kept = (value: string): string => (value.length <= LONGEST_TEXT ? value : fail());

export const joined = (a: unknown, b: unknown): string => kept((text(a) ?? '') + (text(b) ?? ''));

export function replaced(value: string, from: string, to: string): string {
  const times = from === '' ? value.length + 1 : value.length / from.length;
  if (times * to.length > LONGEST_TEXT) fail();
  return value.replaceAll(from, () => to);
}

/** Whether a value is of a FHIR data type. `type` is what its key told. */
export function isOfType(value: unknown, type: string | undefined, of: string): boolean {
  if (type !== undefined) return isSubtype(type, of);
  if (isJsonObject(value) && typeof value.resourceType === 'string') return false;
  if (typeof value === 'boolean') return of === 'boolean' || of === 'Element';
  throw UNDECIDED;
}

export const isResource = (value: unknown, of: string): boolean =>
  isJsonObject(value) && typeof value.resourceType === 'string' && isResourceSubtype(value.resourceType, of);

/** Whether an expression that starts with a type name (`Patient.name`) speaks of this node. Only resources tell their type. */
export const isRoot = (value: unknown, name: string): boolean =>
  !isJsonObject(value) || typeof value.resourceType !== 'string' || isResourceSubtype(value.resourceType, name);

/** The elements of an element, as `children()` gives them. */
export function children(value: unknown, twin: unknown, into: Item[] = []): Item[] {
  const object = isJsonObject(value) ? value : twin;
  if (!isJsonObject(object)) return into;
  for (const key in object) {
    if (key === 'resourceType') continue;
    const name = key.startsWith('_') ? key.slice(1) : key;
    if (name !== key && name in object) continue;
    const values = object[name];
    const twins = object[`_${name}`];
    const type = typeOfKey(name);
    const many = Array.isArray(values) || Array.isArray(twins);
    if (!many) add(values, twins);
    else {
      const [v, t] = [Array.isArray(values) ? values : [], Array.isArray(twins) ? twins : []];
      for (let i = 0; i < Math.max(v.length, t.length); i++) add(v[i], t[i]);
    }
    function add(each: unknown, eachTwin: unknown): void {
      if (occupied(each) || occupied(eachTwin)) into.push(new Item(each ?? null, eachTwin ?? undefined, type));
    }
  }
  return into;
}

/** `children().count()` without the children. */
export function countChildren(value: unknown, twin: unknown): number {
  const object = isJsonObject(value) ? value : twin;
  if (!isJsonObject(object)) return 0;
  let count = 0;
  for (const key in object) {
    if (key.charCodeAt(0) === 95 /* _ */) return children(value, twin).length;
    const json = object[key];
    if (Array.isArray(json)) count += json.length;
    else if (json !== null && key !== 'resourceType') count++;
  }
  return count;
}

/** All elements below an element, level by level. */
export function descendants(value: unknown, twin: unknown, into: Item[] = []): Item[] {
  let at = into.length;
  children(value, twin, into);
  for (; at < into.length; at++) {
    spend(1);
    children(into[at]!.value, into[at]!.twin, into);
  }
  return into;
}

const itemValue = (item: Item): unknown => item.value;
export const distinct = (items: Item[]): Item[] => distinctBy(items, itemValue);

export function intersect(a: Item[], b: Item[]): Item[] {
  spend(a.length * b.length);
  const values = b.map(itemValue);
  return distinct(a.filter(item => includes(values, item.value)));
}

export function exclude(a: Item[], b: Item[]): Item[] {
  spend(a.length * b.length);
  const values = b.map(itemValue);
  return a.filter(item => !includes(values, item.value));
}

/** Adds to the queue of `repeat()` unless an equal item is there. */
export function addNew(items: Item[], item: Item): void {
  spend(items.length + 1);
  if (!items.some(each => equal(each.value, item.value) === true)) items.push(item);
}

export const resolve = (value: unknown, context: ExpressionContext): JsonObject | undefined =>
  value === null ? undefined : resolveReference(value, context);

/** The clock of an evaluation, in UTC. https://hl7.org/fhirpath/N1/#current-date-and-time-functions */
export function clock(name: string, context: ExpressionContext): Temporal {
  const now = (context.now ?? new Date()).toISOString();
  if (name === 'now') return new Temporal(now, 'dateTime');
  return name === 'today' ? new Temporal(now.slice(0, 10), 'date') : new Temporal(now.slice(11, 23), 'time');
}

/** A computed value as JSON. */
export function plain(value: unknown): unknown {
  if (value instanceof QuantityLiteral) throw UNDECIDED;
  return value instanceof Temporal ? value.text : value;
}

export function selected(value: unknown, type: string | undefined): Selected {
  if (value instanceof QuantityLiteral) throw UNDECIDED;
  if (value instanceof Temporal) return { value: value.text, type: value.type };
  if (isJsonObject(value) && typeof value.resourceType === 'string') return { value, type: value.resourceType };
  return { value, type };
}
