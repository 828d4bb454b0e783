import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject, Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { createGenerator, randomFrom } from './test-instances.ts';
import { extension, profile, urlOf } from './test-profiles.ts';
import { definitionsWith, validResources } from './test-resources.ts';

const definitions = definitionsWith(
  extension('head', ['boolean']),
  profile('sliced', 'Claim', [
    ['Claim.insurance.coverage', { type: [{ code: 'Reference', aggregation: ['contained', 'bundled'] }] }],
    [
      'Claim.identifier',
      { slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'closed' }, max: '2' },
    ],
    ['Claim.identifier:own', { sliceName: 'own', max: '1' }],
    ['Claim.identifier:own.system', { min: 1, fixedUri: 'http://example.org/claims' }],
    ['Claim.identifier:own.value', { min: 1, patternString: 'C-1' }],
    ['Claim.use', { fixedCode: 'claim' }],
    ['Claim.subType', { max: '0' }],
    ['Claim.item', { min: 1, max: '3' }],
    ['Claim.item.quantity', { min: 1 }],
    ['Claim.supportingInfo.value[x]', { type: [{ code: 'Quantity' }] }],
    ['Claim.diagnosis.diagnosis[x]', { type: [{ code: 'CodeableConcept' }] }],
  ]),
);
const validator = createValidator(definitions);
const generator = createGenerator(definitions);

/** The generated check and the explanation say the same of a resource. */
function agrees(resource: Json): void {
  const profiles = (resource as Resource).resourceType === 'Claim' ? [urlOf('sliced')] : [];
  const errors = validator.explain(resource as Resource, profiles).filter(({ severity }) => severity === 'error');
  expect(validator.isValid(resource as Resource, profiles), JSON.stringify({ errors, resource })).toBe(
    errors.length === 0,
  );
}

/** Every place of a value: the object or array that holds it, and its name there. */
function placesOf(value: Json, found: [Record<string, Json>, string][] = []): [Record<string, Json>, string][] {
  if (typeof value !== 'object' || value === null) return found;
  const holder = value as Record<string, Json>;
  for (const name of Object.keys(holder)) {
    found.push([holder, name]);
    placesOf(holder[name]!, found);
  }
  return found;
}

const oddValues: Json[] = [
  null,
  '',
  ' ',
  'x',
  'a b',
  '#x',
  'Patient/1',
  'Group/1',
  0,
  1,
  -1,
  1.5,
  true,
  false,
  [],
  {},
  [null],
  [{}],
  ['x'],
  '2024',
  '2024-02-30',
  { id: 'x' },
  { value: 1 },
  { reference: '#org' },
  { coding: [{ code: 'x' }] },
  { url: 'http://example.org/x', valueString: 'x' },
  [{ url: urlOf('head'), valueBoolean: true }],
  [{ url: 'relative', valueBoolean: true }],
  { resourceType: 'Basic', id: 'x', code: { text: 'x' } },
  'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  { extension: [{ url: 'http://example.org/x', valueString: 'x' }] },
];

type Change = (holder: Record<string, Json>, name: string, odd: Json) => void;

const changes: Change[] = [
  (holder, name) => {
    if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else delete holder[name];
  },
  (holder, name, odd) => {
    holder[name] = odd;
  },
  (holder, name) => {
    holder[name] = [holder[name]!, holder[name]!];
  },
  (holder, name) => {
    const value = holder[name];
    if (Array.isArray(value)) holder[name] = value[0] ?? null;
  },
  (holder, name) => {
    const value = holder[name];
    if (Array.isArray(value)) value.push(...structuredClone(value));
  },
  (holder, name, odd) => {
    if (!Array.isArray(holder)) holder[`_${name}`] = odd;
  },
  (holder, name, odd) => {
    if (!Array.isArray(holder)) holder[`${name}x`] = odd;
  },
  (holder, name) => {
    if (!Array.isArray(holder)) {
      const value = holder[name]!;
      delete holder[name];
      holder[name.replace(/[A-Z].*$/, 'String')] = value;
    }
  },
];

describe('the generated check and the explanation', () => {
  it('agree that nothing stands beside the id of an element', () => {
    const patient: Json = { resourceType: 'Patient', birthDate: '1990', _birthDate: { id: 'b', _id: { id: 'x' } } };
    expect(validator.validate(patient as Resource, [])).toMatchObject([
      { rule: 'element-unknown', expression: 'Patient.birthDate._id' },
    ]);
    agrees(patient);
  });

  const steps = fc.array(
    fc.record({ place: fc.nat(), change: fc.nat(changes.length - 1), odd: fc.nat(oddValues.length - 1) }),
    { maxLength: 3 },
  );
  const changed = (resource: Resource, chosen: readonly { place: number; change: number; odd: number }[]): Resource => {
    for (const { place, change, odd } of chosen) {
      const places = placesOf(resource).filter(([holder, name]) => !(holder === resource && name === 'resourceType'));
      const at = places[place % places.length];
      if (at !== undefined) changes[change]!(...at, structuredClone(oddValues[odd]!));
    }
    return resource;
  };

  it.each(Object.entries(validResources))('agree on changed copies of %s', (_, make) => {
    fc.assert(
      fc.property(steps, chosen => agrees(changed(make(), chosen))),
      { numRuns: 600 },
    );
  });

  it('agree on changed instances of every type', () => {
    const made = fc.tuple(
      fc.constantFrom(...definitions.resourceTypes),
      fc.nat(1000),
      fc.double({ min: 0, max: 0.6, noNaN: true }),
    );
    fc.assert(
      fc.property(made, steps, ([type, seed, density], chosen) =>
        agrees(changed(generator.resource(type, randomFrom(seed), density), chosen)),
      ),
      { numRuns: 1500 },
    );
  });

  const names = [
    'modifierExtension',
    'fullUrl',
    'link',
    'relation',
    'search',
    'mode',
    'id',
    'extension',
    'url',
    'valueString',
    'valueReference',
    'contained',
    'meta',
    'text',
    'div',
    'status',
    'identifier',
    'type',
    'coding',
    'code',
    'system',
    'value',
    '_value',
    'item',
    'reference',
    'period',
    'start',
    'end',
    'name',
    'given',
    '_given',
    'entry',
    'resource',
    'parameter',
    'part',
    'resourceType',
    'profile',
    '__proto__',
    'linkId',
    'subject',
    'amount',
    'quantity',
    'constructor',
  ];
  const { json } = fc.letrec<{ json: Json; object: JsonObject }>(tie => ({
    json: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<Json>(...oddValues),
      fc.string(),
      fc.double(),
      fc.array(tie('json'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc.dictionary(fc.constantFrom(...names), tie('json'), { maxKeys: 5 }) as fc.Arbitrary<JsonObject>,
  }));
  const types = [
    'DocumentReference',
    'Composition',
    'Patient',
    'Claim',
    'Bundle',
    'Parameters',
    'Questionnaire',
    'Observation',
    'Group',
    'StructureDefinition',
    'Nothing',
  ];

  it('agree on random JSON, and neither throws', () => {
    const resources = fc.tuple(
      fc.constantFrom(...types),
      fc.dictionary(fc.constantFrom(...names), json, { maxKeys: 8 }),
    );
    fc.assert(
      fc.property(resources, ([resourceType, rest]) => agrees({ ...JSON.parse(JSON.stringify(rest)), resourceType })),
      { numRuns: 1500 },
    );
  });
});
