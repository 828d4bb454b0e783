import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject, Resource } from '../resource.ts';
import {
  aimedPlaces,
  allInvariants,
  type Invariant,
  madeUp,
  type Place,
  places,
  resourceTypes,
  searchParameters,
  statedAt,
} from './agreement-corpus.ts';
import { type Expression, expressionFor } from './expression.ts';
import { fhirpathJsExpression } from './fhirpath-js.ts';

/*
 * Generated code against fhirpath.js: every invariant and every search parameter of R4, on made-up resources and, where the folder
 * KIUNGO_TEST_DATA is there, on the official examples. Where the two rightly differ, the difference is named below.
 */

/** Of all invariants of R4 only dom-3, in its two wordings, asks for the types of elements that JSON does not tell. */
const NOT_COMPILED = ['dom-3'];

/** Where fhirpath.js is wrong about a node, by the invariant's key. Each is shown by an example below. */
const EXCEPTIONS: Record<string, { why: string; applies(node: Json): boolean }> = {
  'ele-1': {
    why: 'a number or XHTML that stands alone has a value',
    applies: node => typeof node === 'number' || (typeof node === 'string' && node.startsWith('<div')),
  },
  'ras-1': {
    why: 'a number has no elements to navigate to, which is no error',
    applies: node => typeof node === 'number',
  },
  'que-7': {
    why: 'answerBoolean is the Boolean that the invariant asks for',
    applies: node => (node as JsonObject).answerBoolean !== undefined,
  },
  'rng-2': {
    why: 'quantities without UCUM units are compared by their values, not as objects',
    applies: node => ![(node as JsonObject).low, (node as JsonObject).high].every(isUcum),
  },
  'dom-r4b': { why: 'types that R4 does not have are no error', applies: () => true },
};

const UCUM = 'http://unitsofmeasure.org';
function isUcum(quantity: unknown): boolean {
  const { value, system, code, comparator } = (quantity ?? {}) as JsonObject;
  return typeof value === 'number' && system === UCUM && code === 'mg' && comparator === undefined;
}

/** What is too rare to be made up: a node for which an invariant does not hold, or holds. */
const consent = (code: string): JsonObject => ({ scope: { coding: [{ system: 'something', code }] } });
const range = (low: number, high: number): JsonObject => ({
  low: { value: low, system: UCUM, code: 'mg' },
  high: { value: high, system: UCUM, code: 'mg' },
});
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';
const retracted = (system: string): JsonObject => ({
  clinicalStatus: { text: 'x' },
  verificationStatus: { coding: [{ system: `${TERMINOLOGY}/${system}`, code: 'entered-in-error' }] },
});
const MADE: Record<string, JsonObject[]> = {
  'ait-2': [retracted('allergyintolerance-verification')],
  'con-5': [retracted('condition-ver-status')],
  'cpb-7': [{ document: ['a', 'a'].map(profile => ({ mode: 'producer', profile })) }],
  'cpb-9': [{ resource: [{ type: 'Patient' }, { type: 'Patient' }] }],
  'nsd-2': [{ uniqueId: [1, 2].map(index => ({ type: 'oid', value: `${index}`, preferred: true })) }],
  'obs-7': [
    { valueString: 'x', code: { coding: [{ code: 'a' }] }, component: [{ code: { coding: [{ code: 'a' }] } }] },
  ],
  'ppc-2': [consent('patient-privacy')],
  'ppc-3': [consent('research')],
  'ppc-4': [consent('adr')],
  'ppc-5': [consent('treatment')],
  'rng-2': [range(5, 1), range(1, 5)],
};

/** What cannot be had both held and broken. */
const ONE_SIDED: Record<string, string> = {
  'dom-r4b': 'it asks for types that R4 does not have, where fhirpath.js is wrong',
  'eld-11': 'its select() gives a Boolean for every type, and any Boolean exists',
};

const slowly = new Map<string, Expression>();

function slow(text: string, base?: string): Expression {
  const key = `${base} ${text}`;
  const known = slowly.get(key) ?? fhirpathJsExpression(text, base);
  slowly.set(key, known);
  return known;
}

/** Without the ids and extensions of primitives: fhirpath.js takes equal values with different ones as different. */
const withoutTwins = <T>(json: T): T =>
  JSON.parse(JSON.stringify(json, (key, value) => (key.startsWith('_') ? undefined : value)));

function verdicts({ expression }: Invariant, { node, twin, base, ...context }: Place) {
  return {
    ours: expressionFor(expression, base).test(node, context, twin),
    theirs: slow(expression, base).test(node, context, twin),
  };
}

