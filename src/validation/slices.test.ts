import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { extension, profile, urlOf } from './test-profiles.ts';
import { claim, definitionsWith, faultsOf, patient } from './test-resources.ts';

type Elements = Parameters<typeof profile>[2];

/** The faults (`rule expression`) of a resource by a profile of these elements. */
function judgeBy(type: string, elements: Elements, ...others: JsonObject[]): (resource: JsonObject) => string[] {
  const validator = createValidator(definitionsWith(profile('tested', type, elements), ...others));
  return resource => faultsOf(validator, resource, [urlOf('tested')]);
}

const typed = (code: string, value = '1'): JsonObject => ({ type: { coding: [{ code }] }, value });
const identified = (...identifier: JsonObject[]) => ({ ...patient(), identifier });

const byCode: Elements = [
  [
    'Patient.identifier',
    { slicing: { discriminator: [{ type: 'value', path: 'type.coding.code' }], rules: 'closed' } },
  ],
  ['Patient.identifier:Code', { sliceName: 'Code', min: 1, max: '1' }],
  ['Patient.identifier:Code.type.coding.code', { min: 1, patternCode: 'Code' }],
  ['Patient.identifier:Code.value', { min: 1, maxLength: 12 }],
  ['Patient.identifier:UUID', { sliceName: 'UUID', max: '1' }],
  ['Patient.identifier:UUID.type.coding.code', { min: 1, patternCode: 'UUID' }],
];

describe('slices told apart by a value', () => {
  const faults = judgeBy('Patient', byCode);

  it('are found through arrays and judged by what the slice says', () => {
    expect(faults(identified(typed('Code'), typed('UUID')))).toEqual([]);
    expect(faults(identified(typed('Code', 'longer than twelve')))).toEqual([
      'value-limit Patient.identifier[0].value',
    ]);
  });
  it('are counted', () => {
    expect(faults(identified(typed('UUID')))).toEqual(['slice-min Patient.identifier']);
    expect(faults(identified(typed('Code'), typed('Code')))).toEqual(['slice-max Patient.identifier']);
  });
  it('are missed when the whole list is absent', () => {
    const { identifier: _, ...rest } = patient();
    expect(faults(rest)).toEqual(['slice-min Patient.identifier']);
  });
  it('leave no room for others in a closed list', () => {
    expect(faults(identified(typed('Code'), typed('PPN'), { value: '1' }))).toEqual([
      'slice-closed Patient.identifier[1]',
      'slice-closed Patient.identifier[2]',
    ]);
  });
  it('leave room for others in an open list', () => {
    const open = judgeBy('Patient', [
      ['Patient.identifier', { slicing: { ...(byCode[0]![1].slicing as JsonObject), rules: 'open' } }],
      ...byCode.slice(1),
    ]);
    expect(open(identified(typed('PPN'), typed('Code'), { value: '1' }))).toEqual([]);
  });
  it('may be the only ones that stand before others', () => {
    const atEnd = judgeBy('Patient', [
      ['Patient.identifier', { slicing: { ...(byCode[0]![1].slicing as JsonObject), rules: 'openAtEnd' } }],
      ...byCode.slice(1),
    ]);
    expect(atEnd(identified(typed('Code'), typed('PPN')))).toEqual([]);
    expect(atEnd(identified(typed('PPN'), typed('Code')))).toEqual(['slice-order Patient.identifier[1]']);
  });
  it('may have an order', () => {
    const ordered = judgeBy('Patient', [
      ['Patient.identifier', { slicing: { ...(byCode[0]![1].slicing as JsonObject), ordered: true } }],
      ...byCode.slice(1),
    ]);
    expect(ordered(identified(typed('Code'), typed('UUID')))).toEqual([]);
    expect(ordered(identified(typed('UUID'), typed('Code')))).toEqual(['slice-order Patient.identifier[1]']);
  });
});

