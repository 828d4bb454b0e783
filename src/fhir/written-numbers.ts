import { isRawNumber, parseExact } from './exact-json.ts';
import type { Resource } from './resource.ts';

/** Of each object, the members whose numbers are whole but written with a point or an exponent: 1.0, 1e0. */
export type WrittenNumbers = WeakMap<object, ReadonlySet<string>>;

const pointed = /[.eE]/;

/** Walks a value and the same value with its numbers as they were written. */
function compare(value: unknown, exact: unknown, found: Map<object, Set<string>>, holder?: object, name = ''): void {
  if (isRawNumber(exact)) {
    if (holder === undefined || !Number.isInteger(value) || !pointed.test(exact.rawJSON)) return;
    const names = found.get(holder) ?? new Set();
    found.set(holder, names.add(name));
  } else if (Array.isArray(value)) {
    const items = exact as unknown[];
    for (const [index, item] of value.entries()) compare(item, items[index], found, holder, name);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      compare(item, (exact as Record<string, unknown>)[key], found, value, key);
    }
  }
}

/** The whole numbers of a resource that its text writes with a point or an exponent. A repeating element has the names of all its items. */
export function writtenNumbers(resource: Resource, text: string): WrittenNumbers {
  const found = new Map<object, Set<string>>();
  compare(resource, parseExact(text), found);
  return new WeakMap(found);
}
