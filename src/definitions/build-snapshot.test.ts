import type { ElementDefinition, StructureDefinition } from 'fhir/r4.js';
import { describe, expect, test } from 'vitest';
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

test('a reslice stands behind the slice that it divides, whatever is said first', () => {
  const snapshot = build([
    at('Claim.identifier:a/b', { sliceName: 'a/b', max: '1' }),
    at('Claim.identifier:c', { sliceName: 'c' }),
    at('Claim.identifier:a/d', { sliceName: 'a/d' }),
    at('Claim.identifier:a.value', { min: 1 }),
  ]);
  const slices = [...snapshot.keys()].filter(id => /^Claim\.identifier:[^.]*$/.test(id));
  expect(slices.map(id => id.slice('Claim.identifier:'.length))).toEqual(['c', 'a', 'a/b', 'a/d']);
  expect(snapshot.get('Claim.identifier:a/b.value')?.min).toBe(1);
});

describe('a differential in any order', () => {
  const elements = [
    at('Claim.identifier', { min: 1, slicing: { discriminator: [{ type: 'value', path: 'type' }], rules: 'open' } }),
    at('Claim.identifier.value', { min: 1 }),
    at('Claim.identifier:a', { sliceName: 'a', min: 1 }),
    at('Claim.identifier:a.type', { min: 1 }),
    at('Claim.identifier:a.type.coding.code', { patternCode: 'a' }),
    at('Claim.identifier:a/b', { sliceName: 'a/b' }),
    at('Claim.item.detail:d', { sliceName: 'd', max: '1' }),
    at('Claim.item:lab', { sliceName: 'lab' }),
    at('Claim.item:lab.detail:d.quantity', { min: 1 }),
  ];

  test('gives the same elements', () => {
    const inOrder = build(elements);
    expect(build(elements.toReversed())).toEqual(inOrder);
    expect(inOrder.get('Claim.identifier:a/b.type.coding.code')).toMatchObject({ patternCode: 'a' });
    expect(inOrder.get('Claim.identifier:a/b.value')?.min).toBe(1);
    expect(inOrder.get('Claim.item:lab.detail:d')?.max).toBe('1');
    expect(inOrder.get('Claim.item.detail:d.quantity')?.min).toBe(0);
  });
});