/** Judges all places of resources by both, each expression at most `limit` times at one kind of place. */
function compareInvariants(resources: Iterable<Resource>, limit: number) {
  const judged = new Map<string, number>();
  const violated = new Set<string>();
  const different: string[] = [];
  for (const resource of resources)
    for (const place of places(resource))
      for (const invariant of place.invariants) {
        if (NOT_COMPILED.includes(invariant.key) || EXCEPTIONS[invariant.key]?.applies(place.node)) continue;
        const key = `${invariant.expression} at ${place.base}`;
        const times = judged.get(key) ?? 0;
        if (times >= limit) continue;
        judged.set(key, times + 1);
        let { ours, theirs } = verdicts(invariant, place);
        if (ours !== theirs) ({ ours, theirs } = verdicts(invariant, withoutTwins({ ...place, twin: undefined })));
        if (!ours) violated.add(invariant.key);
        if (ours !== theirs)
          different.push(
            `${invariant.key} at ${place.base}: ours ${ours}, ${JSON.stringify(place.node).slice(0, 300)}`,
          );
      }
  return { judged, violated, different };
}

const ENOUGH = 3;
const withXhtml = <T extends object>(place: T) => ({ ...place, htmlChecks: (div: string) => !div.includes('<script') });

function* placesFor(key: string, expression: string, paths: string[]): Generator<Place & { rootResource: Resource }> {
  for (const made of MADE[key] ?? []) {
    const resourceType = paths[0]!.split('.')[0]!;
    const isResource = resourceTypes.includes(resourceType);
    const node = paths[0] === resourceType && isResource ? { resourceType, ...made } : made;
    const resource = ('resourceType' in node ? node : { resourceType: 'Basic' }) as Resource;
    yield { node, twin: undefined, base: paths[0]!, resource, rootResource: resource, invariants: [] };
  }
  if (ONE_SIDED[key] === undefined) for (const path of paths.slice(0, 3)) yield* aimedPlaces(path, expression, 200);
}

function* madeUpResources(seeds: number): Generator<Resource> {
  for (let seed = 1; seed <= seeds; seed++)
    for (const [index, type] of resourceTypes.entries()) yield madeUp(type, seed * 1000 + index);
}

