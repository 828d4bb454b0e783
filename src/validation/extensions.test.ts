import { describe, expect, it } from 'vitest';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { extension, profile, urlOf } from './test-profiles.ts';
import { claim, definitionsWith, errorsOf, faultsOf, patient } from './test-resources.ts';

type Elements = Parameters<typeof profile>[2];

/** An extension that may stand where `contexts` (type and expression) say. */
const within = (name: string, contexts: readonly (readonly [string, string])[], rest: JsonObject = {}): JsonObject => ({
  ...extension(name, ['boolean']),
  context: contexts.map(([type, expression]) => ({ type, expression })),
  ...rest,
});

const parts = (name: string, rules: 'open' | 'closed'): JsonObject => {
  const elements: Elements = [
    ['Extension.extension', { slicing: { discriminator: [{ type: 'value', path: 'url' }], rules }, min: 1 }],
    ['Extension.extension:number', { sliceName: 'number', min: 1, max: '1' }],
    ['Extension.extension:number.url', { fixedUri: 'number' }],
    ['Extension.extension:number.value[x]', { min: 1, type: [{ code: 'string' }] }],
    ['Extension.url', { fixedUri: urlOf(name) }],
    ['Extension.value[x]', { max: '0' }],
  ];
  return profile(name, 'Extension', elements);
};

const modifier = (name: string): JsonObject =>
  profile(name, 'Extension', [
    ['Extension', { isModifier: true }],
    ['Extension.url', { fixedUri: urlOf(name) }],
    ['Extension.value[x]', { min: 1, type: [{ code: 'boolean' }] }],
  ]);

const definitions = definitionsWith(
  extension('head', ['boolean']),
  extension('period', ['Quantity'], { patternQuantity: { unit: 'months' } }),
  parts('parts', 'closed'),
  parts('openParts', 'open'),
  modifier('negated'),
  within('ofPatient', [['element', 'Patient']]),
  within('ofName', [['element', 'HumanName']]),
  within('ofPatientName', [['element', 'Patient.name']]),
  within('ofFamily', [['element', 'HumanName.family']]),
  within('ofString', [['element', 'string']]),
  within('ofContact', [['element', 'Patient.contact']]),
  within('ofBackbone', [['element', 'BackboneElement']]),
  within('ofDomain', [['element', 'DomainResource']]),
  within('ofQuantity', [['element', 'Quantity']]),
  within('ofChoice', [['element', 'Patient.multipleBirth[x]']]),
  within('ofHead', [['extension', urlOf('openParts')]]),
  within('ofPath', [['fhirpath', "Patient.name.where(use = 'official')"]]),
  within('ofActive', [['element', 'Patient']], { contextInvariant: ['active = true'] }),
);
const validator = createValidator(definitions);
const faults = (resource: JsonObject) => faultsOf(validator, resource);
const extended = (one: JsonObject) => faults({ ...patient(), extension: [one] });
const flag = (name: string): JsonObject => ({ url: urlOf(name), valueBoolean: true });

describe('an extension', () => {
  it('that is not known is accepted, with a warning when asked', () => {
    const unknown = {
      ...patient(),
      name: [{ text: 'x' }],
      extension: [{ url: 'http://example.org/x', valueString: 'x' }],
    };
    expect(faults(unknown)).toEqual([]);
    expect(validator.explain(unknown as Resource, [])).toMatchObject([
      { severity: 'warning', code: 'extension', rule: 'extension-unknown', expression: 'Patient.extension[0]' },
      { severity: 'warning', rule: 'invariant-failed', expression: 'Patient' },
    ]);
  });
  it('that is not known is refused where the server says so', () => {
    const strict = createValidator(definitions, { unknownExtensions: 'refuse' });
    const found = (url: string) => faultsOf(strict, { ...claim(), extension: [{ url, valueBoolean: true }] });
    expect(found('http://example.org/x')).toEqual(['extension-unknown Claim.extension[0]']);
    expect(found(urlOf('head'))).toEqual([]);
    const named = {
      ...claim(),
      extension: [{ url: urlOf('openParts'), extension: [{ url: 'number', valueString: '1' }] }],
    };
    expect(faultsOf(strict, named)).toEqual([]);
  });
  it('with a very long url does not fill the answer', () => {
    const unknown = {
      ...patient(),
      modifierExtension: [{ url: `http://example.org/${'x'.repeat(5000)}`, valueBoolean: true }],
    };
    expect(errorsOf(validator, unknown)[0]?.diagnostics.length).toBeLessThan(500);
  });
  it('has a url', () => {
    expect(extended({ valueString: 'x' })).toEqual(['cardinality-min Patient.extension[0].url']);
  });
  it('has a url that is whole, without a version', () => {
    expect(extended({ url: 'head', valueBoolean: true })).toEqual(['extension-url Patient.extension[0].url']);
    expect(extended({ url: `${urlOf('head')}|1`, valueBoolean: true })).toEqual([
      'extension-url Patient.extension[0].url',
    ]);
  });
  it('has either a value or extensions', () => {
    expect(extended({ url: 'http://example.org/unknown' })).toEqual(['invariant-failed Patient.extension[0]']);
    expect(
      extended({ url: 'http://example.org/unknown', valueString: 'x', extension: [{ url: 'a', valueString: 'y' }] }),
    ).toEqual(['invariant-failed Patient.extension[0]']);
  });
  it('that is known has a value of its type', () => {
    expect(extended(flag('head'))).toEqual([]);
    expect(extended({ url: urlOf('head'), valueString: 'yes' })).toEqual(['type-wrong Patient.extension[0].value']);
  });
  it('that is known has the value that its definition asks for', () => {
    expect(extended({ url: urlOf('period'), valueQuantity: { value: 3, unit: 'months' } })).toEqual([]);
    expect(extended({ url: urlOf('period'), valueQuantity: { value: 3, unit: 'years' } })).toEqual([
      'value-pattern Patient.extension[0].value',
    ]);
  });
  it('of several parts has those that its definition lists', () => {
    const made = (...inner: JsonObject[]) => extended({ url: urlOf('parts'), extension: inner });
    expect(made({ url: 'number', valueString: '1' })).toEqual([]);
    expect(made({ url: 'number', valueString: '1' }, { url: 'other', valueString: '1' })).toEqual([
      'slice-closed Patient.extension[0].extension[1]',
    ]);
    expect(made({ url: 'number', valueInteger: 1 })).toEqual(['type-wrong Patient.extension[0].extension[0].value']);
    const number = { url: 'number', valueString: '1' };
    expect(made(number, number)).toEqual(['slice-max Patient.extension[0].extension']);
  });
  it('of several parts has no other part even where its list is open', () => {
    const made = (...inner: JsonObject[]) => extended({ url: urlOf('openParts'), extension: inner });
    const number = { url: 'number', valueString: '1' };
    expect(made(number, { url: 'http://example.org/more', valueString: '1' })).toEqual([]);
    expect(made(number, { url: 'numbre', valueString: '1' })).toEqual([
      'extension-url Patient.extension[0].extension[1].url',
    ]);
  });
});

