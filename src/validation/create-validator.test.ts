import { describe, expect, it } from 'vitest';
import { parseResource } from '../fhir/parse-resource.ts';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import {
  bundle,
  claim,
  coverage,
  faultsOf,
  parameters,
  patient,
  questionnaire,
  r4,
  validResources,
} from './test-resources.ts';

const validator = createValidator(r4);
const judge = (resource: JsonObject, profiles: string[] = []) => validator.validate(resource as Resource, profiles);
const faults = (resource: JsonObject) => faultsOf(validator, resource);

describe('a valid resource', () => {
  it.each(Object.entries(validResources))('%s has no issues', (_, make) => {
    expect(judge(make())).toEqual([]);
  });
});

describe('the resource itself', () => {
  it('needs a resourceType of R4, and the nearest is told', () => {
    const [issue] = judge({ resourceType: 'Cliam' });
    expect(issue).toMatchObject({ rule: 'resource-type-unknown', code: 'structure' });
    expect(issue?.diagnostics).toContain('`Claim`');
    expect(faults({})).toEqual(['resource-type-unknown Resource']);
    expect(faults({ resourceType: 7 })).toEqual(['resource-type-unknown Resource']);
  });
  it('may be of no abstract type', () => {
    expect(faults({ resourceType: 'DomainResource' })).toEqual(['resource-type-unknown Resource']);
  });
});

