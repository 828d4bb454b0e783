import { describe, expect, test } from 'vitest';
import { parseExact } from '../fhir/exact-json.ts';
import { FhirError } from '../fhir/fhir-error.ts';
import type { Json } from '../fhir/resource.ts';
import { readJsonPatch } from './json-patch.ts';

const LIMITS = { maxCopied: 10_000, maxDepth: 20 };

/** The patched document as text; `patch` may be text too, for numbers as they are written. */
const patched = (document: string, patch: object | string): string => {
  const apply = readJsonPatch(typeof patch === 'string' ? patch : JSON.stringify(patch));
  return JSON.stringify(apply(parseExact(document) as Json, LIMITS, () => undefined));
};

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof FhirError) return `${error.issues[0]!.rule}: ${error.message}`;
    throw error;
  }
  return 'none';
};

describe('an operation', () => {
  test.each<[name: string, document: string, operation: object, result: string]>([
    ['adds a member', '{"a":1}', { op: 'add', path: '/b', value: [2] }, '{"a":1,"b":[2]}'],
    ['adds over a member', '{"a":1}', { op: 'add', path: '/a', value: null }, '{"a":null}'],
    ['adds an item before another', '{"a":[1,2]}', { op: 'add', path: '/a/1', value: 9 }, '{"a":[1,9,2]}'],
    ['adds an item at the end by its index', '{"a":[1]}', { op: 'add', path: '/a/1', value: 9 }, '{"a":[1,9]}'],
    ['adds an item at the end by a dash', '{"a":[]}', { op: 'add', path: '/a/-', value: [9] }, '{"a":[[9]]}'],
    ['adds the whole document', '{"a":1}', { op: 'add', path: '', value: { b: 2 } }, '{"b":2}'],
    ['adds under an empty name', '{"a":1}', { op: 'add', path: '/', value: 2 }, '{"a":1,"":2}'],
    ['passes over other members', '{"a":1}', { op: 'add', path: '/b', value: 2, why: 'x' }, '{"a":1,"b":2}'],
    ['removes a member', '{"a":1,"b":2}', { op: 'remove', path: '/a' }, '{"b":2}'],
    ['removes an item', '{"a":[1,2,3]}', { op: 'remove', path: '/a/1' }, '{"a":[1,3]}'],
    ['replaces a member in its place', '{"a":1,"b":2}', { op: 'replace', path: '/a', value: {} }, '{"a":{},"b":2}'],
    ['replaces an item', '{"a":[1,2]}', { op: 'replace', path: '/a/0', value: null }, '{"a":[null,2]}'],
    ['replaces the whole document', '{"a":1}', { op: 'replace', path: '', value: 7 }, '7'],
    ['moves a member', '{"a":{"x":1},"b":{}}', { op: 'move', from: '/a/x', path: '/b/y' }, '{"a":{},"b":{"y":1}}'],
    ['moves an item', '{"a":[1,2,3]}', { op: 'move', from: '/a/0', path: '/a/2' }, '{"a":[2,3,1]}'],
    ['moves to where it is', '{"a":[1,2]}', { op: 'move', from: '/a/1', path: '/a/1' }, '{"a":[1,2]}'],
    ['copies a value', '{"a":[1]}', { op: 'copy', from: '/a', path: '/b' }, '{"a":[1],"b":[1]}'],
    ['reads ~1 as a slash', '{"a/b":1}', { op: 'remove', path: '/a~1b' }, '{}'],
    ['reads ~01 as ~1', '{"~1":1}', { op: 'remove', path: '/~01' }, '{}'],
    ['takes an index as a name in an object', '{"0":{"-":1}}', { op: 'remove', path: '/0/-' }, '{"0":{}}'],
    ['takes any name', '{"a":1}', { op: 'add', path: '/__proto__', value: 2 }, '{"a":1,"__proto__":2}'],
  ])('%s', (_name, document, operation, result) => {
    expect(patched(document, [operation])).toBe(result);
  });

  test.each<[value: string, tested: string]>([
    ['"x"', '"x"'],
    ['10.50', '10.5'],
    ['1e2', '100'],
    ['null', 'null'],
    ['[1,{"a":true}]', '[1,{"a":true}]'],
    ['{"a":1,"b":2}', '{"b":2,"a":1}'],
  ])('tests that %s is %s', (value, tested) => {
    expect(patched(`{"v":${value}}`, `[{"op":"test","path":"/v","value":${tested}}]`)).toBe(`{"v":${value}}`);
  });

  test.each<[value: string, tested: string]>([
    ['"10"', '10'],
    ['10.50', '10.51'],
    ['[1,2]', '[2,1]'],
    ['{"a":1}', '{"a":1,"b":2}'],
    ['0', 'false'],
  ])('tests that %s is not %s', (value, tested) => {
    const run = () => patched(`{"v":${value}}`, `[{"op":"test","path":"/v","value":${tested}}]`);
    expect(refusal(run)).toBe(
      'patch-failed: Operation 0 of the JSON Patch (test) does not fit the resource: /v has another value than the test asks for.',
    );
  });
});

