import type { ValueSetComposeIncludeFilter } from 'fhir/r4.js';
import { expect, test } from 'vitest';
import { codeSystemConcepts } from './code-system-concepts.ts';
import { passingCodes } from './passing-codes.ts';
import { fruit } from './test-terminology.ts';

const concepts = codeSystemConcepts(fruit);
const passing = (property: string, op: string, value: string): string[] | undefined => {
  const codes = passingCodes({ property, op: op as ValueSetComposeIncludeFilter['op'], value }, concepts);
  return codes && [...codes].sort();
};

// https://hl7.org/fhir/R4/valueset-filter-operator.html
test.each([
  ['concept', 'is-a', 'citrus', ['citrus', 'lemon', 'lime']],
  ['concept', 'is-a', 'berry', ['banana', 'berry']],
  ['concept', 'descendent-of', 'citrus', ['lemon', 'lime']],
  ['concept', 'is-not-a', 'citrus', ['banana', 'berry', 'medlar']],
  ['concept', 'generalizes', 'lemon', ['citrus', 'lemon']],
  ['code', 'in', 'lime, berry', ['berry', 'lime']],
  ['code', 'not-in', 'lime, berry, citrus', ['banana', 'lemon', 'medlar']],
  ['code', 'regex', 'l.*', ['lemon', 'lime']],
  ['display', '=', 'Lime', ['lime']],
  ['designation', '=', 'Ndizi', ['banana']],
  ['parent', '=', 'citrus', ['lemon', 'lime']],
  ['child', 'exists', 'true', ['berry', 'citrus']],
  ['colour', '=', 'yellow', ['banana', 'lemon']],
  ['colour', 'exists', 'false', ['berry', 'citrus', 'lime', 'medlar']],
  ['inactive', '=', 'true', ['medlar']],
  ['group', '=', 'false', ['banana', 'berry', 'lemon', 'lime', 'medlar']],
  ['grafted', 'exists', 'true', []],
])('%s %s %s leaves %j', (property, op, value, expected) => {
  expect(passing(property, op, value)).toEqual(expected);
});

test.each([
  ['taste', '=', 'sweet', 'a property that neither the system nor a concept has'],
  ['concept', 'is-a', 'nut', 'a concept that is not there'],
  ['concept', 'child-of', 'citrus', 'an operator that R4 has not'],
  ['code', 'regex', '(', 'a regular expression that cannot be read'],
])('%s %s %s is not judged: %s', (property, op, value) => {
  expect(passing(property, op, value)).toBeUndefined();
});

test('a regular expression that was made to hang is given up', () => {
  const long = codeSystemConcepts({ ...fruit, concept: [{ code: `${'a'.repeat(60)}!` }] });
  const started = performance.now();
  expect(passingCodes({ property: 'code', op: 'regex', value: '(a+)+' }, long)).toBeUndefined();
  expect(performance.now() - started).toBeLessThan(2000);
});