describe('elements', () => {
  it('that the type does not have are refused with the name that was meant', () => {
    const [issue] = judge({ ...claim(), itmes: [] });
    expect(issue).toMatchObject({ rule: 'element-unknown', expression: 'Claim.itmes' });
    expect(issue?.diagnostics).toContain('Did you mean `item`?');
  });
  it('that a nested type does not have are refused', () => {
    const found = claim();
    found.item = [{ sequence: 1, productOrService: { text: 'x', txt: 'y' } }];
    expect(faults(found)).toEqual(['element-unknown Claim.item[0].productOrService.txt']);
  });
  it('named like properties of every JavaScript object are unknown like others', () => {
    const odd = JSON.parse('{"resourceType":"Patient","__proto__":{"a":1},"constructor":{},"toString":"x"}');
    expect(faults(odd)).toEqual([
      'element-unknown Patient.__proto__',
      'element-unknown Patient.constructor',
      'element-unknown Patient.toString',
    ]);
  });
  it('that are required are missed at every level', () => {
    const { status: _, ...rest } = claim();
    const found = {
      ...rest,
      item: [{ sequence: 1, productOrService: { text: 'x' } }, { productOrService: { text: 'y' } }],
    };
    expect(faults(found)).toEqual(['cardinality-min Claim.status', 'cardinality-min Claim.item[1].sequence']);
  });
  it('of a choice are required by the choice', () => {
    expect(faults({ ...claim(), diagnosis: [{ sequence: 1 }] })).toEqual([
      'cardinality-min Claim.diagnosis[0].diagnosis',
    ]);
  });
  it('of a choice stand once', () => {
    const found = { ...patient(), multipleBirthBoolean: true };
    expect(faults(found)).toEqual(['choice-many Patient.multipleBirth']);
  });
  it('of a choice may not be of a type that it does not offer', () => {
    expect(faults({ ...patient(), multipleBirthString: 'x' })).toEqual(['element-unknown Patient.multipleBirthString']);
  });
  it('that repeat are arrays and others are not', () => {
    expect(faults({ ...claim(), item: { sequence: 1, productOrService: { text: 'x' } } })).toEqual([
      'type-wrong Claim.item',
    ]);
    expect(faults({ ...claim(), use: ['claim'] })).toEqual(['type-wrong Claim.use']);
    expect(faults({ ...claim(), total: [{ value: 1 }] })).toEqual(['type-wrong Claim.total']);
  });
  it('are neither null nor empty', () => {
    expect(faults({ ...claim(), total: null })).toEqual(['element-empty Claim.total']);
    expect(faults({ ...claim(), total: {} })).toEqual(['element-empty Claim.total']);
    expect(faults({ ...claim(), total: { id: 'x' } })).toEqual(['element-empty Claim.total']);
    expect(faults({ ...claim(), related: [] })).toEqual(['element-empty Claim.related']);
    expect(faults({ ...claim(), related: [{}] })).toEqual(['element-empty Claim.related[0]']);
    expect(faults({ ...claim(), related: [null] })).toEqual(['element-empty Claim.related[0]']);
    expect(faults({ ...claim(), created: '' })).toEqual(['format-wrong Claim.created']);
  });
  it('have the JSON type of their data type', () => {
    expect(faults({ ...patient(), active: 'true' })).toEqual(['type-wrong Patient.active']);
    expect(faults({ ...claim(), patient: 'Patient/p1' })).toEqual(['type-wrong Claim.patient']);
    expect(faults({ ...claim(), total: { value: '10.50' } })).toEqual(['type-wrong Claim.total.value']);
    expect(faults({ ...claim(), created: { value: '2024' } })).toEqual(['type-wrong Claim.created']);
  });
  it('have the form of their data type', () => {
    expect(faults({ ...patient(), birthDate: '2023-02-29' })).toEqual(['format-wrong Patient.birthDate']);
    expect(faults({ ...patient(), id: 'a b' })).toEqual(['format-wrong Patient.id']);
    const [issue] = judge({ ...claim(), item: [{ sequence: 0, productOrService: { text: 'x' } }] });
    expect(issue).toMatchObject({ rule: 'format-wrong', code: 'value', expression: 'Claim.item[0].sequence' });
    expect(issue?.diagnostics).toContain('between 1 and 2147483647');
  });
  it('whose values look like a mistake are a warning when asked', () => {
    const found = { ...patient(), name: [{ text: ' Jane ' }], birthDate: '0190-02-03' };
    expect(faults(found)).toEqual([]);
    expect(validator.explain(found as Resource, [])).toMatchObject([
      { severity: 'warning', rule: 'value-suspicious', expression: 'Patient.name[0].text' },
      { severity: 'warning', rule: 'value-suspicious', expression: 'Patient.birthDate' },
      { severity: 'warning', rule: 'invariant-failed', expression: 'Patient' },
    ]);
  });
  it('that are systems are whole', () => {
    const coded = (system: string) => faults({ ...claim(), type: { coding: [{ system, code: 'x' }] } });
    expect(coded('urn:oid:1.2.3')).toEqual([]);
    expect(coded('CodeSystem/x')).toEqual(['format-wrong Claim.type.coding[0].system']);
    const identified = (system: string, value: string) => faults({ ...claim(), identifier: [{ system, value }] });
    expect(identified('claims', '1')).toEqual(['format-wrong Claim.identifier[0].system']);
    expect(identified('urn:ietf:rfc:3986', 'urn:oid:1.2.3')).toEqual([]);
    expect(identified('urn:ietf:rfc:3986', '123')).toEqual(['format-wrong Claim.identifier[0].value']);
  });
  it('that are integers are written without point and exponent', () => {
    const judged = (text: string) => {
      const { resource, written } = parseResource(Buffer.from(text), 20);
      return validator.validate(resource, [], written).map(({ rule, expression }) => `${rule} ${expression}`);
    };
    const text = JSON.stringify({ ...claim(), extension: undefined });
    expect(
      judged(text.replace('"value":61.5', '"value":61.0').replace('"quantity":', '"factor":1.0,"quantity":')),
    ).toEqual([]);
    for (const wrong of ['1.0', '1e0', '10E-1']) {
      expect(judged(text.replaceAll('"sequence":1,', `"sequence":${wrong},`))).toContain(
        'format-wrong Claim.item[0].sequence',
      );
    }
    expect(judged(text.replace('"sequence":2,', '"sequence":2.0,'))).toEqual(['format-wrong Claim.item[1].sequence']);
  });
  it('may have ids with any text, other than resources', () => {
    expect(faults({ ...claim(), total: { id: 'any text', value: 1 } })).toEqual([]);
  });
  it('have ids of their own within the resource', () => {
    const named = (...ids: string[]) => faults({ ...patient(), name: ids.map(id => ({ id, text: 'x' })) });
    expect(named('1', '2')).toEqual([]);
    expect(named('1', '1')).toEqual(['id-repeated Patient.name[1].id']);
    expect(faults({ ...patient(), name: [{ id: 'b', text: 'x' }] })).toEqual(['id-repeated Patient.birthDate.id']);
    const twin = { id: 'b', extension: [{ url: 'http://example.org/x', valueBoolean: true }] };
    expect(faults({ ...patient(), gender: 'male', _gender: twin })).toEqual(['id-repeated Patient.birthDate.id']);
    const element = [{ id: 'Patient', path: 'Patient' }];
    const definition = {
      resourceType: 'StructureDefinition',
      url: 'http://example.org/x',
      name: 'X',
      status: 'draft',
      kind: 'resource',
      abstract: false,
      type: 'Patient',
      differential: { element },
      snapshot: { element: element.map(one => ({ ...one, min: 0, max: '*', base: { ...one, min: 0, max: '*' } })) },
    };
    expect(faults(definition).filter(fault => fault.startsWith('id-repeated'))).toEqual([]);
    const contained = [{ resourceType: 'Organization', id: 'org', name: 'x', _name: { id: 'b' } }];
    expect(faults({ ...patient(), contained })).toEqual([]);
  });
  it('that repeat their own content are judged by it at every depth', () => {
    const found = questionnaire();
    found.item = [{ linkId: '1', type: 'group', item: [{ linkId: '1.1', type: 'group', item: [{ type: 'string' }] }] }];
    expect(faults(found)).toEqual(['cardinality-min Questionnaire.item[0].item[0].item[0].linkId']);
  });
});