describe('slices told apart by a pattern', () => {
  const faults = judgeBy('Claim', [
    ['Claim.supportingInfo', { slicing: { discriminator: [{ type: 'pattern', path: 'category' }], rules: 'closed' } }],
    ['Claim.supportingInfo:weight', { sliceName: 'weight', min: 1, max: '1' }],
    [
      'Claim.supportingInfo:weight.category',
      { patternCodeableConcept: { coding: [{ system: 'http://a', code: 'w' }] } },
    ],
    ['Claim.supportingInfo:weight.value[x]', { min: 1, type: [{ code: 'Quantity' }] }],
  ]);
  const info = (category: JsonObject, rest: JsonObject = { valueQuantity: { value: 1 } }) => ({
    ...claim(),
    supportingInfo: [{ sequence: 1, category, ...rest }],
  });

  it('are found where the value has at least the pattern', () => {
    expect(
      faults(info({ text: 't', coding: [{ code: 'z' }, { system: 'http://a', code: 'w', display: 'W' }] })),
    ).toEqual([]);
    expect(faults(info({ coding: [{ system: 'http://a' }, { code: 'w' }] }))).toEqual([
      'slice-closed Claim.supportingInfo[0]',
      'slice-min Claim.supportingInfo',
    ]);
  });
  it('may leave only one type of a choice', () => {
    const category = { coding: [{ system: 'http://a', code: 'w' }] };
    expect(faults(info(category, { valueString: 'x' }))).toEqual(['type-wrong Claim.supportingInfo[0].value']);
    expect(faults(info(category, {}))).toEqual(['cardinality-min Claim.supportingInfo[0].value']);
  });
});

describe('slices told apart by themselves', () => {
  it('are found by a pattern on the item', () => {
    const faults = judgeBy('Claim', [
      ['Claim.type.coding', { slicing: { discriminator: [{ type: 'pattern', path: '$this' }], rules: 'closed' } }],
      ['Claim.type.coding:visit', { sliceName: 'visit', min: 1, max: '1', patternCoding: { system: 'http://a' } }],
    ]);
    expect(faults({ ...claim(), type: { coding: [{ system: 'http://a', code: 'x' }] } })).toEqual([]);
    expect(faults(claim())).toEqual(['slice-closed Claim.type.coding[0]', 'slice-min Claim.type.coding']);
  });
  it('are found by the type of a choice', () => {
    const faults = judgeBy('Patient', [
      ['Patient.multipleBirth[x]', { slicing: { discriminator: [{ type: 'type', path: '$this' }], rules: 'closed' } }],
      [
        'Patient.multipleBirth[x]:multipleBirthInteger',
        { sliceName: 'multipleBirthInteger', min: 1, maxValueInteger: 5, type: [{ code: 'integer' }] },
      ],
    ]);
    expect(faults(patient())).toEqual([]);
    expect(faults({ ...patient(), multipleBirthInteger: 6 })).toEqual(['value-limit Patient.multipleBirth']);
    const { multipleBirthInteger: _, ...rest } = patient();
    expect(faults(rest)).toContain('slice-min Patient.multipleBirth');
    expect(faults({ ...rest, multipleBirthBoolean: true })).not.toEqual([]);
  });
});

describe('slices told apart by existence', () => {
  const faults = judgeBy('Patient', [
    ['Patient.name', { slicing: { discriminator: [{ type: 'exists', path: 'period' }], rules: 'open' } }],
    ['Patient.name:former', { sliceName: 'former', max: '1' }],
    ['Patient.name:former.period', { min: 1 }],
    ['Patient.name:current', { sliceName: 'current', min: 1, max: '1' }],
    ['Patient.name:current.period', { max: '0' }],
    ['Patient.name:current.family', { min: 1 }],
  ]);
  const named = (...name: JsonObject[]) => ({ ...patient(), name });
  const former = { text: 'x', period: { start: '2000' } };

  it('are found by what is there and what is not', () => {
    expect(faults(named(former, { family: 'y' }))).toEqual([]);
    expect(faults(named(former, { text: 'y' }))).toEqual(['cardinality-min Patient.name[1].family']);
    expect(faults(named(former, former))).toEqual(['slice-max Patient.name', 'slice-min Patient.name']);
  });
});