// as() of several items is an error for fhirpath.js; R4's search parameters mean it as a filter
const asFilter = (text: string): string =>
  text.replace(/\(([\w.]+) as (\w+)\)/g, '$1.ofType($2)').replace(/\.as\(/g, '.ofType(');

const searched = new Map<string, Set<string>>();
for (const { base, expression } of searchParameters)
  for (const type of base.flatMap(each => (each === 'Resource' || each === 'DomainResource' ? resourceTypes : [each])))
    if (expression !== undefined) searched.set(type, (searched.get(type) ?? new Set()).add(expression));

/** What both select, as JSON; fhirpath.js refuses to look at a Quantity with a comparator, where undefined stands. */
function selections(text: string, resource: Resource) {
  const context = { resource };
  const ours = expressionFor(text).selectTyped(resource, context);
  try {
    return { ours, theirs: slow(asFilter(text)).selectTyped(resource, context) };
  } catch {
    return { ours, theirs: undefined };
  }
}

function compareSelections(resources: Iterable<Resource>) {
  let found = 0;
  const refused = new Set<string>();
  const different: string[] = [];
  for (const resource of resources) {
    // not in R4, though some definitions of R4B ride along; fhirpath.js does not know it as a resource
    if (resource.resourceType === 'SubscriptionStatus') continue;
    for (const text of searched.get(resource.resourceType) ?? []) {
      let { ours, theirs } = selections(text, resource);
      if (differs(ours, theirs)) ({ ours, theirs } = selections(text, withoutTwins(resource)));
      found += ours.length;
      if (theirs === undefined) {
        if (!JSON.stringify(ours).includes('"comparator"')) refused.add(text);
      } else if (differs(ours, theirs))
        different.push(`${text}: ${JSON.stringify(ours)} not ${JSON.stringify(theirs)}`);
    }
  }
  return { found, refused, different };
}

type Selection = ReturnType<Expression['selectTyped']>;
const differs = (ours: Selection, theirs: Selection | undefined): boolean =>
  theirs === undefined ||
  JSON.stringify(ours.map(each => each.value)) !== JSON.stringify(theirs.map(each => each.value)) ||
  ours.some((each, index) => each.type !== undefined && each.type !== theirs[index]?.type);

describe('compilation', () => {
  test('every invariant of R4 but dom-3 compiles', () => {
    const distinct = new Map(allInvariants.map(each => [each.expression, each.key]));
    const left = [...distinct].filter(([expression]) => !expressionFor(expression).compiled).map(([, key]) => key);
    expect(distinct.size).toBeGreaterThan(190);
    expect([...new Set(left)]).toEqual(NOT_COMPILED);
  });

  test('every search parameter of R4 compiles', () => {
    const expressions = searchParameters.flatMap(each => each.expression ?? []);
    expect(expressions.length).toBeGreaterThan(1300);
    expect(expressions.filter(each => !expressionFor(each).compiled)).toEqual([]);
  });
});

describe('made-up resources', () => {
  test('every invariant is violated or not as fhirpath.js says', () => {
    const { judged, violated, different } = compareInvariants(madeUpResources(10), 6);
    expect(different).toEqual([]);
    // the corpus is worth something only if it breaks most of them
    expect(judged.size).toBeGreaterThan(1200);
    expect(violated.size).toBeGreaterThan(120);
  });

  test('every invariant holds for some and not for others, and fhirpath.js says the same', () => {
    const onesided: string[] = [];
    const different: string[] = [];
    for (const [expression, { invariant, paths }] of statedAt) {
      const { key } = invariant;
      if (NOT_COMPILED.includes(key)) continue;
      const seen = { held: 0, broken: 0 };
      for (const place of placesFor(key, expression, paths)) {
        if (EXCEPTIONS[key]?.applies(place.node)) continue;
        const ours = expressionFor(expression, place.base).test(place.node, withXhtml(place), place.twin);
        const count = ours ? 'held' : 'broken';
        if (seen[count]++ >= ENOUGH) continue;
        let verdict = verdicts(invariant, withXhtml(place));
        if (verdict.ours !== verdict.theirs)
          verdict = verdicts(invariant, withXhtml(withoutTwins({ ...place, twin: undefined })));
        if (verdict.ours !== verdict.theirs)
          different.push(`${key} at ${place.base}: ours ${verdict.ours}, ${JSON.stringify(place.node).slice(0, 300)}`);
        if (seen.held >= ENOUGH && seen.broken >= ENOUGH) break;
      }
      if (ONE_SIDED[key] === undefined && (seen.held === 0 || seen.broken === 0))
        onesided.push(`${key}: ${seen.held} times held, ${seen.broken} times broken: ${expression}`);
    }
    expect(different).toEqual([]);
    expect(onesided).toEqual([]);
  }, 120_000);

  test('every search parameter selects what fhirpath.js selects', () => {
    const { found, refused, different } = compareSelections(madeUpResources(3));
    expect(different).toEqual([]);
    expect([...refused]).toEqual([]);
    expect(found).toBeGreaterThan(5000);
  });
});

describe('where fhirpath.js is wrong', () => {
  const div = '<div xmlns="http://www.w3.org/1999/xhtml">x</div>';
  const resource: Resource = { resourceType: 'Basic' };
  const quantities = { low: { value: 5, unit: 'mg' }, high: { value: 1, unit: 'mg' } };
  const cases: [key: string, base: string, node: Json, ours: boolean, theirs: boolean][] = [
    ['ele-1', 'xhtml', div, true, false],
    ['ele-1', 'integer', 3, true, false],
    ['ras-1', 'decimal', 0.5, true, false],
    ['que-7', 'Questionnaire.item.enableWhen', { question: 'q', operator: 'exists', answerBoolean: true }, true, false],
    ['rng-2', 'Range', quantities, false, true],
    ['dom-r4b', 'Basic', resource, true, false],
  ];
  test.each(cases)('%s on %s', (key, base, node, ours, theirs) => {
    const invariant = allInvariants.find(each => each.key === key)!;
    expect(EXCEPTIONS[key]?.applies(node)).toBe(true);
    const place = { node, twin: undefined, base, resource, rootResource: resource, invariants: [invariant] };
    expect(verdicts(invariant, place)).toEqual({ ours, theirs });
  });

  test('every exception has its example', () => {
    expect(Object.keys(EXCEPTIONS).sort()).toEqual([...new Set(cases.map(([key]) => key))].sort());
  });

  test('equal values with different ids count as equal', () => {
    const node: JsonObject = { constraint: [{ key: 'a', _key: { id: 'x' } }, { key: 'a' }] };
    const text = 'constraint.select(key).isDistinct()';
    expect(expressionFor(text).test(node, { resource })).toBe(false);
    expect(slow(text, 'ElementDefinition').test(node, { resource })).toBe(true);
  });
});

const folder = join(process.env.KIUNGO_TEST_DATA ?? '', 'r4-examples');
const examples = process.env.KIUNGO_TEST_DATA !== undefined && existsSync(folder);

describe.skipIf(!examples)('official examples of R4 (in the folder that KIUNGO_TEST_DATA names)', () => {
  const resources = examples
    ? readdirSync(folder)
        .filter(name => name.endsWith('.json'))
        .map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')))
        .filter((each): each is Resource => typeof each.resourceType === 'string')
    : [];

  test('every invariant is violated or not as fhirpath.js says', () => {
    const { judged, different } = compareInvariants(resources, 30);
    expect(different).toEqual([]);
    expect(judged.size).toBeGreaterThan(350);
  });

  test('every search parameter selects what fhirpath.js selects', () => {
    const { found, refused, different } = compareSelections(resources);
    expect(different).toEqual([]);
    expect([...refused]).toEqual([]);
    expect(found).toBeGreaterThan(1000);
  });
});
