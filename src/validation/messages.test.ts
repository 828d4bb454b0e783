import { describe, expect, test } from 'vitest';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import type { JsonObject } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';

const validator = createValidator(loadDefinitions({ folders: ['profiles/r4'], packages: [] }));

/** What is said of an element that is missing. */
const said = (resource: JsonObject & { resourceType: string }, element: string): string | undefined =>
  validator
    .validate(resource, [])
    .find(({ rule, expression }) => rule === 'cardinality-min' && expression === `${resource.resourceType}.${element}`)
    ?.diagnostics;

describe('an element that is missing', () => {
  test.each([
    [
      'Claim',
      'use',
      'Add it: a code of value set http://hl7.org/fhir/ValueSet/claim-use|4.0.1, such as `claim`, `preauthorization` or `predetermination`.',
    ],
    ['Claim', 'patient', 'Add it: a reference like { "reference": "Patient/<id>" }.'],
    [
      'Claim',
      'provider',
      'Add it: a reference like { "reference": "Practitioner/<id>" }, to `Practitioner`, `PractitionerRole` or `Organization`.',
    ],
    ['Claim', 'priority', 'Add it: { "coding": [{ "system": "...", "code": "..." }] } or { "text": "..." }.'],
    [
      'Claim',
      'type',
      '{ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "institutional" }] } with a code of value set',
    ],
    [
      'Claim',
      'insurance',
      'Add it: an array [ ... ], each item an object { ... } with `sequence`, `focal` and `coverage`.',
    ],
    ['Claim', 'created', 'Add it: YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a zone'],
    [
      'Encounter',
      'class',
      'Add it: { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB" } with a code of value set',
    ],
    ['PaymentNotice', 'amount', 'Add it: an object { ... } of type Money.'],
    [
      'MedicationRequest',
      'medication',
      '`medicationCodeableConcept` or `medicationReference` is missing; MedicationRequest needs it. Add one of them.',
    ],
  ])('of a %s (%s) is told with what to write', (resourceType, element, text) => {
    expect(said({ resourceType }, element)).toContain(text);
  });
});

describe('a code that is mistyped', () => {
  test('is told with the nearest one of all that are allowed, however many they are', () => {
    const [issue] = validator.validate(
      { resourceType: 'Patient', link: [{ other: { reference: 'Patient/1' }, type: 'replacd-by' }], gender: 'FEMALE' },
      [],
    );
    expect(issue?.diagnostics).toContain('Did you mean `female`?');
    const [bundle] = validator.validate({ resourceType: 'Bundle', type: 'colection' }, []);
    expect(bundle?.diagnostics).toContain('Did you mean `collection`?');
  });
});

describe('a slice that is missing', () => {
  test('is told with what its items have', () => {
    const own = createValidator(loadDefinitions({ folders: ['profiles/r4', 'profiles/openimis'], packages: [] }));
    const coverage = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/openimis-coverage';
    const texts = own
      .validate({ resourceType: 'Coverage', identifier: [{ value: '1' }] }, [coverage])
      .filter(({ rule }) => rule === 'slice-min')
      .map(({ diagnostics }) => diagnostics);
    expect(texts).toContain('At least one item of `UUID` (with type.coding.code = "UUID") must be given; found: none.');
    expect(texts).toContainEqual(
      expect.stringMatching(
        /^At least 2 items of `coverageDate` \(with url = "https:\S+coverage-date"\) must be given/,
      ),
    );
  });
});

describe('a code under another system', () => {
  test('is told with the right one', () => {
    const coding = [{ system: 'http://example.org', code: 'active' }];
    const [issue] = validator.validate(
      { resourceType: 'Condition', subject: { reference: 'Patient/1' }, clinicalStatus: { coding } },
      [],
    );
    expect(issue?.diagnostics).toContain('Write "system": "http://terminology.hl7.org/CodeSystem/condition-clinical".');
  });
});