describe('slices told apart by type', () => {
  it('are found by the type of a resource', () => {
    const faults = judgeBy('Bundle', [
      ['Bundle.entry', { slicing: { discriminator: [{ type: 'type', path: 'resource' }], rules: 'closed' } }],
      ['Bundle.entry:patient', { sliceName: 'patient', min: 1, max: '1' }],
      ['Bundle.entry:patient.resource', { min: 1, type: [{ code: 'Patient' }] }],
    ]);
    const entry = (resource: JsonObject) => ({ fullUrl: `urn:uuid:${randomUUID()}`, resource });
    const basic = { resourceType: 'Basic', code: { text: 'x' } };
    expect(faults({ resourceType: 'Bundle', type: 'collection', entry: [entry(patient())] })).toEqual([]);
    expect(faults({ resourceType: 'Bundle', type: 'collection', entry: [entry(patient()), entry(basic)] })).toEqual([
      'slice-closed Bundle.entry[1]',
    ]);
    expect(faults({ resourceType: 'Bundle', type: 'collection', entry: [entry(basic)] })).toEqual([
      'slice-closed Bundle.entry[0]',
      'slice-min Bundle.entry',
    ]);
  });
  it('are found by the type that a reference points to', () => {
    const faults = judgeBy('Coverage', [
      ['Coverage.payor', { slicing: { discriminator: [{ type: 'type', path: 'resolve()' }], rules: 'open' } }],
      [
        'Coverage.payor:insurer',
        {
          sliceName: 'insurer',
          min: 1,
          max: '1',
          type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Organization'] }],
        },
      ],
      ['Coverage.payor:insurer.display', { min: 1 }],
    ]);
    const covered = (...payor: JsonObject[]) => ({
      resourceType: 'Coverage',
      status: 'active',
      beneficiary: { reference: 'Patient/1' },
      payor,
    });
    expect(faults(covered({ reference: 'Patient/1' }, { reference: 'Organization/1', display: 'x' }))).toEqual([]);
    expect(faults(covered({ reference: 'Organization/1' }))).toEqual(['cardinality-min Coverage.payor[0].display']);
    expect(faults(covered({ reference: 'Patient/1' }))).toEqual(['slice-min Coverage.payor']);
  });
});

describe('slices told apart by profile', () => {
  it('are found by judging the value by it', () => {
    const faults = judgeBy(
      'Patient',
      [
        ['Patient.identifier', { slicing: { discriminator: [{ type: 'profile', path: '$this' }], rules: 'closed' } }],
        [
          'Patient.identifier:card',
          { sliceName: 'card', min: 1, max: '1', type: [{ code: 'Identifier', profile: [urlOf('card')] }] },
        ],
      ],
      profile('card', 'Identifier', [['Identifier.system', { min: 1, fixedUri: 'http://example.org/cards' }]]),
    );
    expect(faults(identified({ system: 'http://example.org/cards', value: '1' }))).toEqual([]);
    expect(faults(identified({ system: 'http://example.org/others', value: '1' }))).toEqual([
      'slice-closed Patient.identifier[0]',
      'slice-min Patient.identifier',
    ]);
  });
});