describe('a differential without ids', () => {
  const path = (at: string, more: Partial<ElementDefinition> = {}): ElementDefinition => ({ path: at, ...more });

  test('puts what follows a slice into the slice', () => {
    const snapshot = build([
      path('Claim.identifier', { slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' } }),
      path('Claim.identifier', { sliceName: 'a', max: '1' }),
      path('Claim.identifier.system', { min: 1, fixedUri: 'http://example.org/a' }),
      path('Claim.identifier', { sliceName: 'b' }),
      path('Claim.identifier.system', { min: 1, fixedUri: 'http://example.org/b' }),
      path('Claim.identifier.assigner.identifier', { min: 1 }),
      path('Claim.item', { min: 1 }),
      path('Claim.item.quantity', { min: 1 }),
    ]);
    expect(snapshot.get('Claim.identifier:a.system')).toMatchObject({ fixedUri: 'http://example.org/a' });
    expect(snapshot.get('Claim.identifier:b.system')).toMatchObject({ fixedUri: 'http://example.org/b' });
    expect(snapshot.get('Claim.identifier:b.assigner.identifier')?.min).toBe(1);
    expect(snapshot.has('Claim.identifier.system')).toBe(false);
    expect(snapshot.get('Claim.item.quantity')?.min).toBe(1);
  });

  test('narrows a choice that is named with its type', () => {
    const named = [path('Observation.valueQuantity', { min: 1 }), path('Observation.valueQuantity.code', { min: 1 })];
    const snapshot = build(named, 'Observation');
    expect(snapshot.get('Observation.value[x]')?.type).toEqual([{ code: 'Quantity' }]);
    expect(snapshot.get('Observation.value[x]:valueQuantity.code')?.min).toBe(1);
    const sliced = named.map(each => (each.path.endsWith('Quantity') ? { ...each, sliceName: 'valueQuantity' } : each));
    expect(build(sliced, 'Observation')).toEqual(snapshot);
  });
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

describe('a profile on a profile', () => {
  const url = (name: string) => `https://example.org/StructureDefinition/${name}`;
  const structure = (
    name: string,
    base: string,
    element: ElementDefinition[],
    type = 'Patient',
  ): StructureDefinition => ({
    resourceType: 'StructureDefinition',
    url: url(name),
    name,
    status: 'active',
    kind: 'resource',
    abstract: false,
    type,
    baseDefinition: base,
    derivation: 'constraint',
    differential: { element },
  });
  const chain = new Map(
    [
      structure('named', `${R4}/Patient`, [
        at('Patient.identifier', { slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' } }),
        at('Patient.identifier:own', { sliceName: 'own', min: 1, max: '2' }),
        at('Patient.identifier:own.system', { min: 1, fixedUri: 'http://example.org/own' }),
        at('Patient.extension:home', { sliceName: 'home', type: [{ code: 'Extension', profile: [url('home')] }] }),
        at('Patient', {
          constraint: [{ key: 'own-1', severity: 'error', human: 'Is named', expression: 'name.exists()' }],
        }),
      ]),
      structure('counted', url('named'), [at('Patient.name', { min: 1, mustSupport: true })]),
      structure(
        'home',
        `${R4}/Extension`,
        [
          at('Extension.extension:village', { sliceName: 'village', min: 1 }),
          at('Extension.extension:village.url', { fixedUri: 'village' }),
          at('Extension.extension:village.value[x]', { type: [{ code: 'string' }] }),
          at('Extension.value[x]', { max: '0' }),
        ],
        'Extension',
      ),
    ].map(each => [each.url, each]),
  );
  const find = (name: string): StructureWithSnapshot | undefined => {
    const own = chain.get(name);
    return own === undefined ? r4.structureDefinition(name) : buildSnapshot(own, find);
  };
  const derive = (...element: ElementDefinition[]) => {
    const { snapshot } = buildSnapshot(structure('derived', url('counted'), element), find);
    return new Map(snapshot.element.map(each => [each.id!, each]));
  };

  test('inherits slices, constraints and all else from several levels above', () => {
    const derived = derive(
      at('Patient.identifier:own', { sliceName: 'own', sliceIsConstraining: true, max: '1' }),
      at('Patient.identifier:own.value', { min: 1 }),
      at('Patient', {
        constraint: [{ key: 'own-2', severity: 'error', human: 'Is born', expression: 'birthDate.exists()' }],
      }),
    );
    expect(derived.get('Patient.identifier:own')).toMatchObject({ min: 1, max: '1', sliceIsConstraining: true });
    expect(derived.get('Patient.identifier:own.system')).toMatchObject({ fixedUri: 'http://example.org/own' });
    expect(derived.get('Patient.identifier:own.value')?.min).toBe(1);
    expect(derived.get('Patient.name')).toMatchObject({ min: 1, mustSupport: true });
    expect(derived.get('Patient')?.constraint?.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['dom-2', 'own-1', 'own-2']),
    );
    expect([...derived.keys()].filter(id => id === 'Patient.identifier:own')).toHaveLength(1);
  });

  test('walks into what the profile of an extension says', () => {
    const derived = derive(at('Patient.extension:home.extension:village.valueString', { maxLength: 20 }));
    const village = 'Patient.extension:home.extension:village';
    expect(derived.get(village)?.min).toBe(1);
    expect(derived.get(`${village}.url`)).toMatchObject({ fixedUri: 'village' });
    expect(derived.get(`${village}.value[x]:valueString`)).toMatchObject({ maxLength: 20 });
    expect(derived.get('Patient.extension:home.value[x]')?.max).toBe('0');
  });

  test('is refused naming both where its base cannot be used', () => {
    const broken = structure('broken', url('none'), []);
    const above = structure('above', broken.url, []);
    const findBroken = (name: string) => (name === broken.url ? buildSnapshot(broken, find) : find(name));
    expect(() => buildSnapshot(above, findBroken)).toThrow(
      `${above.url}: its base cannot be used: ${broken.url}: its base ${url('none')} is not loaded`,
    );
  });
});

test('a type that is given several profiles is walked into as the type', () => {
  const profile = [`${R4}/SimpleQuantity`, `${R4}/MoneyQuantity`];
  const snapshot = build([
    at('Claim.item.quantity', { type: [{ code: 'Quantity', profile }] }),
    at('Claim.item.quantity.comparator', { min: 1 }),
  ]);
  expect(snapshot.get('Claim.item.quantity.comparator')).toMatchObject({ min: 1, max: '1' });
});

test('a binding that is made stronger stays on its value set', () => {
  const snapshot = build([at('Claim.priority', { binding: { strength: 'required' } })]);
  expect(snapshot.get('Claim.priority')?.binding).toEqual({
    strength: 'required',
    valueSet: 'http://hl7.org/fhir/ValueSet/process-priority',
  });
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

test('a type of its own has to come with its snapshot', () => {
  const model = { ...r4.structureDefinition('Claim')!, url: 'https://example.org/StructureDefinition/model' };
  const { snapshot: _, ...without } = model;
  expect(() => buildSnapshot(without, r4.structureDefinition)).toThrow(`${model.url}: it defines a type of its own`);
});
