import type { ElementDefinition } from '../definitions/definitions.ts';
import { isJsonObject, type JsonObject } from '../fhir/resource.ts';
import { patternTest } from './generate-pattern.ts';
import type { ExpectedValue } from './plan.ts';
import { valueFor } from './snapshot-tree.ts';

/** Deep equality of JSON values; the order of an object's properties does not matter. */
export function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) && left.length === right.length && left.every((item, index) => isSame(item, right[index]))
    );
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length && names.every(name => name in right && isSame(left[name], right[name]))
  );
}

/** Whether the value has at least what the pattern has; each item of a pattern's array must be found among the value's items. */
export function hasPattern(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every(wanted => value.some(item => hasPattern(item, wanted)));
  }
  if (!isJsonObject(pattern)) return value === pattern;
  return isJsonObject(value) && Object.keys(pattern).every(name => hasPattern(value[name], pattern[name]));
}

/** The value that an element must have, of `fixed[x]` or `pattern[x]`. https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_ */
export function expectedValue(kind: ExpectedValue['kind'], expected: unknown): ExpectedValue {
  const primitive = !Array.isArray(expected) && !isJsonObject(expected);
  if (primitive) return { kind, expected, matches: value => value === expected };
  return { kind, expected, matches: kind === 'fixed' ? value => isSame(value, expected) : patternTest(expected) };
}

/** What `fixed[x]` or `pattern[x]` of an element asks of its value, where it has one of them. */
export function expectedOf(definition: ElementDefinition): ExpectedValue | undefined {
  const fixed = valueFor(definition, 'fixed');
  if (fixed !== undefined) return expectedValue('fixed', fixed);
  const pattern = valueFor(definition, 'pattern');
  return pattern === undefined ? undefined : expectedValue('pattern', pattern);
}

/** The parts of a pattern as `path = value`, for a message. Patterns are part of a profile, never a person's data. */
export function describeExpected(expected: unknown): string {
  const parts: string[] = [];
  const visit = (value: unknown, path: string) => {
    if (Array.isArray(value)) for (const item of value) visit(item, path);
    else if (isJsonObject(value))
      for (const name of Object.keys(value as JsonObject)) visit(value[name], path === '' ? name : `${path}.${name}`);
    else parts.push(path === '' ? JSON.stringify(value) : `${path} = ${JSON.stringify(value)}`);
  };
  visit(expected, '');
  return parts.join(' and ');
}
