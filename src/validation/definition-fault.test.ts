import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import type { GrowingDefinitions } from '../definitions/definitions.ts';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import type { Json, JsonObject, Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { definitionFault } from './definition-fault.ts';
import { profile, urlOf } from './test-profiles.ts';
import { claim } from './test-resources.ts';

let definitions: GrowingDefinitions;
beforeEach(() => {
  definitions = loadDefinitions({ folders: ['profiles/r4', 'profiles/openimis'], packages: [] });
});

const faultOf = (resource: JsonObject): string | undefined => {
  const fault = definitionFault(definitions, `${resource.id}`, resource as Resource);
  return fault && `${fault.expression}: ${fault.text}`;
};
const valueSet = (compose: JsonObject): JsonObject => ({
  resourceType: 'ValueSet',
  id: 'v',
  url: urlOf('v'),
  status: 'active',
  compose,
});

test('a profile that others can be judged by has none', () => {
  expect(faultOf(profile('p', 'Claim', [['Claim.item.detail', { max: '0' }]]))).toBeUndefined();
});

test.each([
  [
    'base that is not known',
    { baseDefinition: urlOf('none') },
    /^StructureDefinition.baseDefinition: .*its base http.* is not loaded/,
  ],
  ['base that is the profile itself', { baseDefinition: urlOf('p') }, /StructureDefinition.baseDefinition/],
  ['base of another type', { type: 'Patient' }, /StructureDefinition.type: The type must be that of its base, `Claim`/],
  [
    'element without an id that is nowhere',
    { differential: { element: [{ path: 'Claim' }, { path: 'Claim.items' }] } },
    /StructureDefinition.differential.element\[1\]: .*Claim.items: there is no element items\./,
  ],
  [
    'snapshot without elements',
    { snapshot: { element: [] } },
    /StructureDefinition: It cannot be judged by: .*no elements/,
  ],
])('a profile with a %s has one, and its place is named', (_what, more, text) => {
  const fault = faultOf({ ...profile('p', 'Claim', []), ...more });
  expect(fault).toMatch(text);
});

test.each([
  ['code', 'regex', '('],
  ['concept', 'is-a', 'nothing'],
  ['colour', '=', 'red'],
])('a value set that filters a code system by %s %s %s has one', (property, op, value) => {
  const include = (system: string): JsonObject => ({ system, filter: [{ property, op, value }] });
  const known = include('http://hl7.org/fhir/claim-use');
  expect(faultOf(valueSet({ include: [{ system: 'x' }, known] }))).toMatch(
    /^ValueSet.compose.include\[1\].filter\[0\]: /,
  );
  expect(faultOf(valueSet({ include: [include('http://unknown.example')] }))).toBeUndefined();
});

test('a definition of a type or a logical model has none: nothing is judged by it', () => {
  const model = { ...profile('m', 'Claim', []), kind: 'logical', type: urlOf('m'), derivation: 'specialization' };
  expect(faultOf(model)).toBeUndefined();
});

/** Every place in a JSON value, as the object or array that holds it and its name there. */
function placesIn(value: Json, places: [Json[] | JsonObject, string][] = []): [Json[] | JsonObject, string][] {
  if (typeof value !== 'object' || value === null) return places;
  for (const name of Object.keys(value)) {
    places.push([value, name]);
    placesIn((value as JsonObject)[name]!, places);
  }
  return places;
}

/** A change of a definition: which of its places, and what takes the place of what is there. */
type Edit = [at: number, how: 'remove' | 'replace', text: string, count: number];
const texts = [
  'Claim',
  'Claim.item',
  'Claim.x',
  'value[x]',
  'url',
  '$this',
  'a:b',
  '*',
  '0',
  '2',
  '(',
  'true',
  'resolve()',
];
const edits = fc.array(
  fc.tuple(fc.nat(), fc.constantFrom('remove', 'replace'), fc.constantFrom(...texts, urlOf('p')), fc.nat(3)),
  { minLength: 1, maxLength: 2 },
);

/** Replaces a value by one of the same JSON type, so that much of what comes out is valid as a resource. */
function edit(definition: JsonObject, [at, how, text, count]: Edit): void {
  const places = placesIn(definition);
  const [holder, name] = places[at % places.length]!;
  const value = (holder as JsonObject)[name];
  if (how === 'replace' && typeof value === 'string') Object.assign(holder, { [name]: text });
  else if (how === 'replace' && typeof value === 'number') Object.assign(holder, { [name]: count });
  else if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else delete holder[name];
}

test('whatever is said in a profile: it is refused, or resources that claim it are judged', () => {
  const written = ['kiungo', 'openimis']
    .flatMap(set => globSync(join('profiles', set, 'StructureDefinition-*.json')))
    .map(file => JSON.parse(readFileSync(file, 'utf8')) as Resource);
  const examples = new Map(
    globSync('test/fixtures/valid/*.json').map(file => {
      const example = JSON.parse(readFileSync(file, 'utf8')) as Resource;
      return [example.resourceType, example];
    }),
  );
  const validator = createValidator(definitions);
  let judged = 0;
  fc.assert(
    fc.property(fc.constantFrom(...written), edits, (original, changes) => {
      const changed = structuredClone(original);
      for (const change of changes) edit(changed, change as Edit);
      const resource = { ...changed, id: 'p', url: urlOf('p') };
      // Only what is valid as a resource comes this far.
      if (validator.validate(resource, []).some(({ severity }) => severity === 'error')) return;
      if (definitionFault(definitions, 'p', resource) !== undefined) return;
      judged++;
      definitions.post([{ resourceType: 'StructureDefinition', id: 'p', resource }]);
      const { type } = original;
      const meta = { profile: [urlOf('p')] };
      validator.explain({ ...examples.get(`${type}`), resourceType: `${type}`, meta }, []);
      validator.explain({ ...claim(), meta }, []);
    }),
    { numRuns: 150 },
  );
  expect(judged).toBeGreaterThan(10);
});