describe('slices of extensions', () => {
  const faults = judgeBy(
    'Patient',
    [
      ['Patient.extension', { slicing: { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' } }],
      [
        'Patient.extension:head',
        { sliceName: 'head', min: 1, max: '1', type: [{ code: 'Extension', profile: [urlOf('head')] }] },
      ],
    ],
    extension('head', ['boolean']),
  );
  const extended = (...extensions: JsonObject[]) => ({ ...patient(), extension: extensions });
  const head = { url: urlOf('head'), valueBoolean: true };

  it('are found by the url of their definition', () => {
    expect(faults(extended({ url: 'http://example.org/other', valueString: 'x' }, head))).toEqual([]);
    expect(faults(patient())).toEqual(['slice-min Patient.extension']);
    expect(faults(extended(head, head))).toEqual(['slice-max Patient.extension']);
  });
  it('serve as discriminator of other slices', () => {
    const byExtension = judgeBy(
      'Patient',
      [
        [
          'Patient.name',
          {
            slicing: {
              discriminator: [{ type: 'value', path: `extension('${urlOf('kind')}').value` }],
              rules: 'closed',
            },
          },
        ],
        ['Patient.name:birth', { sliceName: 'birth', min: 1, max: '1' }],
        [
          'Patient.name:birth.extension',
          { slicing: { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' }, min: 1 },
        ],
        [
          'Patient.name:birth.extension:kind',
          { sliceName: 'kind', min: 1, max: '1', type: [{ code: 'Extension', profile: [urlOf('kind')] }] },
        ],
        ['Patient.name:birth.extension:kind.value[x]', { patternCode: 'birth', type: [{ code: 'code' }] }],
      ],
      extension('kind', ['code']),
    );
    const name = (valueCode: string) => ({
      ...patient(),
      name: [{ text: 'x', extension: [{ url: urlOf('kind'), valueCode }] }],
    });
    expect(byExtension(name('birth'))).toEqual([]);
    expect(byExtension(name('other'))).toEqual(['slice-closed Patient.name[0]', 'slice-min Patient.name']);
  });
});

describe('reslicing', () => {
  const faults = judgeBy('Patient', [
    [
      'Patient.identifier',
      { slicing: { discriminator: [{ type: 'value', path: 'type.coding.code' }], rules: 'open' } },
    ],
    [
      'Patient.identifier:Code',
      { sliceName: 'Code', max: '2', slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'closed' } },
    ],
    ['Patient.identifier:Code.type.coding.code', { min: 1, patternCode: 'Code' }],
    ['Patient.identifier:Code/old', { sliceName: 'Code/old', max: '1' }],
    ['Patient.identifier:Code/old.system', { min: 1, fixedUri: 'http://example.org/old' }],
    ['Patient.identifier:Code/new', { sliceName: 'Code/new', min: 1, max: '1' }],
    ['Patient.identifier:Code/new.system', { min: 1, fixedUri: 'http://example.org/new' }],
    ['Patient.identifier:Code/new.value', { maxLength: 3 }],
  ]);
  const old = { ...typed('Code'), system: 'http://example.org/old' };
  const fresh = { ...typed('Code'), system: 'http://example.org/new' };

  it('tells the items of a slice apart', () => {
    expect(faults(identified(typed('UUID'), old, fresh))).toEqual([]);
    expect(faults(identified({ ...fresh, value: 'long' }))).toEqual(['value-limit Patient.identifier[0].value']);
    expect(faults(identified(old))).toEqual(['slice-min Patient.identifier']);
    expect(faults(identified(fresh, fresh))).toEqual(['slice-max Patient.identifier']);
  });
  it('closes a slice only', () => {
    expect(faults(identified(typed('UUID'), fresh, typed('Code')))).toEqual(['slice-closed Patient.identifier[2]']);
  });
});

describe('a default slice', () => {
  it('has what belongs to no other', () => {
    const faults = judgeBy('Patient', [
      ['Patient.identifier', { slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'closed' } }],
      ['Patient.identifier:@default', { sliceName: '@default' }],
      ['Patient.identifier:@default.value', { min: 1 }],
      ['Patient.identifier:own', { sliceName: 'own', max: '1' }],
      ['Patient.identifier:own.system', { min: 1, fixedUri: 'http://example.org/own' }],
    ]);
    expect(faults(identified({ system: 'http://example.org/own' }, { system: 'http://a', value: '1' }))).toEqual([]);
    expect(faults(identified({ system: 'http://a' }))).toEqual(['cardinality-min Patient.identifier[0].value']);
  });
});

describe('several discriminators', () => {
  it('have to agree', () => {
    const faults = judgeBy('Patient', [
      [
        'Patient.telecom',
        {
          slicing: {
            discriminator: [
              { type: 'value', path: 'system' },
              { type: 'value', path: 'use' },
            ],
            rules: 'open',
          },
        },
      ],
      ['Patient.telecom:home', { sliceName: 'home', min: 1, max: '1' }],
      ['Patient.telecom:home.system', { min: 1, fixedCode: 'phone' }],
      ['Patient.telecom:home.use', { min: 1, fixedCode: 'home' }],
    ]);
    const phoned = (use: string) => ({ ...patient(), telecom: [{ system: 'phone', value: '1', use }] });
    expect(faults(phoned('home'))).toEqual([]);
    expect(faults(phoned('work'))).toEqual(['slice-min Patient.telecom']);
  });
});

describe('slices told apart inside what they refer to', () => {
  const organization = (name: string, rest: JsonObject = {}) => ({
    resourceType: 'Organization',
    id: name,
    name,
    ...rest,
  });
  const elements = (discriminator: JsonObject): Elements => [
    ['Coverage.payor', { slicing: { discriminator: [discriminator], rules: 'open' } }],
    [
      'Coverage.payor:public',
      { sliceName: 'public', min: 1, max: '1', type: [{ code: 'Reference', targetProfile: [urlOf('public')] }] },
    ],
  ];
  const covered = (...contained: JsonObject[]) => ({
    resourceType: 'Coverage',
    contained,
    status: 'active',
    beneficiary: { reference: 'Patient/1' },
    payor: contained.map(({ id }) => ({ reference: `#${id}` })),
  });
  const aPublic = profile('public', 'Organization', [
    ['Organization.active', { min: 1, fixedBoolean: true }],
    ['Organization.telecom', { min: 1 }],
  ]);
  const valid = organization('a', { active: true, telecom: [{ system: 'phone', value: '1' }] });

  it('are found by a value there', () => {
    const faults = judgeBy('Coverage', elements({ type: 'value', path: 'resolve().active' }), aPublic);
    expect(faults(covered(valid, organization('b')))).toEqual([]);
    expect(faults(covered(organization('b')))).toEqual(['slice-min Coverage.payor']);
    expect(faults(covered(organization('b', { active: true })))).toEqual(['profile-mismatch Coverage.payor[0]']);
  });
  it('are found by a profile there', () => {
    const faults = judgeBy('Coverage', elements({ type: 'profile', path: 'resolve()' }), aPublic);
    expect(faults(covered(valid, organization('b')))).toEqual([]);
    expect(faults(covered(organization('b', { active: true })))).toEqual(['slice-min Coverage.payor']);
  });
});

describe('slices told apart by what a profile of theirs says', () => {
  const card = profile('card', 'Identifier', [
    ['Identifier.system', { min: 1, fixedUri: 'http://example.org/cards' }],
    ['Identifier.value', { min: 1 }],
  ]);
  it('are found by a value in it', () => {
    const faults = judgeBy(
      'Patient',
      [
        ['Patient.identifier', { slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'closed' } }],
        [
          'Patient.identifier:card',
          { sliceName: 'card', min: 1, max: '1', type: [{ code: 'Identifier', profile: [urlOf('card')] }] },
        ],
      ],
      card,
    );
    expect(faults(identified({ system: 'http://example.org/cards', value: '1' }))).toEqual([]);
    expect(faults(identified({ system: 'http://example.org/cards' }))).toEqual([
      'cardinality-min Patient.identifier[0].value',
    ]);
    expect(faults(identified({ system: 'http://example.org/others', value: '1' }))).toEqual([
      'slice-closed Patient.identifier[0]',
      'slice-min Patient.identifier',
    ]);
  });
  it('are found by a value in the profile of a resource', () => {
    const faults = judgeBy(
      'Bundle',
      [
        ['Bundle.entry', { slicing: { discriminator: [{ type: 'value', path: 'resource.code' }], rules: 'open' } }],
        ['Bundle.entry:marked', { sliceName: 'marked', min: 1, max: '1' }],
        ['Bundle.entry:marked.resource', { min: 1, type: [{ code: 'Basic', profile: [urlOf('marked')] }] }],
      ],
      profile('marked', 'Basic', [['Basic.code', { patternCodeableConcept: { text: 'x' } }]]),
    );
    const made = (text: string) => ({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ fullUrl: `urn:uuid:${randomUUID()}`, resource: { resourceType: 'Basic', code: { text } } }],
    });
    expect(faults(made('x'))).toEqual([]);
    expect(faults(made('y'))).toEqual(['slice-min Bundle.entry']);
  });
});

