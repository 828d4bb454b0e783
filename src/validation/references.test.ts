import { describe, expect, it } from 'vitest';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { claim, faultsOf, patient, r4 } from './test-resources.ts';

const validator = createValidator(r4);
const faults = (resource: JsonObject) => faultsOf(validator, resource);

describe('a reference', () => {
  it.each([
    'Patient/1',
    'Patient/1/_history/2',
    'http://example.org/fhir/Patient/1',
    'https://example.org/anything?x=1',
    'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
    'urn:oid:1.2.3',
    'Patient/1#part',
    '#',
  ])('may be %s', reference => {
    expect(faults({ ...patient(), link: [{ other: { reference }, type: 'seealso' }] })).toEqual([]);
  });

  it.each([
    'joe-doe',
    '1',
    '/Patient/1',
    'Patient/',
    'Patient/a b',
    'Patient',
    'patient/1',
    'Patint/1',
    'Patient?name=x',
    `Patient/${'x'.repeat(65)}`,
  ])('may not be %s', reference => {
    expect(faults({ ...claim(), patient: { reference } })).toEqual(['reference-format Claim.patient.reference']);
  });

  it('may be a search where it stands in a Bundle', () => {
    const resource = { ...claim(), patient: { reference: 'Patient?identifier=1' } };
    const entry = [{ resource, request: { method: 'POST', url: 'Claim' } }];
    expect(faults({ resourceType: 'Bundle', type: 'transaction', entry })).toEqual([]);
  });

  it.each([
    [{ reference: 'Organization/1' }],
    [{ reference: 'http://example.org/fhir/Organization/1' }],
    [{ type: 'Organization', identifier: { value: '1' } }],
    [{ type: 'Organization', reference: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' }],
  ])('points only to types that are allowed: %j', found => {
    expect(faults({ ...claim(), patient: found })).toEqual(['reference-target Claim.patient']);
  });

  it('to a contained resource points only to types that are allowed', () => {
    const contained = [{ resourceType: 'Organization', id: 'x', name: 'n' }];
    expect(faults({ ...claim(), contained, patient: { reference: '#x' } })).toEqual(['reference-target Claim.patient']);
    expect(faults({ ...claim(), contained, provider: { reference: '#x' } })).toEqual([]);
  });

  it('says the type that it points to, if it says one', () => {
    expect(faults({ ...claim(), patient: { reference: 'Patient/1', type: 'Group' } })).toEqual([
      'reference-target Claim.patient.type',
    ]);
  });

  it('to a type that R4 does not name is a warning where the server is lenient', () => {
    const lenient = createValidator(r4, { baseTargets: 'warning' });
    const found = { ...claim(), patient: { reference: 'Organization/1' } } as Resource;
    expect(lenient.validate(found, [])).toEqual([]);
    expect(lenient.explain(found, []).map(({ severity, rule }) => `${severity} ${rule}`)).toContain(
      'warning reference-target',
    );
  });
});

describe('a contained resource', () => {
  const withContained = (...contained: JsonObject[]) => ({ ...claim(), contained, provider: { reference: '#x' } });
  const organization = { resourceType: 'Organization', id: 'x', name: 'n' };

  it('is judged by its type', () => {
    expect(faults(withContained({ ...organization, nam: 'x' }))).toEqual(['element-unknown Claim.contained[0].nam']);
  });
  it('exists where something refers to it', () => {
    expect(faults({ ...claim(), provider: { reference: '#x' } })).toEqual([
      'reference-contained Claim.provider.reference',
    ]);
  });
  it('is referred to, or refers to what contains it', () => {
    expect(faults(withContained(organization, { ...organization, id: 'y' }))).toEqual([
      'contained-unreferenced Claim.contained[1]',
    ]);
    const back = { resourceType: 'Basic', id: 'z', code: { text: 'x' }, subject: { reference: '#' } };
    expect(faults(withContained(organization, back))).toEqual([]);
    expect(
      faults(withContained({ ...organization, partOf: { reference: '#y' } }, { ...organization, id: 'y' })),
    ).toEqual([]);
  });
  it('has an id of its own', () => {
    expect(faults(withContained(organization, organization))).toEqual(['contained-id Claim.contained[1]']);
    const { id: _, ...without } = organization;
    expect(faults(withContained(organization, without))).toEqual(['contained-id Claim.contained[1]']);
  });
  it('contains no other', () => {
    const inner = { ...organization, id: 'y', partOf: { reference: '#x' } };
    expect(faults(withContained({ ...organization, contained: [inner] }))).toContain(
      'contained-nested Claim.contained[0]',
    );
  });
  it('has no version and no security label', () => {
    for (const meta of [{ versionId: '1' }, { lastUpdated: '2024-01-01T00:00:00Z' }, { security: [{ code: 'R' }] }]) {
      expect(faults(withContained({ ...organization, meta }))).toEqual(['contained-meta Claim.contained[0]']);
    }
    expect(faults(withContained({ ...organization, meta: { tag: [{ code: 'x' }] } }))).toEqual([]);
  });
});
