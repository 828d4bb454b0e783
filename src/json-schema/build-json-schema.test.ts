import { describe, expect, it } from 'vitest';
import { compile, partOf, schemaOf, shipped, structureUrls, takes } from '../../test/json-schema/shipped-schemas.ts';
import { profile, urlOf } from '../validation/test-profiles.ts';
import { claim, definitionsWith, patient } from '../validation/test-resources.ts';

/** The schema of a profile that is made here. */
const schemaOfProfile = (...[type, elements]: [string, Parameters<typeof profile>[2]]) =>
  schemaOf(urlOf('tried'), definitionsWith(profile('tried', type, elements)));

const properties = (schema: ReturnType<typeof schemaOf>, ...path: string[]) => partOf(schema, ...path, 'properties');

describe('every loaded definition', () => {
  it('has a schema that ajv compiles without a warning and that needs nothing beside itself', () => {
    expect(structureUrls.length).toBeGreaterThan(700);
    expect(shipped.resourceTypes.filter(type => !structureUrls.some(url => url.endsWith(`/${type}`)))).toEqual([]);
    for (const url of structureUrls) {
      const schema = schemaOf(url);
      expect(schema).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#', $id: url });
      expect(() => compile(schema), url).not.toThrow();
    }
  }, 120_000);

  it('has patterns that mean the same with flag u', () => {
    const patterns = structureUrls.flatMap(url => JSON.stringify(schemaOf(url)).match(/"pattern":"[^"]*"/g) ?? []);
    for (const pattern of new Set(patterns)) {
      const source: string = JSON.parse(`{${pattern}}`).pattern;
      expect(() => new RegExp(source, 'u')).not.toThrow();
      // Nothing that Go's regular expressions do not have.
      expect(source).not.toMatch(/\(\?|\\[1-9u]/);
    }
  });
});

describe('the schema of a resource type', () => {
  const schema = schemaOf('Claim');

  it('takes a valid resource', () => {
    expect(takes(schema, claim())).toBe(true);
    expect(takes(schemaOf('Patient'), patient())).toBe(true);
  });

  it('is short, with the types that are needed and no others', () => {
    expect(JSON.stringify(schema).length).toBeLessThan(40_000);
    expect(Object.keys(partOf(schema, 'definitions')!)).toEqual(expect.arrayContaining(['ClaimItemDetail', 'Money']));
    expect(partOf(schema, 'definitions', 'Timing')).toBeUndefined();
  });

  it('names the type', () => {
    expect(partOf(schema, 'properties', 'resourceType')).toEqual({ type: 'string', const: 'Claim' });
    expect(takes(schema, { ...claim(), resourceType: 'Patient' })).toBe(false);
  });

  it('has a property for each type of a choice', () => {
    const names = Object.keys(properties(schema, 'definitions', 'ClaimItem')!).filter(name => /^_?serviced/.test(name));
    expect(names).toEqual(['servicedDate', '_servicedDate', 'servicedPeriod']);
  });

  it('takes what must be there in any of its forms', () => {
    expect(partOf(schema, 'definitions', 'ClaimDiagnosis', 'anyOf')).toBeUndefined();
    expect(partOf(schema, 'definitions', 'ClaimDiagnosis', 'allOf')).toEqual([
      { anyOf: [{ required: ['sequence'] }, { required: ['_sequence'] }] },
      { anyOf: [{ required: ['diagnosisCodeableConcept'] }, { required: ['diagnosisReference'] }] },
    ]);
    const { created: _, ...rest } = claim();
    expect(takes(schema, rest)).toBe(false);
    const extension = [{ url: 'http://example.org/unknown', valueBoolean: true }];
    expect(takes(schema, { ...rest, _created: { extension } })).toBe(true);
    expect(takes(schema, { ...claim(), patient: undefined })).toBe(false);
  });

  it('takes null beside a twin', () => {
    const extension = [{ url: 'http://example.org/unknown', valueBoolean: true }];
    const name = [{ given: ['Jane', null], _given: [null, { extension }] }];
    expect(takes(schemaOf('Patient'), { resourceType: 'Patient', name })).toBe(true);
  });

  it('refuses unknown and empty elements, and arrays where none may be', () => {
    expect(takes(schema, { ...claim(), colour: 'red' })).toBe(false);
    expect(takes(schema, { ...claim(), item: [] })).toBe(false);
    expect(takes(schema, { ...claim(), billablePeriod: {} })).toBe(false);
    expect(takes(schema, { ...claim(), status: ['active'] })).toBe(false);
  });

  it('lists the codes of a required binding where they are few', () => {
    expect(partOf(schema, 'properties', 'status')).toEqual({
      type: 'string',
      enum: ['active', 'cancelled', 'draft', 'entered-in-error'],
    });
    expect(partOf(schema, 'properties', 'language')).toEqual({ $ref: '#/definitions/code' });
    expect(properties(schema, 'definitions', 'Money')).toMatchObject({ currency: { $ref: '#/definitions/code' } });
  });

  it('goes round where a content reference does', () => {
    const questionnaire = schemaOf('Questionnaire');
    expect(properties(questionnaire, 'definitions', 'QuestionnaireItem')).toMatchObject({
      item: { items: { $ref: '#/definitions/QuestionnaireItem' } },
    });
  });

  it('leaves resources inside it open', () => {
    const contained = [{ resourceType: 'Organization', id: 'org', colour: 'red' }];
    expect(takes(schemaOf('Patient'), { ...patient(), contained })).toBe(true);
    expect(takes(schemaOf('Patient'), { ...patient(), contained: [{ id: 'org' }] })).toBe(false);
    expect(takes(schemaOf('DomainResource'), claim())).toBe(true);
  });
});

describe('the schema of a data type', () => {
  it('is an object without resourceType, or the primitive', () => {
    expect(takes(schemaOf('HumanName'), { given: ['Jane'] })).toBe(true);
    expect(takes(schemaOf('HumanName'), { resourceType: 'HumanName', given: ['Jane'] })).toBe(false);
    expect(takes(schemaOf('date'), '2024-02')).toBe(true);
    expect(takes(schemaOf('date'), '2024-13')).toBe(false);
  });
});

describe('the schema of a profile', () => {
  it('has what the profile asks at every depth, under names of its own', () => {
    const schema = schemaOfProfile('Claim', [
      ['Claim.item', { max: '3' }],
      ['Claim.item.quantity', { min: 1 }],
      ['Claim.item.quantity.value', { min: 1, maxValueDecimal: 10 }],
      ['Claim.subType', { max: '0' }],
    ]);
    expect(properties(schema)).not.toHaveProperty('subType');
    expect(properties(schema)).toMatchObject({
      item: { items: { $ref: '#/definitions/Tried_Item' }, maxItems: 3 },
      identifier: { items: { $ref: '#/definitions/Identifier' } },
    });
    expect(properties(schema, 'definitions', 'Tried_Item')).toMatchObject({
      quantity: { $ref: '#/definitions/Tried_ItemQuantity' },
      detail: { items: { $ref: '#/definitions/ClaimItemDetail' } },
    });
    expect(properties(schema, 'definitions', 'Tried_ItemQuantity')).toMatchObject({
      value: { type: 'number', maximum: 10 },
    });
    expect(properties(schema, 'definitions', 'ClaimItemDetail')).toMatchObject({
      quantity: { $ref: '#/definitions/Quantity' },
    });
  });

  it('has fixed values and patterns', () => {
    const concept = { coding: [{ system: 'http://example.org/kinds', code: 'a' }] };
    const schema = schemaOfProfile('Claim', [
      ['Claim.use', { fixedCode: 'claim' }],
      ['Claim.type', { patternCodeableConcept: concept }],
    ]);
    const type = { coding: [{ code: 'b' }, { ...concept.coding[0]!, display: 'A' }], text: 'A' };
    expect(takes(schema, { ...claim(), type })).toBe(true);
    expect(takes(schema, { ...claim(), type: { coding: [{ code: 'a' }] } })).toBe(false);
    expect(takes(schema, { ...claim(), type, use: 'preauthorization' })).toBe(false);
    // A twin alone has not the value.
    expect(partOf(schema, 'required')).toContain('use');
  });

  it('has the types that are left of a choice, and asks of a slice no more than that it is there', () => {
    const schema = schemaOfProfile('Observation', [
      ['Observation.value[x]', { min: 1, type: [{ code: 'Quantity' }, { code: 'string' }] }],
      ['Observation.category', { slicing: { discriminator: [{ type: 'value', path: 'text' }], rules: 'open' } }],
      ['Observation.category:a', { sliceName: 'a', min: 1 }],
      ['Observation.category:a.text', { min: 1, fixedString: 'a' }],
    ]);
    expect(Object.keys(properties(schema)!).filter(name => name.startsWith('value'))).toEqual([
      'valueQuantity',
      'valueString',
    ]);
    expect(properties(schema)).toMatchObject({ category: { items: { $ref: '#/definitions/CodeableConcept' } } });
    expect(partOf(schema, 'required')).toContain('category');
  });

  it('takes the words of the profile for people, where it has some', () => {
    const schema = schemaOfProfile('Claim', [['Claim.patient', { short: 'The insured person' }]]);
    expect(properties(schema)).toMatchObject({
      patient: { description: 'The insured person', $ref: '#/definitions/Reference' },
    });
  });

  it('of an extension has the one value', () => {
    const schema = schemaOf('http://hl7.org/fhir/StructureDefinition/patient-birthPlace');
    expect(Object.keys(properties(schema)!).filter(name => !name.startsWith('_'))).toEqual([
      'id',
      'url',
      'valueAddress',
    ]);
    expect(takes(schema, { url: String(schema.$id), valueAddress: { city: 'Arusha' } })).toBe(true);
    expect(takes(schema, { url: 'http://example.org/other', valueAddress: { city: 'Arusha' } })).toBe(false);
  });
});