describe('the object beside a primitive', () => {
  it('makes up for a value that is missing', () => {
    const { created: _, ...rest } = claim();
    const reason = {
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
    };
    expect(faults({ ...rest, _created: reason })).toEqual([]);
  });
  it('holds an id or extensions and nothing else', () => {
    expect(faults({ ...patient(), _birthDate: {} })).toEqual(['element-empty Patient.birthDate']);
    expect(faults({ ...patient(), _birthDate: { value: 'x' } })).toEqual(['element-unknown Patient.birthDate.value']);
    expect(faults({ ...patient(), _birthDate: [{ id: 'x' }] })).toEqual(['type-wrong Patient.birthDate']);
    expect(faults({ ...patient(), _birthDate: { extension: [{ url: 'http://example.org/x' }] } })).toEqual([
      'invariant-failed Patient.birthDate.extension[0]',
    ]);
  });
  it('stands at the place of its item in an array', () => {
    const named = (name: JsonObject) => faults({ ...patient(), name: [name] });
    const twin = { extension: [{ url: 'http://example.org/x', valueBoolean: true }] };
    expect(named({ given: [null, 'B'], _given: [twin, null] })).toEqual([]);
    expect(named({ _given: [twin] })).toEqual([]);
    expect(named({ given: [null, 'B'], _given: [null, twin] })).toEqual(['element-empty Patient.name[0].given[0]']);
    expect(named({ given: ['A', null] })).toEqual(['element-empty Patient.name[0].given[1]']);
    expect(named({ given: ['A'], _given: [null] })).toEqual(['element-empty Patient.name[0].given']);
    expect(named({ given: ['A'], _given: twin })).toEqual(['type-wrong Patient.name[0].given']);
  });
  it('does not exist for complex types', () => {
    expect(faults({ ...claim(), _patient: { id: 'x' } })).toEqual(['element-unknown Claim._patient']);
  });
});

describe('codes', () => {
  it('outside of a required value set are refused with some that are allowed', () => {
    const [issue] = judge({ ...claim(), use: 'clam' });
    expect(issue).toMatchObject({ rule: 'code-not-in-value-set', code: 'code-invalid', expression: 'Claim.use' });
    expect(issue?.diagnostics).toContain('Did you mean `claim`?');
    expect(issue?.diagnostics).toContain('`preauthorization`');
  });
  it('of data types are judged too', () => {
    expect(faults({ ...patient(), telecom: [{ system: 'fone', value: '1' }] })).toEqual([
      'code-not-in-value-set Patient.telecom[0].system',
    ]);
  });
  it('of currencies are those of ISO 4217', () => {
    expect(faults({ ...claim(), total: { value: 1, currency: '$' } })).toEqual([
      'code-not-in-value-set Claim.total.currency',
    ]);
  });
  it('outside of an extensible value set are a warning when asked', () => {
    const { extension: _, ...rest } = claim();
    const found = { ...rest, type: { coding: [{ system: 'http://example.org', code: 'x' }] } };
    expect(faults(found)).toEqual([]);
    expect(validator.explain(found as Resource, [])).toMatchObject([
      { severity: 'warning', rule: 'code-not-judged', expression: 'Claim.type.coding[0]' },
      { severity: 'warning', rule: 'code-not-in-value-set', expression: 'Claim.type' },
    ]);
  });
});

