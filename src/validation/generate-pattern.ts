import { isJsonObject } from '../fhir/resource.ts';
import type { SlicePlan } from './plan.ts';

const isObject = (value: string): string =>
  `typeof ${value} === "object" && ${value} !== null && !Array.isArray(${value})`;

/**
 * JavaScript that is true when a value has at least what a pattern has; each item of a pattern's array must be found among the value's
 * items. `value` is an expression without side effects. Names and texts of the pattern stand in it as quoted JSON.
 */
export function patternCode(value: string, pattern: unknown, depth = 0): string {
  if (Array.isArray(pattern)) {
    const item = `i${depth}`;
    const found = pattern.map(wanted => `${value}.some(${item} => ${patternCode(item, wanted, depth + 1)})`);
    return [`Array.isArray(${value})`, ...found].join(' && ');
  }
  if (!isJsonObject(pattern)) return `${value} === ${JSON.stringify(pattern)}`;
  const parts = Object.entries(pattern)
    .map(([name, wanted]) => patternCode(`${value}[${JSON.stringify(name)}]`, wanted, depth + 1))
    .sort((left, right) => left.length - right.length);
  return [isObject(value), ...parts].join(' && ');
}

/** A test by a pattern, whose code is generated when it is first asked. */
export function patternTest(pattern: unknown): (value: unknown) => boolean {
  let test: ((value: unknown) => boolean) | undefined;
  return value => {
    test ??= new Function('v', `'use strict'; return ${patternCode('v', pattern)};`) as (value: unknown) => boolean;
    return test(value);
  };
}

type Test = SlicePlan['matches'];

/**
 * A test by a pattern at the end of a path of elements, through arrays: one of the values there must fit. `otherwise` judges what has no
 * such element, which may be a choice.
 */
export function pathTest(path: readonly string[], pattern: unknown, otherwise: Test): Test {
  const codeAt = (value: string, depth: number): string => {
    if (depth === path.length) return patternCode(value, pattern, depth);
    const child = `${value}[${JSON.stringify(path[depth])}]`;
    const item = `i${depth}`;
    const any = `${child}.some(${item} => ${codeAt(item, depth + 1)})`;
    const each = `Array.isArray(${child}) ? ${any} : ${codeAt(child, depth + 1)}`;
    return `${isObject(value)} && (${child} === undefined ? k(v, t, c) : ${each})`;
  };
  let test: Test | undefined;
  return (value, type, scope) => {
    test ??= new Function('k', `'use strict'; return (v, t, c) => ${codeAt('v', 0)};`)(otherwise) as Test;
    return test(value, type, scope);
  };
}
