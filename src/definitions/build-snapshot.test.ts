import type { ElementDefinition, StructureDefinition } from 'fhir/r4.js';
import { describe, expect, test } from 'vitest';
import { readPublishedBundle } from '../../scripts/published-r4.ts';
import { buildSnapshot } from './build-snapshot.ts';
import type { StructureWithSnapshot } from './definitions.ts';
import { loadDefinitions } from './load-definitions.ts';

const r4 = loadDefinitions({ folders: ['profiles/r4'], packages: [] });
const R4 = 'http://hl7.org/fhir/StructureDefinition';

const build = (
  differential: ElementDefinition[],
  type = 'Claim',
  base = `${R4}/${type}`,
): Map<string, ElementDefinition> => {
  const structure: StructureDefinition = {
    resourceType: 'StructureDefinition',
    url: 'https://example.org/StructureDefinition/tried',
    name: 'Tried',
    status: 'active',
    kind: 'resource',
    abstract: false,
    type,
    baseDefinition: base,
    derivation: 'constraint',
    differential: { element: differential },
  };
  const { snapshot } = buildSnapshot(structure, r4.structureDefinition);
  return new Map(snapshot.element.map(element => [`${element.id}`, element]));
};

const at = (id: string, more: Partial<ElementDefinition> = {}): ElementDefinition => ({
  id,
  path: id.replace(/:[^.]+/g, ''),
  ...more,
});

describe('the profiles that R4 publishes with a differential and a snapshot', () => {
  const published = readPublishedBundle('profiles-others.json').filter(
    (resource): resource is StructureWithSnapshot => resource.resourceType === 'StructureDefinition',
  );

  const facts = (element: ElementDefinition) => ({
    min: element.min,
    max: element.max,
    type: (element.type ?? []).map(({ code, profile, targetProfile }) => ({ code, profile, targetProfile })),
    contentReference: element.contentReference,
    values: Object.entries(element).filter(([name]) => /^(fixed|pattern|min|max)[A-Z]/.test(name)),
    binding: element.binding?.valueSet && [element.binding.strength, element.binding.valueSet],
    constraint: (element.constraint ?? []).map(({ key }) => key).sort(),
    slicing: element.slicing && [element.slicing.discriminator, element.slicing.rules],
  });

  const INVARIANTS_OF_PROFILE = 'repeats the invariants of the type profile, which are judged where that profile is';
  /** Elements, by the start of their id, where the published snapshot is not what the differential and the base make. */
  const DIFFERENT: Record<string, [ids: RegExp, reason: string]> = {
    'familymemberhistory-genetic': [
      /^FamilyMemberHistory\.(relationship|sex|born\[x\]|age\[x\]|deceased\[x\]|condition)(\.|$)/,
      'loses the sliced element itself where it has a slice',
    ],
    catalog: [/^Composition\.date$/, 'loses the sliced element itself where it has a slice'],
    'provenance-relevant-history': [
      /^Provenance\.(agent:Author\.type|entity\.agent)$/,
      'gives a slice the binding of the base, not of what it slices, and points a content reference at a slice',
    ],
    bp: [
      /^Observation\.component:\w+\.value\[x\]/,
      'narrows a choice within a slice without the slice by type that it makes of the same differential elsewhere',
    ],
    'elementdefinition-de': [
      /^ElementDefinition\.extension:\w+\./,
      'writes out what the definition of the extension holds, which the differential does not touch',
    ],
    cholesterol: [/^Observation\.referenceRange\.high$/, INVARIANTS_OF_PROFILE],
    hdlcholesterol: [/^Observation\.referenceRange\.low$/, INVARIANTS_OF_PROFILE],
    ldlcholesterol: [/^Observation\.referenceRange\.high$/, INVARIANTS_OF_PROFILE],
  };

  const factsById = ({ snapshot }: StructureWithSnapshot, different?: RegExp) =>
    snapshot.element
      .filter(({ id }) => different?.test(`${id}`) !== true)
      .map(element => ({ id: element.id, ...facts(element) }));

  test('there are 44 of them', () => expect(published).toHaveLength(44));

  test.each(published.map(structure => [`${structure.id}`, structure] as const))(
    '%s is built as published',
    (id, structure) => {
      const { snapshot: _, ...differentialOnly } = structure;
      const built = buildSnapshot(differentialOnly, r4.structureDefinition);
      const expected = r4.structureDefinition(structure.url)!;
      const different = DIFFERENT[id]?.[0];
      expect(factsById(built, different)).toEqual(factsById(expected, different));
      if (different !== undefined) expect(factsById(built)).not.toEqual(factsById(expected));
    },
  );
});