describe('invariants', () => {
  it('within data types are judged with their place', () => {
    const found = { ...claim(), billablePeriod: { start: '2024-05-03', end: '2024-05-01' } };
    expect(faults(found)).toEqual(['invariant-failed Claim.billablePeriod']);
    expect(judge(found)[0]?.diagnostics).toContain('per-1');
  });
  it('of elements are judged on each of their values', () => {
    const found = { ...patient(), contact: [{ name: { text: 'A' } }, { gender: 'male' }] };
    expect(faults(found)).toEqual(['invariant-failed Patient.contact[1]']);
  });
  it('of types are judged', () => {
    expect(faults({ resourceType: 'Organization', active: true })).toEqual(['invariant-failed Organization']);
    expect(
      faults({
        ...claim(),
        total: undefined as never,
        item: [{ sequence: 1, productOrService: { text: 'x' }, quantity: { value: 1, code: 'kg' } }],
      }),
    ).toEqual(['invariant-failed Claim.item[0].quantity']);
  });
  it('that are best practice only are told when all is asked for, and never on a write', () => {
    expect(validator.explain(coverage(), [])).toMatchObject([
      { severity: 'warning', rule: 'invariant-failed', expression: 'Coverage' },
    ]);
    expect(judge({ ...coverage(), status: 'actve' }).map(({ expression }) => expression)).toEqual(['Coverage.status']);
    const contained = {
      ...coverage(),
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
    };
    expect(validator.explain(contained, [])).toEqual([]);
  });
});

describe('bundles and parameters', () => {
  it('have their resources judged, each with its own contained ones', () => {
    const found = bundle() as Resource & { entry: { resource: JsonObject }[] };
    found.entry[0]!.resource.gender = 'f';
    found.entry[1]!.resource.policyHolder = { reference: '#org' };
    expect(faults(found)).toEqual([
      'code-not-in-value-set Bundle.entry[0].resource.gender',
      'reference-contained Bundle.entry[1].resource.policyHolder.reference',
    ]);
  });
  it('refuse what is no resource in the place of one', () => {
    expect(faults({ resourceType: 'Parameters', parameter: [{ name: 'x', resource: { id: 'x' } }] })).toEqual([
      'resource-type-unknown Parameters.parameter[0].resource',
    ]);
    expect(faults({ resourceType: 'Parameters', parameter: [{ name: 'x', resource: 'x' }] })).toEqual([
      'type-wrong Parameters.parameter[0].resource',
    ]);
  });
  it('hold the rules of their kind: a transaction has a request in every entry', () => {
    expect(faults({ resourceType: 'Bundle', type: 'transaction', entry: [{ resource: coverage() }] })).toEqual([
      'invariant-failed Bundle',
    ]);
    expect(faults({ resourceType: 'Bundle', type: 'collection', total: 1 })).toEqual(['invariant-failed Bundle']);
    expect(
      faults({ resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl: 'http://example.org/Patient/1' }] }),
    ).toEqual(['invariant-failed Bundle.entry[0]']);
    const same = { fullUrl: 'http://example.org/Patient/p1', resource: patient() };
    expect(faults({ resourceType: 'Bundle', type: 'collection', entry: [same, same] })).toEqual([
      'invariant-failed Bundle',
    ]);
  });
  it('name their entries by absolute URLs that agree with the resource', () => {
    const entry = (fullUrl: string) =>
      faults({ resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl, resource: patient() }] });
    expect(entry('http://example.org/fhir/Patient/p1')).toEqual([]);
    expect(entry('urn:uuid:c757873d-ec9a-4326-a141-556f43239520')).toEqual([]);
    expect(entry('http://example.org/people')).toEqual([]);
    for (const wrong of ['Patient/p1', 'http://example.org/fhir/Patient/p2', 'http://example.org/fhir/Group/p1']) {
      expect(entry(wrong)).toEqual(['bundle-full-url Bundle.entry[0].fullUrl']);
    }
  });
  it('let a parameter have a value, a resource or parts', () => {
    const one = parameters();
    one.parameter = [{ name: 'x', valueString: 'a', part: [{ name: 'y', valueString: 'b' }] }];
    expect(faults(one)).toEqual(['invariant-failed Parameters.parameter[0]']);
  });
});

describe('issues', () => {
  it('are all told at once, up to the limit', () => {
    const items = Array.from({ length: 500 }, () => ({ sequence: 'x' }));
    expect(judge({ ...claim(), item: items })).toHaveLength(100);
    expect(createValidator(r4, { maxIssues: 3 }).validate({ ...claim(), item: items } as Resource, [])).toHaveLength(3);
  });
  it('hold no value of a person', () => {
    const found = { ...patient(), name: [{ family: 4711, given: ['Secretname\u0000'] }], birthDate: '1990-31-31' };
    const text = JSON.stringify(judge(found as JsonObject));
    for (const value of ['4711', 'Secretname', '1990-31-31']) expect(text).not.toContain(value);
  });
  it('end where nesting has no end in sight', () => {
    let deep: JsonObject = { url: 'http://example.org/x', valueBoolean: true };
    for (let level = 0; level < 100_000; level++) deep = { url: 'http://example.org/x', extension: [deep] };
    expect(faults({ ...coverage(), extension: [deep] })).toEqual(['nesting-too-deep Coverage']);
  });
});
