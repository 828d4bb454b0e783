import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject, Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { profile, urlOf } from './test-profiles.ts';
import { definitionsWith, validResources } from './test-resources.ts';

const validator = createValidator(
  definitionsWith(
    profile('sliced', 'Claim', [
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
  ),
);

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

  it.each(Object.entries(validResources))('agree on changed copies of %s', (_, make) => {
    const steps = fc.array(
      fc.record({ place: fc.nat(), change: fc.nat(changes.length - 1), odd: fc.nat(oddValues.length - 1) }),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(steps, chosen => {
        const resource = make();
        for (const { place, change, odd } of chosen) {
          const places = placesOf(resource).filter(
            ([holder, name]) => !(holder === resource && name === 'resourceType'),
          );
          const at = places[place % places.length];
          if (at !== undefined) changes[change]!(...at, structuredClone(oddValues[odd]!));
        }
        agrees(resource);
      }),
      { numRuns: 600 },
    );
  });

  const names = [
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