describe('slices told apart by a part of a pattern', () => {
  it('are found by that part', () => {
    const faults = judgeBy('Patient', [
      [
        'Patient.identifier',
        { slicing: { discriminator: [{ type: 'value', path: 'type.coding.code' }], rules: 'closed' } },
      ],
      ['Patient.identifier:Code', { sliceName: 'Code', min: 1, max: '1' }],
      ['Patient.identifier:Code.type', { patternCodeableConcept: { coding: [{ system: 'http://a', code: 'Code' }] } }],
    ]);
    const coded = (system: string, code: string) => identified({ type: { coding: [{ system, code }] }, value: '1' });
    expect(faults(coded('http://a', 'Code'))).toEqual([]);
    expect(faults(coded('http://b', 'Code'))).toEqual(['value-pattern Patient.identifier[0].type']);
    expect(faults(coded('http://a', 'UUID'))).toEqual([
      'slice-closed Patient.identifier[0]',
      'slice-min Patient.identifier',
    ]);
  });
});

describe('slices of a choice', () => {
  const faults = judgeBy('Observation', [
    ['Observation.value[x]', { slicing: { discriminator: [{ type: 'type', path: '$this' }], rules: 'open' } }],
    [
      'Observation.value[x]:valueQuantity',
      { sliceName: 'valueQuantity', max: '1', type: [{ code: 'Quantity' }], patternQuantity: { unit: 'kg' } },
    ],
    [
      'Observation.value[x]:valueString',
      { sliceName: 'valueString', max: '1', type: [{ code: 'string' }], maxLength: 3 },
    ],
    [
      'Observation.component',
      { slicing: { discriminator: [{ type: 'value', path: 'value.ofType(Quantity).unit' }], rules: 'open' } },
    ],
    ['Observation.component:mass', { sliceName: 'mass', max: '1' }],
    ['Observation.component:mass.value[x]', { min: 1, type: [{ code: 'Quantity' }] }],
    ['Observation.component:mass.value[x].unit', { min: 1, fixedString: 'kg' }],
  ]);
  const observed = (rest: JsonObject) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    ...rest,
  });

  it('are judged where the value is of their type', () => {
    expect(faults(observed({ valueQuantity: { value: 1, unit: 'kg' } }))).toEqual([]);
    expect(faults(observed({ valueQuantity: { value: 1, unit: 'g' } }))).toEqual(['value-pattern Observation.value']);
    expect(faults(observed({ valueString: 'long' }))).toEqual(['value-limit Observation.value']);
    expect(faults(observed({ valueBoolean: true }))).toEqual([]);
  });
  it('are reached by ofType()', () => {
    const component = (unit: string) => ({ code: { text: 'x' }, valueQuantity: { value: 1, unit } });
    expect(faults(observed({ component: [component('kg'), component('g')] }))).toEqual([]);
    expect(faults(observed({ component: [component('kg'), component('kg')] }))).toEqual([
      'slice-max Observation.component',
    ]);
  });
});