describe('an extension that modifies', () => {
  const modified = (url: string) => faults({ ...patient(), modifierExtension: [{ url, valueBoolean: true }] });

  it('stands under modifierExtension, and no other does', () => {
    expect(modified(urlOf('negated'))).toEqual([]);
    expect(modified(urlOf('head'))).toEqual(['extension-modifier Patient.modifierExtension[0]']);
    expect(extended(flag('negated'))).toEqual(['extension-modifier Patient.extension[0]']);
  });
  it('is refused where it is not known', () => {
    expect(modified('http://example.org/x')).toEqual(['extension-unknown Patient.modifierExtension[0]']);
    expect(
      faults({
        ...patient(),
        contact: [{ name: { text: 'x' }, modifierExtension: [{ url: 'http://example.org/x', valueBoolean: true }] }],
      }),
    ).toEqual(['extension-unknown Patient.contact[0].modifierExtension[0]']);
  });
  it('is a warning where the published examples of R4 invented it', () => {
    expect(modified('http://example.org/do-not-use/x')).toEqual([]);
  });
});

describe('the context of an extension', () => {
  const places: Record<string, (one: JsonObject) => JsonObject> = {
    'Patient.extension[0]': one => ({ ...patient(), extension: [one] }),
    'Claim.extension[0]': one => ({ ...claim(), extension: [one] }),
    'Claim.item[0].extension[0]': one => ({
      ...claim(),
      item: [{ sequence: 1, productOrService: { text: 'x' }, extension: [one] }],
    }),
    'Patient.name[0].extension[0]': one => ({ ...patient(), name: [{ use: 'official', text: 'x', extension: [one] }] }),
    'Patient.contact[0].extension[0]': one => ({ ...patient(), contact: [{ name: { text: 'x' }, extension: [one] }] }),
    'Patient.contact[0].name.extension[0]': one => ({
      ...patient(),
      contact: [{ name: { text: 'x', extension: [one] } }],
    }),
    'Patient.name[0].family.extension[0]': one => ({
      ...patient(),
      name: [{ family: 'x', _family: { extension: [one] } }],
    }),
    'Patient.multipleBirth.extension[0]': one => ({ ...patient(), _multipleBirthInteger: { extension: [one] } }),
    'Claim.item[0].quantity.extension[0]': one => ({
      ...claim(),
      item: [{ sequence: 1, productOrService: { text: 'x' }, quantity: { value: 1, extension: [one] } }],
    }),
    'Patient.extension[0].extension[1]': one => ({
      ...patient(),
      extension: [{ url: urlOf('openParts'), extension: [{ url: 'number', valueString: '1' }, one] }],
    }),
  };
  it.each([
    ['ofPatient', ['Patient.extension[0]']],
    ['ofName', ['Patient.name[0].extension[0]', 'Patient.contact[0].name.extension[0]']],
    ['ofPatientName', ['Patient.name[0].extension[0]']],
    ['ofFamily', ['Patient.name[0].family.extension[0]']],
    ['ofString', ['Patient.name[0].family.extension[0]']],
    ['ofContact', ['Patient.contact[0].extension[0]']],
    ['ofBackbone', ['Claim.item[0].extension[0]', 'Patient.contact[0].extension[0]']],
    ['ofDomain', ['Claim.extension[0]', 'Patient.extension[0]']],
    ['ofQuantity', ['Claim.item[0].quantity.extension[0]']],
    ['ofChoice', ['Patient.multipleBirth.extension[0]']],
    ['ofHead', ['Patient.extension[0].extension[1]']],
    ['ofPath', ['Patient.name[0].extension[0]']],
    ['ofActive', ['Patient.extension[0]']],
    ['head', Object.keys(places)],
  ])('%s lets it stand in %j only', (name, allowed) => {
    for (const [place, make] of Object.entries(places)) {
      const expected = allowed.includes(place) ? [] : [`extension-context ${place}`];
      expect(faults(make(flag(name))), place).toEqual(expected);
    }
  });
  it('holds the invariants that the definition states of it', () => {
    expect(faults({ ...patient(), active: false, extension: [flag('ofActive')] })).toEqual([
      'extension-context Patient.extension[0]',
    ]);
  });
  it('is told in the refusal', () => {
    const [issue] = errorsOf(validator, { ...claim(), extension: [flag('ofPatient')] });
    expect(issue?.diagnostics).toContain('`Patient`');
  });
});
