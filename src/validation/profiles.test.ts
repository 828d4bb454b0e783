import { describe, expect, it } from 'vitest';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { profile, urlOf } from './test-profiles.ts';
import { claim, definitionsWith, faultsOf, patient } from './test-resources.ts';

const valueSet = {
  resourceType: 'ValueSet',
  id: 'colours',
  url: 'http://example.org/fhir/ValueSet/colours',
  status: 'active',
  compose: { include: [{ system: 'http://example.org/colours', concept: [{ code: 'red' }, { code: 'green' }] }] },
};

const strict = profile('strict', 'Claim', [
  [
    'Claim',
    { constraint: [{ key: 'str-1', severity: 'error', human: 'A claim has a total.', expression: 'total.exists()' }] },
  ],
  ['Claim.status', { patternCode: 'active' }],
  ['Claim.use', { fixedCode: 'claim' }],
  ['Claim.subType', { max: '0' }],
  ['Claim.patient', { type: [{ code: 'Reference', targetProfile: [urlOf('insured')] }] }],
  ['Claim.priority', { patternCodeableConcept: { coding: [{ code: 'normal' }] } }],
  ['Claim.diagnosis', { min: 1, max: '2' }],
  ['Claim.diagnosis.diagnosis[x]', { type: [{ code: 'CodeableConcept' }] }],
  ['Claim.item', { min: 1 }],
  ['Claim.item.category', { binding: { strength: 'required', valueSet: valueSet.url } }],
  ['Claim.item.quantity', { min: 1 }],
  ['Claim.item.quantity.value', { min: 1 }],
  ['Claim.item.quantity.unit', { max: '0' }],
]);

const validator = createValidator(
  definitionsWith(strict, profile('insured', 'Patient', [['Patient.gender', { min: 1 }]]), valueSet),
);
const judge = (resource: JsonObject, ...profiles: string[]) =>
  validator.validate(resource as Resource, profiles.map(urlOf));
const faults = (resource: JsonObject, ...profiles: string[]) => faultsOf(validator, resource, profiles.map(urlOf));

describe('a profile', () => {
  it('accepts what conforms to it', () => {
    expect(faults(claim(), 'strict')).toEqual([]);
  });
  it.each([
    ['value-pattern Claim.status', { status: 'draft' }],
    ['value-fixed Claim.use', { use: 'preauthorization' }],
    ['cardinality-max Claim.subType', { subType: { text: 'x' } }],
    ['value-pattern Claim.priority', { priority: { coding: [{ code: 'stat' }] } }],
    [
      'cardinality-max Claim.diagnosis',
      { diagnosis: [1, 2, 3].map(sequence => ({ sequence, diagnosisCodeableConcept: { text: 'x' } })) },
    ],
    [
      'type-wrong Claim.diagnosis[0].diagnosis',
      { diagnosis: [{ sequence: 1, diagnosisReference: { reference: 'Condition/1' } }] },
    ],
    ['cardinality-min Claim.diagnosis', { diagnosis: undefined }],
    ['cardinality-min Claim.item[0].quantity', { item: [{ sequence: 1, productOrService: { text: 'x' } }] }],
    [
      'cardinality-min Claim.item[0].quantity.value',
      {
        item: [
          {
            sequence: 1,
            productOrService: { text: 'x' },
            quantity: { code: 'd', system: 'http://unitsofmeasure.org' },
          },
        ],
      },
    ],
    [
      'cardinality-max Claim.item[0].quantity.unit',
      { item: [{ sequence: 1, productOrService: { text: 'x' }, quantity: { value: 1, unit: 'd' } }] },
    ],
    ['invariant-failed Claim', { total: undefined }],
    ['reference-target Claim.patient', { patient: { reference: 'Group/1' } }],
    [
      'code-not-in-value-set Claim.item[0].category',
      {
        item: [
          {
            sequence: 1,
            productOrService: { text: 'x' },
            quantity: { value: 1 },
            category: { coding: [{ system: 'http://example.org/colours', code: 'blue' }] },
          },
        ],
      },
    ],
  ])('refuses %s', (fault, change) => {
    const found = JSON.parse(JSON.stringify({ ...claim(), ...change }));
    expect(faults(found, 'strict')).toEqual([fault]);
    expect(faults({ ...found, meta: { profile: [urlOf('strict')] } })).toEqual([fault]);
  });
  it('needs a code of a required value set under its own system', () => {
    const item = {
      sequence: 1,
      productOrService: { text: 'x' },
      quantity: { value: 1 },
      category: { coding: [{ code: 'red' }] },
    };
    const [issue] = judge({ ...claim(), item: [item] }, 'strict');
    expect(issue?.diagnostics).toContain('system');
  });
  it('binds the concept of a choice and not the reference', () => {
    const bound = createValidator(
      definitionsWith(
        profile('bound', 'Claim', [
          ['Claim.diagnosis.diagnosis[x]', { binding: { strength: 'required', valueSet: valueSet.url } }],
        ]),
        valueSet,
      ),
    );
    const diagnosed = (diagnosis: JsonObject) =>
      faultsOf(bound, { ...claim(), diagnosis: [{ sequence: 1, ...diagnosis }] }, [urlOf('bound')]);
    expect(diagnosed({ diagnosisReference: { reference: 'Condition/1' } })).toEqual([]);
    expect(
      diagnosed({ diagnosisCodeableConcept: { coding: [{ system: 'http://example.org/colours', code: 'red' }] } }),
    ).toEqual([]);
    expect(diagnosed({ diagnosisCodeableConcept: { text: 'x' } })).toEqual([
      'code-not-in-value-set Claim.diagnosis[0].diagnosis',
    ]);
  });
  it('is for its own type', () => {
    expect(faults(patient(), 'strict')).toEqual(['profile-type Patient']);
  });
  it('that is required and not loaded is an error', () => {
    expect(faults(claim(), 'nowhere')).toEqual(['profile-unknown Claim']);
  });
  it('that is claimed and not loaded is a warning that names it', () => {
    const { extension: _, ...rest } = claim();
    const issues = judge({ ...rest, meta: { profile: [urlOf('nowhere')] } });
    expect(issues).toMatchObject([
      { severity: 'warning', rule: 'profile-unknown', expression: 'Claim.meta.profile[0]' },
    ]);
    expect(issues[0]?.diagnostics).toContain(urlOf('nowhere'));
  });
  it('is named by its place among all claims, behind one whose url is absent', () => {
    const unknown = { url: urlOf('why'), valueString: 'lost' };
    const meta = { profile: [null, urlOf('nowhere')], _profile: [{ extension: [unknown] }, null] };
    expect(judge({ ...claim(), meta })).toContainEqual(
      expect.objectContaining({ rule: 'profile-unknown', expression: 'Claim.meta.profile[1]' }),
    );
  });
  it('that a resource in a Bundle claims is applied to it', () => {
    const resource = { ...claim(), status: 'draft', meta: { profile: [urlOf('strict')] } };
    expect(
      faults({
        resourceType: 'Bundle',
        type: 'batch',
        entry: [{ resource, request: { method: 'POST', url: 'Claim' } }],
      }),
    ).toEqual(['value-pattern Bundle.entry[0].resource.status']);
  });
  it('may be the claim of its base type', () => {
    expect(judge({ ...claim(), meta: { profile: ['http://hl7.org/fhir/StructureDefinition/Claim'] } })).toEqual([]);
  });
});

