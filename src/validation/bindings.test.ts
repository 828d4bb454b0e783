import { describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { profile, urlOf } from './test-profiles.ts';
import { claim, definitionsWith, patient } from './test-resources.ts';

const COLOUR = 'http://example.org/fhir/CodeSystem/colour';
const RED_OR_GREEN = 'http://example.org/fhir/ValueSet/red-or-green';
const ANY_COLOUR = 'http://example.org/fhir/ValueSet/any-colour';
const NARROW = 'http://example.org/fhir/ValueSet/not-loaded-system';
const MAX = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';

const colour = {
  resourceType: 'CodeSystem',
  id: 'colour',
  url: COLOUR,
  status: 'active',
  content: 'complete',
  caseSensitive: true,
  concept: [
    { code: 'red', display: 'Signal red', designation: [{ language: 'sw', value: 'Nyekundu' }] },
    { code: 'green' },
    { code: 'blue', property: [{ code: 'status', valueCode: 'retired' }] },
    { code: 'warm', property: [{ code: 'notSelectable', valueBoolean: true }] },
  ],
};
const valueSet = (url: string, include: JsonObject) => ({
  resourceType: 'ValueSet',
  id: url.replace(/.*\//, ''),
  url,
  status: 'active',
  compose: { include: [include] },
});

const bound = (name: string, binding: JsonObject) => profile(name, 'Claim', [['Claim.subType', { binding }]]);
const widest = { extension: [{ url: MAX, valueCanonical: ANY_COLOUR }] };

const validator = createValidator(
  definitionsWith(
    colour,
    valueSet(RED_OR_GREEN, { system: COLOUR, concept: [{ code: 'red' }, { code: 'green' }] }),
    valueSet(ANY_COLOUR, { system: COLOUR }),
    valueSet(NARROW, { system: 'http://snomed.info/sct', filter: [{ property: 'concept', op: 'is-a', value: '1' }] }),
    bound('required', { strength: 'required', valueSet: RED_OR_GREEN }),
    bound('extensible', { strength: 'extensible', valueSet: RED_OR_GREEN }),
    bound('preferred', { strength: 'preferred', valueSet: RED_OR_GREEN }),
    bound('preferred-widest', { strength: 'preferred', valueSet: RED_OR_GREEN, ...widest }),
    bound('extensible-widest', { strength: 'extensible', valueSet: RED_OR_GREEN, ...widest }),
    bound('any', { strength: 'required', valueSet: ANY_COLOUR }),
    bound('unjudged', { strength: 'required', valueSet: NARROW }),
  ),
);

const coded = (...codings: JsonObject[]): Resource =>
  ({ ...claim(), subType: codings.length === 0 ? { text: 'crimson' } : { coding: codings } }) as unknown as Resource;
const of = (code: string): JsonObject => ({ system: COLOUR, code });
const elsewhere: JsonObject = { system: 'http://example.org/other', code: 'x' };

/** What a thorough look finds of Claim.subType: severity and rule, with the text where it matters. */
const found = (resource: Resource, ...profiles: string[]) =>
  validator
    .explain(resource, profiles.map(urlOf))
    .filter(({ expression, rule }) => expression?.startsWith('Claim.subType') && rule !== 'code-not-judged')
    .map(({ severity, rule }) => `${severity} ${rule}`);
const isRefused = (resource: Resource, name: string): boolean => !validator.isValid(resource, [urlOf(name)]);

const OUTSIDE = 'code-not-in-value-set';

describe('a required binding (R4 terminologies.html#required)', () => {
  test('refuses a code outside of its value set', () => {
    expect(found(coded(of('blue')), 'required')).toContain(`error ${OUTSIDE}`);
    expect(isRefused(coded(of('blue')), 'required')).toBe(true);
  });

  test('names the code that was meant, however many there are', () => {
    const operation = {
      resourceType: 'OperationDefinition',
      name: 'Tried',
      status: 'active',
      kind: 'operation',
      code: 'tried',
      resource: ['Obsrvation'],
      system: false,
      type: true,
      instance: false,
    };
    const [issue] = validator.validate(operation as unknown as Resource, []);
    expect(issue?.diagnostics).toContain('Did you mean `Observation`?');
  });

  test('is met by one coding of several', () => {
    expect(found(coded(elsewhere, of('red')), 'required')).toEqual([]);
    expect(isRefused(coded(elsewhere, of('red')), 'required')).toBe(false);
  });

  test('refuses text alone, and a right code under another system', () => {
    expect(found(coded(), 'required')).toEqual([`error ${OUTSIDE}`]);
    expect(found(coded({ ...elsewhere, code: 'red' }), 'required')).toEqual([`error ${OUTSIDE}`]);
  });

  test('refuses an abstract concept', () => {
    expect(isRefused(coded(of('warm')), 'any')).toBe(true);
    expect(isRefused(coded(of('blue')), 'any')).toBe(false);
  });

  test('to a system that is not loaded is not judged, and says so', () => {
    const snomed = coded({ system: 'http://snomed.info/sct', code: '22298006' });
    expect(isRefused(snomed, 'unjudged')).toBe(false);
    const issues = validator.explain(snomed, [urlOf('unjudged')]).filter(({ rule }) => rule === 'code-not-judged');
    expect(issues.map(({ severity, expression }) => [severity, expression])).toEqual(
      expect.arrayContaining([
        ['warning', 'Claim.subType'],
        ['warning', 'Claim.subType.coding[0]'],
      ]),
    );
  });
});

describe('an extensible binding (R4 terminologies.html#extensible)', () => {
  test('warns of a code outside of its value set, not of text', () => {
    expect(found(coded(elsewhere), 'extensible')).toEqual([`warning ${OUTSIDE}`]);
    expect(found(coded(), 'extensible')).toEqual([]);
    expect(isRefused(coded(elsewhere), 'extensible')).toBe(false);
  });
});

describe('a preferred binding (R4 terminologies.html#preferred)', () => {
  test('warns where a resource is looked at thoroughly, and never refuses', () => {
    expect(found(coded(elsewhere), 'preferred')).toEqual([`warning ${OUTSIDE}`]);
    expect(found(coded(), 'preferred')).toEqual([]);
    expect(isRefused(coded(elsewhere), 'preferred')).toBe(false);
    const faulty = { ...coded(elsewhere), use: 'clam' };
    expect(validator.validate(faulty, [urlOf('preferred')]).map(({ rule, expression }) => [rule, expression])).toEqual([
      [OUTSIDE, 'Claim.use'],
    ]);
  });
});

describe('the widest value set (R4 extension-elementdefinition-maxvalueset.html)', () => {
  test.each(['preferred-widest', 'extensible-widest'])('refuses codes outside of it: %s', name => {
    expect(found(coded(elsewhere), name)).toEqual([`error ${OUTSIDE}`, `warning ${OUTSIDE}`]);
    expect(isRefused(coded(elsewhere), name)).toBe(true);
    expect(found(coded(of('blue')), name)).toEqual(['warning code-inactive', `warning ${OUTSIDE}`]);
    expect(isRefused(coded(of('blue')), name)).toBe(false);
  });

  test('asks for a code where the binding is extensible', () => {
    expect([isRefused(coded(), 'preferred-widest'), isRefused(coded(), 'extensible-widest')]).toEqual([false, true]);
  });

  test('of R4 holds a language to BCP 47', () => {
    const speaking = (code: string) => ({ ...patient(), language: code }) as unknown as Resource;
    expect(validator.isValid(speaking('sw-TZ'), [])).toBe(true);
    expect(validator.validate(speaking('swahili'), [])).toMatchObject([
      { rule: OUTSIDE, expression: 'Patient.language', severity: 'error' },
    ]);
  });
});

describe('a code by itself, whatever it is bound to (R4 datatypes.html#Coding)', () => {
  const advice = (coding: JsonObject) =>
    validator
      .explain(coded(coding), [])
      .filter(({ expression }) => expression?.startsWith('Claim.subType'))
      .map(({ rule, expression, diagnostics }) => [rule, expression, diagnostics]);

  test.each(['Signal red', 'signal  RED', 'nyekundu'])('may be shown as "%s"', display => {
    expect(advice({ ...of('red'), display })).toEqual([]);
  });

  test('is warned of where it is shown as another, and the right display is named', () => {
    expect(advice({ ...of('red'), display: 'Crimson' })).toEqual([
      ['code-display', 'Claim.subType.coding[0].display', expect.stringContaining('"Signal red"')],
    ]);
    expect(advice({ ...of('green'), display: 'What you like' })).toEqual([]);
  });

  test('is warned of where its system has not got it, or has put it out of use', () => {
    expect(advice(of('rod'))).toEqual([
      ['code-unknown', 'Claim.subType.coding[0]', expect.stringContaining('Did you mean `red`?')],
    ]);
    expect(advice(of('blue'))).toEqual([['code-inactive', 'Claim.subType.coding[0]', expect.anything()]]);
  });

  test('is warned of where its system is a value set', () => {
    expect(advice({ system: RED_OR_GREEN, code: 'red' })).toEqual([
      ['code-unknown', 'Claim.subType.coding[0].system', expect.stringContaining('names a value set')],
    ]);
  });

  test('is not judged where its system is not loaded', () => {
    expect(advice(elsewhere)).toEqual([['code-not-judged', 'Claim.subType.coding[0]', expect.anything()]]);
  });

  test('is a UCUM unit where a quantity says so', () => {
    const item = {
      sequence: 1,
      productOrService: { text: 'Sugar' },
      quantity: { value: 1, system: 'http://unitsofmeasure.org', code: 'kilogram' },
    };
    const issues = validator.explain({ ...claim(), item: [item] } as unknown as Resource, []);
    expect(issues).toContainEqual(
      expect.objectContaining({
        rule: 'code-unknown',
        severity: 'warning',
        expression: 'Claim.item[0].quantity',
        diagnostics: expect.stringContaining('Did you mean `kg`?'),
      }),
    );
  });
});

test('the units of a duration are warned of beyond those that its type is bound to (R4 datatypes.html#Duration)', () => {
  const vision = (code: string) =>
    ({
      resourceType: 'Patient',
      extension: [
        { url: 'http://example.org/x', valueDuration: { value: 1, system: 'http://unitsofmeasure.org', code } },
      ],
    }) as unknown as Resource;
  const rules = (code: string) =>
    validator
      .explain(vision(code), [])
      .flatMap(({ rule, expression }) => (expression?.includes('value') ? [rule] : []));
  expect(rules('d')).toEqual([]);
  expect(rules('kg')).toEqual([OUTSIDE]);
  expect(validator.isValid(vision('kg'), [])).toBe(true);
});
