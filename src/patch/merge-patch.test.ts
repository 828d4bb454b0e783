import { expect, test } from 'vitest';
import { parseExact } from '../fhir/exact-json.ts';
import type { Json } from '../fhir/resource.ts';
import { readMergePatch } from './merge-patch.ts';

const LIMITS = { maxCopied: 10_000, maxDepth: 20 };

const patched = (document: string, patch: string): string =>
  JSON.stringify(readMergePatch(patch)(parseExact(document) as Json, LIMITS, () => undefined));

test.each<[name: string, document: string, patch: string, result: string]>([
  ['replaces a member in its place', '{"a":1,"b":2}', '{"a":3}', '{"a":3,"b":2}'],
  ['adds a member', '{"a":1}', '{"b":true}', '{"a":1,"b":true}'],
  ['removes a member by null', '{"a":1,"b":2}', '{"a":null}', '{"b":2}'],
  ['removes what is not there without a word', '{"a":1}', '{"b":null}', '{"a":1}'],
  ['merges objects member by member', '{"a":{"x":1,"y":2}}', '{"a":{"y":null,"z":3}}', '{"a":{"x":1,"z":3}}'],
  ['replaces an array as a whole', '{"a":[1,2]}', '{"a":[3]}', '{"a":[3]}'],
  ['keeps null in an array', '{"a":1}', '{"a":[null,{"b":null}]}', '{"a":[null,{"b":null}]}'],
  ['replaces an array by an object', '{"a":[1]}', '{"a":{"b":2}}', '{"a":{"b":2}}'],
  ['replaces an object by a value', '{"a":{"b":1}}', '{"a":"x"}', '{"a":"x"}'],
  ['takes nulls out of what it adds', '{}', '{"a":{"b":null,"c":{"d":null}}}', '{"a":{"c":{}}}'],
  ['changes nothing if it is empty', '{"a":{}}', '{}', '{"a":{}}'],
  [
    'keeps numbers as they are written',
    '{"a":10.50,"b":{"c":1.0}}',
    '{"b":{"d":2.00}}',
    '{"a":10.50,"b":{"c":1.0,"d":2.00}}',
  ],
  ['replaces a number by another way of writing it', '{"a":10.50}', '{"a":10.5}', '{"a":10.5}'],
  ['takes any name', '{"a":1}', '{"__proto__":{"x":2},"constructor":3}', '{"a":1,"__proto__":{"x":2},"constructor":3}'],
])('a merge patch %s', (_name, document, patch, result) => {
  expect(patched(document, patch)).toBe(result);
});

test.each(['[1]', '"x"', '1.5', 'null', 'true'])('%s would replace the resource, and is refused', patch => {
  expect(() => readMergePatch(patch)).toThrow('must be an object with the elements to change');
});
