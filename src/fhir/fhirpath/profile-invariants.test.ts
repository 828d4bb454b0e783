import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Json, Resource } from '../resource.ts';
import { statedAt } from './agreement-corpus.ts';
import { expressionFor } from './expression.ts';
import { fhirpathJsExpression } from './fhirpath-js.ts';

/* The invariants of the profiles that come with the server, beyond those of R4's types: compiled and by fhirpath.js. */

interface Constraint {
  key: string;
  expression?: string;
}

const folders = ['r4', 'openimis', 'kiungo'].map(name => new URL(`../../../profiles/${name}/`, import.meta.url));
const stated = new Map<string, string>();
for (const folder of folders)
  for (const file of readdirSync(folder)) {
    if (!file.startsWith('StructureDefinition-')) continue;
    const { snapshot, differential } = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    for (const { constraint = [] } of [...(snapshot?.element ?? []), ...(differential?.element ?? [])])
      for (const { key, expression } of constraint as Constraint[])
        if (expression !== undefined && !statedAt.has(expression)) stated.set(expression, key);
  }

/** For each of them what it is asked of, a node for which it holds, and one for which it does not. */
const NODES: Record<string, [base: string, held: Json, broken: Json]> = {
  insureeCodeMustBeUnder13Chars: ['string', 'x'.repeat(12), 'x'.repeat(13)],
  'vs-1': ['dateTime', '2020-01-01', '2020'],
  'vs-2': [
    'Observation',
    { resourceType: 'Observation', valueString: 'x' },
    { resourceType: 'Observation', code: { text: 'x' } },
  ],
  'vs-3': ['Observation.component', { dataAbsentReason: { text: 'x' } }, { code: { text: 'x' } }],
  'sqty-1': ['Quantity', { value: 1 }, { value: 1, comparator: '<' }],
  'mqty-1': ['Quantity', { value: 1, code: 'KES', system: 'urn:iso:std:iso:4217' }, { value: 1 }],
  'inv-1': [
    'AllergyIntolerance',
    { resourceType: 'AllergyIntolerance', substanceExposureRisk: { text: 'x' } },
    { resourceType: 'AllergyIntolerance', code: { text: 'x' } },
  ],
  'kiungo-pat-1': [
    'Patient',
    { resourceType: 'Patient', name: [{ family: 'x' }, { text: 'x' }] },
    { resourceType: 'Patient', name: [{ family: 'x' }, { given: ['x'] }] },
  ],
  'kiungo-cer-1': ['CoverageEligibilityRequest.item', { productOrService: { text: 'x' } }, { quantity: { value: 1 } }],
};

test.each([...stated])('%s (%s)', (expression, key) => {
  const [base, held, broken] = NODES[key]!;
  const compiled = expressionFor(expression, base);
  expect(compiled.compiled).toBe(true);
  const slow = fhirpathJsExpression(expression, base);
  const resource: Resource = { resourceType: 'Basic' };
  for (const [node, expected] of [
    [held, true],
    [broken, false],
  ] as const)
    expect([node, compiled.test(node, { resource }), slow.test(node, { resource })]).toEqual([
      node,
      expected,
      expected,
    ]);
});

test('there is an example for each, and for no other', () => {
  expect([...new Set(stated.values())].sort()).toEqual(Object.keys(NODES).sort());
});