describe('a profile on any resource', () => {
  const judged = createValidator(
    definitionsWith(
      profile('told', 'DomainResource', [['DomainResource.text', { min: 1 }]]),
      profile('marked', 'Resource', [['Resource.meta', { min: 1 }]]),
    ),
  );
  it('is for every type', () => {
    const { text: _, ...silent } = claim();
    expect(faultsOf(judged, claim(), [urlOf('told'), urlOf('marked')])).toEqual([]);
    expect(faultsOf(judged, silent, [urlOf('told')])).toEqual(['cardinality-min Claim.text']);
    expect(faultsOf(judged, patient(), [urlOf('marked')])).toEqual(['cardinality-min Patient.meta']);
  });
});

describe('profiles on a data type', () => {
  const system = (name: string) =>
    profile(name, 'Identifier', [['Identifier.system', { min: 1, fixedUri: `http://example.org/${name}` }]]);
  const judged = createValidator(
    definitionsWith(
      profile('carded', 'Patient', [
        ['Patient.identifier', { type: [{ code: 'Identifier', profile: [urlOf('card'), urlOf('badge')] }] }],
      ]),
      system('card'),
      system('badge'),
    ),
  );
  const identified = (name: string) =>
    faultsOf(judged, { ...patient(), identifier: [{ system: `http://example.org/${name}`, value: '1' }] }, [
      urlOf('carded'),
    ]);
  it('are met by one of several', () => {
    expect(identified('card')).toEqual([]);
    expect(identified('badge')).toEqual([]);
    expect(identified('other')).toEqual(['profile-mismatch Patient.identifier[0]']);
  });
});

describe('a claim of a profile', () => {
  it('may name a version', () => {
    const claimed = { ...claim(), status: 'draft', meta: { profile: [`${urlOf('strict')}|1.0`] } };
    expect(faults(claimed)).toEqual(['value-pattern Claim.status']);
  });
  it('of a contained resource is judged', () => {
    const contained = [{ resourceType: 'Patient', id: 'x', meta: { profile: [urlOf('insured')] } }];
    expect(faults({ ...claim(), contained, patient: { reference: '#x' } })).toEqual([
      'cardinality-min Claim.contained[0].gender',
    ]);
  });
});

describe('an invariant that asks for a profile', () => {
  const judged = createValidator(
    definitionsWith(
      profile('asking', 'Claim', [
        [
          'Claim',
          {
            constraint: [
              {
                key: 'ask-1',
                severity: 'error',
                human: 'The patient is insured.',
                expression: `patient.resolve().conformsTo('${urlOf('grown')}')`,
              },
            ],
          },
        ],
      ]),
      profile('grown', 'Patient', [['Patient.birthDate', { min: 1 }]]),
    ),
  );
  it('is judged by it', () => {
    const about = (person: JsonObject) =>
      faultsOf(
        judged,
        { ...claim(), contained: [{ resourceType: 'Patient', id: 'x', ...person }], patient: { reference: '#x' } },
        [urlOf('asking')],
      );
    expect(about({ birthDate: '1990' })).toEqual([]);
    expect(about({ gender: 'female' })).toEqual(['invariant-failed Claim']);
    expect(faultsOf(judged, claim(), [urlOf('asking')])).toEqual([]);
  });
});
