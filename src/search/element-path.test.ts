import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import { alternativesFor, elementPaths } from './element-path.ts';

const definitions = loadDefinitions({ folders: ['profiles/r4'], packages: [] });

const paths = (expression: string, resourceType: string): string[] | undefined =>
  elementPaths(expression, resourceType, definitions)?.map(({ steps, type }) => {
    const names = steps.map(({ name, condition }) =>
      condition === undefined ? name : `${name}${JSON.stringify(condition)}`,
    );
    return `${names.join('.')}: ${type}`;
  });

describe('alternativesFor', () => {
  it('keeps what may begin at the type', () => {
    const expression =
      "Patient.name | Person.name | (Patient.deceased as dateTime) | Resource.id | name | Claim.a.where(b='|')";
    expect(alternativesFor('Patient', expression)).toEqual([
      'Patient.name',
      '(Patient.deceased as dateTime)',
      'Resource.id',
      'name',
    ]);
    expect(alternativesFor('Claim', expression)).toEqual(['Resource.id', 'name', "Claim.a.where(b='|')"]);
  });
});

describe('elementPaths', () => {
  it.each([
    ['Claim.item.encounter', 'Claim', ['item.encounter: Reference']],
    ['Patient.address.city', 'Patient', ['address.city: string']],
    ['alias', 'InsurancePlan', ['alias: string']],
    ['Resource.meta.tag', 'Claim', ['meta.tag: Coding']],
    ['(Patient.deceased as dateTime)', 'Patient', ['deceasedDateTime: dateTime']],
    ['Condition.onset.as(Period)', 'Condition', ['onsetPeriod: Period']],
    ['Condition.onset.ofType(Period)', 'Condition', ['onsetPeriod: Period']],
    [
      '(ActivityDefinition.useContext.value as CodeableConcept)',
      'ActivityDefinition',
      ['useContext.valueCodeableConcept: CodeableConcept'],
    ],
    ['(Observation.value as CodeableConcept).text', 'Observation', ['valueCodeableConcept.text: string']],
    ['Immunization.occurrence', 'Immunization', ['occurrenceDateTime: dateTime', 'occurrenceString: string']],
    ['Questionnaire.item.item.code', 'Questionnaire', ['item.item.code: Coding']],
    [
      "Patient.telecom.where(system='phone')",
      'Patient',
      ['telecom{"element":"system","equals":"phone"}: ContactPoint'],
    ],
    ['Account.subject.where(resolve() is Patient)', 'Account', ['subject{"targetType":"Patient"}: Reference']],
  ])('follows %s', (expression, resourceType, expected) => {
    expect(paths(expression, resourceType)).toEqual(expected);
  });

  it.each([
    'Patient.deceased.exists() and Patient.deceased != false',
    'Patient.name[0]',
    'Patient.name.first().family',
    'Patient.nothing',
    "Patient.name.where(use='a').where(family='b')",
  ])('leaves %s to FHIRPath', expression => {
    expect(paths(expression, 'Patient')).toBeUndefined();
  });
});