test('operations see what those before them did', () => {
  const patch = [
    { op: 'add', path: '/a', value: { n: [1] } },
    { op: 'copy', from: '/a', path: '/b' },
    { op: 'add', path: '/b/n/-', value: 2 },
    { op: 'test', path: '/a/n', value: [1] },
    { op: 'remove', path: '/a' },
  ];
  expect(patched('{}', patch)).toBe('{"b":{"n":[1,2]}}');
});

test('numbers stay as they are written, in the document and in the patch', () => {
  const patch =
    '[{"op":"add","path":"/b","value":{"v":2.00}},{"op":"copy","from":"/a","path":"/c"},{"op":"move","from":"/d","path":"/e"}]';
  expect(patched('{"a":10.50,"d":[1.0E2]}', patch)).toBe('{"a":10.50,"b":{"v":2.00},"c":10.50,"e":[1.0E2]}');
});

test('a patch can be applied again to another document', () => {
  const apply = readJsonPatch('[{"op":"add","path":"/a","value":[]},{"op":"add","path":"/a/-","value":1}]');
  for (let round = 0; round < 2; round++)
    expect(apply({}, LIMITS, () => undefined)).toEqual({ a: [expect.anything()] });
});

describe('a place that is not there is told', () => {
  test.each<[operation: object, text: string]>([
    [{ op: 'remove', path: '/b' }, '(remove) does not fit the resource: there is no /b.'],
    [{ op: 'replace', path: '/l/2', value: 1 }, 'there is no /l/2. /l has 2 items, from 0.'],
    [{ op: 'remove', path: '/l/-' }, 'there is no /l/-.'],
    [{ op: 'remove', path: '/l/01' }, 'there is no /l/01.'],
    [{ op: 'remove', path: '/toString' }, 'there is no /toString.'],
    [{ op: 'remove', path: '/l/length' }, 'there is no /l/length.'],
    [{ op: 'remove', path: '/n/rawJSON' }, 'there is no /n/rawJSON.'],
    [{ op: 'remove', path: '' }, 'it would remove the whole resource.'],
    [{ op: 'add', path: '/b/-', value: 1 }, 'there is no /b. Add that first, an element that repeats as an array.'],
    [{ op: 'add', path: '/l/3', value: 1 }, '/l/3 is no place for an item. Take an index from 0 to 2, or "-"'],
    [{ op: 'add', path: '/n/x', value: 1 }, '/n is a single value, and has no elements.'],
    [{ op: 'copy', from: '/b', path: '/c' }, '(copy) does not fit the resource: there is no /b.'],
    [{ op: 'move', from: '/b', path: '/b' }, 'there is no /b.'],
    [{ op: 'test', path: '/b', value: null }, 'there is no /b.'],
  ])('%j', (operation, text) => {
    const message = refusal(() => patched('{"n":1.5,"l":[1,2]}', [{ op: 'test', path: '/n', value: 1.5 }, operation]));
    expect(message).toMatch(/^patch-failed: Operation 1 of the JSON Patch /);
    expect(message).toContain(text);
  });
});

describe('what is no JSON Patch is told', () => {
  test.each<[patch: unknown, text: string]>([
    [{ op: 'remove', path: '/a' }, 'must be an array of operations'],
    [[7], 'Operation 0 of the JSON Patch is no object.'],
    [[{ path: '/a' }], 'needs "op": one of add, remove, replace, move, copy, test.'],
    [[{ op: 'Add', path: '/a', value: 1 }], 'needs "op"'],
    [[{ op: 'remove' }], 'needs "path": a JSON Pointer'],
    [[{ op: 'remove', path: 'a' }], 'needs "path": a JSON Pointer'],
    [[{ op: 'remove', path: '/a~2' }], 'with ~1 for a slash'],
    [[{ op: 'move', path: '/a' }], 'needs "from"'],
    [[{ op: 'move', from: '/a', path: '/a/b' }], 'moves a value into itself.'],
    [[{ op: 'add', path: '/a' }], 'needs "value", as every add does.'],
    [Array(1001).fill({ op: 'remove', path: '/a' }), 'has 1001 operations; at most 1000'],
  ])('%j', (patch, text) => {
    const message = refusal(() => readJsonPatch(JSON.stringify(patch)));
    expect(message).toMatch(/^patch-malformed: /);
    expect(message).toContain(text);
  });
});

test('copies of copies are bounded', () => {
  const doubling = Array.from({ length: 60 }, (_, n) => ({ op: 'copy', from: '/a', path: `/a/${n}` }));
  expect(refusal(() => patched('{"a":["some text"]}', doubling))).toMatch(/^(body-too-large|json-too-deep): /);
  const wide = Array.from({ length: 60 }, (_, n) => ({ op: 'copy', from: '', path: `/x${n}` }));
  expect(refusal(() => patched('{"a":"some text"}', wide))).toMatch(/^(body-too-large|json-too-deep): /);
});