test('walks down into data types where the base stops', () => {
  const snapshot = build([at('Claim.identifier.type.coding.code', { patternCode: 'Code' })]);
  expect(snapshot.get('Claim.identifier.type.coding.code')).toMatchObject({
    path: 'Claim.identifier.type.coding.code',
    patternCode: 'Code',
    base: { path: 'Coding.code' },
  });
  expect(snapshot.get('Claim.identifier.assigner')?.type?.[0]?.code).toBe('Reference');
});

test('a slice has what is said of the sliced element, wherever in the differential that stands', () => {
  const snapshot = build([
    at('Claim.identifier:Code', { sliceName: 'Code', max: '1' }),
    at('Claim.identifier:Code.type.coding.code', { patternCode: 'Code' }),
    at('Claim.identifier', { min: 1, slicing: { discriminator: [{ type: 'value', path: 'type' }], rules: 'closed' } }),
    at('Claim.identifier.value', { min: 1 }),
  ]);
  expect(snapshot.get('Claim.identifier:Code')).toMatchObject({
    path: 'Claim.identifier',
    sliceName: 'Code',
    min: 0,
    max: '1',
  });
  expect(snapshot.get('Claim.identifier:Code')?.slicing).toBeUndefined();
  expect(snapshot.get('Claim.identifier:Code.value')?.min).toBe(1);
  const ids = [...snapshot.keys()];
  expect(ids.indexOf('Claim.identifier.value')).toBeLessThan(ids.indexOf('Claim.identifier:Code'));
});

test('a reslice starts from the slice it divides', () => {
  const snapshot = build([
    at('Claim.identifier:a', { sliceName: 'a' }),
    at('Claim.identifier:a.value', { min: 1 }),
    at('Claim.identifier:a/b', { sliceName: 'a/b' }),
    at('Claim.identifier:a/b.system', { min: 1 }),
  ]);
  expect(snapshot.get('Claim.identifier:a/b.value')?.min).toBe(1);
  expect(snapshot.get('Claim.identifier:a.system')?.min).toBe(0);
});

test('what is below a content reference is taken from where it points', () => {
  const snapshot = build([at('ClaimResponse.addItem.adjudication.amount', { min: 1 })], 'ClaimResponse');
  expect(snapshot.get('ClaimResponse.addItem.adjudication')).not.toHaveProperty('contentReference');
  expect(snapshot.get('ClaimResponse.addItem.adjudication.amount')?.min).toBe(1);
  expect(snapshot.get('ClaimResponse.item.adjudication.amount')?.min).toBe(0);
});

test('a choice named with its type is sliced and narrowed to that type', () => {
  const snapshot = build([at('Observation.valueQuantity.code', { min: 1 })], 'Observation');
  expect(snapshot.get('Observation.value[x]')).toMatchObject({
    type: [{ code: 'Quantity' }],
    slicing: { rules: 'closed' },
  });
  expect(snapshot.get('Observation.value[x]:valueQuantity')).toMatchObject({ sliceName: 'valueQuantity' });
  expect(snapshot.get('Observation.value[x]:valueQuantity.code')?.min).toBe(1);
});

test('a choice sliced by type keeps its other types', () => {
  const snapshot = build([at('Observation.value[x]:valueQuantity', { sliceName: 'valueQuantity' })], 'Observation');
  expect(snapshot.get('Observation.value[x]')?.type).toHaveLength(11);
  expect(snapshot.get('Observation.value[x]:valueQuantity')?.type).toEqual([{ code: 'Quantity' }]);
});

test('extension slices are told apart by url', () => {
  const profile = [`${R4}/patient-birthPlace`];
  const snapshot = build(
    [at('Patient.extension:place', { sliceName: 'place', type: [{ code: 'Extension', profile }] })],
    'Patient',
  );
  expect(snapshot.get('Patient.extension')?.slicing?.discriminator).toEqual([{ type: 'value', path: 'url' }]);
  expect(snapshot.get('Patient.extension:place')?.type).toEqual([{ code: 'Extension', profile }]);
});

test('constraints add up', () => {
  const added = { key: 'own-1', severity: 'error', human: 'Has a value', expression: 'value.exists()' } as const;
  const snapshot = build([at('Claim.identifier', { constraint: [added] })]);
  expect(snapshot.get('Claim.identifier')?.constraint?.map(({ key }) => key)).toEqual(['ele-1', 'own-1']);
});

test('the base is not changed', () => {
  const before = JSON.stringify(r4.structureDefinition('Claim'));
  build([at('Claim.identifier', { min: 1 }), at('Claim.item.productOrService.coding.code', { patternCode: 'x' })]);
  expect(JSON.stringify(r4.structureDefinition('Claim'))).toBe(before);
});

test('an element that is nowhere in the base is named', () => {
  expect(() => build([at('Claim.item.colour')])).toThrow(
    'https://example.org/StructureDefinition/tried: Claim.item.colour: there is no element colour',
  );
  expect(() => build([], 'Claim', 'https://example.org/none')).toThrow(
    'its base https://example.org/none is not loaded',
  );
});