describe('slicing', () => {
  it('that goes by what cannot be read is left aside', () => {
    const faults = judgeBy('Patient', [
      [
        'Patient.identifier',
        { slicing: { discriminator: [{ type: 'value', path: "extension.where(url = 'x').value" }], rules: 'closed' } },
      ],
      ['Patient.identifier:odd', { sliceName: 'odd', min: 1 }],
    ]);
    expect(faults(patient())).toEqual([]);
  });
  it('of extensions goes by their url when nothing is said', () => {
    const faults = judgeBy(
      'Patient',
      [
        [
          'Patient.extension:head',
          { sliceName: 'head', min: 1, type: [{ code: 'Extension', profile: [urlOf('head')] }] },
        ],
      ],
      extension('head', ['boolean']),
    );
    expect(faults(patient())).toEqual(['slice-min Patient.extension']);
    expect(faults({ ...patient(), extension: [{ url: urlOf('head'), valueBoolean: true }] })).toEqual([]);
  });
  it('of a choice goes by a type that a differential names', () => {
    const faults = judgeBy('Observation', [['Observation.valueString', { min: 1, maxLength: 3 }]]);
    const observed = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
    expect(faults({ ...observed, valueString: 'abc' })).toEqual([]);
    expect(faults({ ...observed, valueString: 'abcd' })).toEqual(['value-limit Observation.value']);
    expect(faults({ ...observed, valueInteger: 1 })).toContain('type-wrong Observation.value');
  });
});
