import { describe, expect, it } from 'vitest';
import type { Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { profile, urlOf } from './test-profiles.ts';
import { claim, definitionsWith, patient } from './test-resources.ts';

const rule = (name: string, expression: string, type = 'Claim') =>
  profile(name, type, [
    [type, { constraint: [{ key: `${name}-1`, severity: 'error', human: `The rule of ${name}.`, expression }] }],
  ]);

const longText = 'a'.repeat(5000);
const validator = createValidator(
  definitionsWith(
    profile('named', 'Patient', [['Patient.name', { min: 1 }]]),
    rule('has-named', `contained.where($this is Patient).all(conformsTo('${urlOf('named')}'))`),
    rule('has-unknown', `conformsTo('${urlOf('nowhere')}')`),
    rule('has-itself', `conformsTo('${urlOf('has-itself')}')`),
    rule(
      'has-code',
      "use.memberOf('http://hl7.org/fhir/ValueSet/claim-use') and status.memberOf('http://nowhere.example/v')",
    ),
    rule('has-no-such', 'use.elementDefinition().min = 1'),
    rule('has-network', "%terminologies.validateVS('http://nowhere.example/v', use)"),
    rule('has-evil', "item.all(productOrService.text.matches('^(a+)+$'))"),
    rule('has-endless', "item.all(%resource.id.repeat($this & 'x').empty())"),
    rule('has-age', 'birthDate <= today() - 18 years', 'Patient'),
  ),
);

/** Advice about the resources themselves, which has nothing to do with the rules. */
const beside = new Set(['code-not-in-value-set', 'extension-unknown']);

const judge = (name: string, resource: object) =>
  validator
    .explain(resource as Resource, [urlOf(name)])
    .filter(({ rule, diagnostics }) => !beside.has(rule ?? '') && !diagnostics.includes('dom-6'))
    .map(({ severity, rule, expression }) => `${severity} ${rule} ${expression}`);
const judged = (name: string, resource: object) => {
  expect(validator.isValid(resource as Resource, [urlOf(name)])).toBe(
    !judge(name, resource).some(issue => issue.startsWith('error')),
  );
  return judge(name, resource);
};

describe('an invariant of a profile', () => {
  it('may ask whether something conforms to a profile', () => {
    const withPatient = (inner: object) => ({
      ...claim(),
      contained: [{ resourceType: 'Patient', id: 'p', ...inner }],
      patient: { reference: '#p' },
    });
    expect(judged('has-named', withPatient({ name: [{ text: 'x' }] }))).toEqual([]);
    expect(judged('has-named', withPatient({ active: true }))).toEqual(['error invariant-failed Claim']);
  });

  it('holds where the profile or the value set that it asks for is not loaded', () => {
    expect(judged('has-unknown', claim())).toEqual([]);
    expect(judged('has-code', claim())).toEqual([]);
  });

  it('that asks for its own profile comes to an end', () => {
    expect(validator.isValid(claim() as Resource, [urlOf('has-itself')])).toEqual(expect.any(Boolean));
  });

  it.each(['has-no-such', 'has-network'])(
    'is not judged where nobody here knows its functions, and that is told: %s',
    name => {
      expect(judged(name, claim())).toEqual(['warning invariant-not-judged Claim']);
    },
  );

  it.each(['has-evil', 'has-endless'])('that would take for ever does not hold: %s', name => {
    const item = Array.from({ length: 200 }, (_, index) => ({
      sequence: index + 1,
      productOrService: { text: `${longText}${index}` },
    }));
    const started = performance.now();
    expect(judged(name, { ...claim(), id: 'x', item })).toEqual(['error invariant-failed Claim']);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('may reckon with dates', () => {
    expect(judged('has-age', { ...patient(), birthDate: '1980-01-01' })).toEqual([]);
    expect(judged('has-age', { ...patient(), birthDate: new Date().toISOString().slice(0, 10) })).toEqual([
      'error invariant-failed Patient',
    ]);
  });
});
