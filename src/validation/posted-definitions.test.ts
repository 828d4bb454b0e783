import { beforeEach, describe, expect, test } from 'vitest';
import type { GrowingDefinitions } from '../definitions/definitions.ts';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import { createValidator, type Validator } from './create-validator.ts';
import { extension, profile, urlOf } from './test-profiles.ts';
import { claim, errorsOf } from './test-resources.ts';

let definitions: GrowingDefinitions;
let validator: Validator;
beforeEach(() => {
  definitions = loadDefinitions({ folders: ['profiles/r4', 'profiles/openimis', 'profiles/kiungo'], packages: [] });
  validator = createValidator(definitions);
});

const post = (...resources: JsonObject[]): void =>
  definitions.post(
    resources.map(resource => ({ ...(resource as Resource), id: `${resource.id}`, resource: resource as Resource })),
  );
const remove = ({ resourceType, id }: JsonObject): void =>
  definitions.post([{ resourceType: `${resourceType}`, id: `${id}` }]);

const faults = (resource: JsonObject): string[] =>
  errorsOf(validator, resource).map(({ rule, expression }) => `${rule} ${expression}`);
/** What is said of profiles and codes beside errors; what else only looks like a mistake does not change with definitions. */
const warnings = (resource: JsonObject): string[] =>
  validator
    .explain(resource as Resource, [])
    .filter(({ severity, rule }) => severity === 'warning' && /^(?:profile|code)-/.test(rule))
    .map(({ rule, expression }) => `${rule} ${expression}`);

const claiming = (name: string, more: JsonObject = {}): JsonObject => ({
  ...claim(),
  meta: { profile: [urlOf(name)] },
  ...more,
});

describe('a claimed profile', () => {
  const related = (min: number): JsonObject => profile('related', 'Claim', [['Claim.related', { min }]]);

  test('is unknown, judged once it is posted, judged by what it is changed to, and unknown when it is deleted', () => {
    const unknown = ['profile-unknown Claim.meta.profile[0]'];
    expect([faults(claiming('related')), warnings(claiming('related'))]).toEqual([[], unknown]);
    post(related(1));
    expect([faults(claiming('related')), warnings(claiming('related'))]).toEqual([
      ['cardinality-min Claim.related'],
      [],
    ]);
    post(related(0));
    expect([faults(claiming('related')), warnings(claiming('related'))]).toEqual([[], []]);
    post(related(1));
    expect(faults(claiming('related'))).toEqual(['cardinality-min Claim.related']);
    remove(related(1));
    expect([faults(claiming('related')), warnings(claiming('related'))]).toEqual([[], unknown]);
  });

  test('is judged by what its base was changed to', () => {
    post(related(0), { ...profile('derived', 'Claim', []), baseDefinition: urlOf('related') });
    expect(faults(claiming('derived'))).toEqual([]);
    post(related(1));
    expect(faults(claiming('derived'))).toEqual(['cardinality-min Claim.related']);
  });
});

test('an extension is judged by its definition once that is posted, on types that were compiled before', () => {
  const valued = claiming('none', { extension: [{ url: urlOf('colour'), valueString: 'red' }] });
  expect(faults(valued)).toEqual([]);
  post(extension('colour', ['code']));
  expect(faults(valued)).toContain('type-wrong Claim.extension[0].value');
  post(extension('colour', ['string']));
  expect(faults(valued)).toEqual([]);
});

describe('codes', () => {
  const url = 'http://loinc.org';
  const system = (content: string, ...codes: string[]): JsonObject => ({
    resourceType: 'CodeSystem',
    id: 'loinc',
    url,
    status: 'active',
    content,
    concept: codes.map(code => ({ code })),
  });
  const bound = profile('bound', 'Medication', [
    ['Medication.form', { binding: { strength: 'required', valueSet: urlOf('forms') } }],
  ]);
  const forms: JsonObject = {
    resourceType: 'ValueSet',
    id: 'forms',
    url: urlOf('forms'),
    status: 'active',
    compose: { include: [{ system: url }] },
  };
  const medication: JsonObject = {
    resourceType: 'Medication',
    meta: { profile: [urlOf('bound')] },
    form: { coding: [{ system: url, code: '73568-6' }] },
  };

  test('are judged by the value set and the code system as they are now', () => {
    post(bound);
    expect([faults(medication), warnings(medication)]).toEqual([
      [],
      expect.arrayContaining(['code-not-judged Medication.form']),
    ]);
    post(forms);
    expect([faults(medication), warnings(medication)]).toEqual([
      [],
      expect.arrayContaining(['code-not-judged Medication.form']),
    ]);
    post(system('complete', '1'));
    expect(faults(medication)).toEqual(['code-not-in-value-set Medication.form']);
    post(system('complete', '1', '73568-6'));
    expect([faults(medication), warnings(medication)]).toEqual([[], []]);
    post({ ...forms, compose: { include: [{ system: url, concept: [{ code: '1' }] }] } });
    expect(faults(medication)).toEqual(['code-not-in-value-set Medication.form']);
    remove(forms);
    expect([faults(medication), warnings(medication)]).toEqual([
      [],
      expect.arrayContaining(['code-not-judged Medication.form']),
    ]);
  });
});

test('what was generated for the types of R4 stays when definitions are posted', () => {
  const valid = claim();
  expect(validator.isValid(valid, [])).toBe(true);
  const { Function: original } = globalThis;
  let made = 0;
  globalThis.Function = new Proxy(original, {
    construct: (target, args) => {
      made++;
      return Reflect.construct(target, args);
    },
  });
  try {
    post(profile('related', 'Claim', [['Claim.related', { min: 1 }]]));
    expect(validator.isValid(valid, [])).toBe(true);
    expect(made).toBe(0);
    expect(validator.isValid(claiming('related') as Resource, [])).toBe(false);
    expect(made).toBeGreaterThan(0);
  } finally {
    globalThis.Function = original;
  }
});
