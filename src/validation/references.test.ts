import { describe, expect, it } from 'vitest';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { profile, urlOf } from './test-profiles.ts';
import { claim, coverage, definitionsWith, faultsOf, patient, r4 } from './test-resources.ts';

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

describe('a reference inside a Bundle', () => {
  const uuid = 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520';
  const bundled = (...references: string[]) => ({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      { fullUrl: uuid, resource: patient() },
      ...references.map((reference, index) => ({
        fullUrl: `http://example.org/fhir/Basic/${index}`,
        resource: { resourceType: 'Basic', id: `${index}`, code: { text: 'x' }, author: { reference } },
      })),
    ],
  });
  const warnings = (resource: JsonObject) =>
    validator
      .explain(resource as Resource, [])
      .filter(({ rule }) => rule.startsWith('reference'))
      .map(({ severity, rule, expression }) => `${severity} ${rule} ${expression}`);

  it('to a urn leads to an entry, or is a warning', () => {
    expect(warnings(bundled(uuid))).toEqual([]);
    expect(warnings(bundled('urn:uuid:00000000-0000-4000-8000-000000000000'))).toEqual([
      'warning reference-unresolved Bundle.entry[1].resource.author.reference',
    ]);
  });
  it('points to a type that is allowed, by what stands there', () => {
    const found = bundled(uuid);
    found.entry[0]!.resource = { resourceType: 'Group', type: 'person', actual: true };
    expect(faults(found)).toEqual(['reference-target Bundle.entry[1].resource.author']);
  });
});

describe('a reference that says nothing', () => {
  it('is a warning', () => {
    const found = { ...coverage(), policyHolder: { id: 'x', type: 'Patient' } };
    expect(validator.explain(found as Resource, [])).toMatchObject([
      { severity: 'warning', rule: 'reference-unresolved', expression: 'Coverage.policyHolder' },
      { severity: 'warning', rule: 'invariant-failed', expression: 'Coverage' },
    ]);
  });
});

describe('a reference to a profile', () => {
  const judge = createValidator(
    definitionsWith(
      profile('held', 'Claim', [
        ['Claim.patient', { type: [{ code: 'Reference', targetProfile: [urlOf('grown')] }] }],
        ['Claim.provider', { type: [{ code: 'Reference', aggregation: ['contained'] }] }],
        ['Claim.facility', { type: [{ code: 'Reference', aggregation: ['bundled'] }] }],
        ['Claim.enterer', { type: [{ code: 'Reference', aggregation: ['referenced', 'bundled'] }] }],
      ]),
      profile('grown', 'Patient', [
        ['Patient.birthDate', { min: 1 }],
        ['Patient.link.other', { type: [{ code: 'Reference', targetProfile: [urlOf('grown')] }] }],
      ]),
    ),
  );
  const held = (claimed: JsonObject) => faultsOf(judge, claimed, [urlOf('held')]);
  const organization = { resourceType: 'Organization', id: 'x', name: 'n' };
  const within = (person: JsonObject, rest: JsonObject = {}) => ({
    ...claim(),
    contained: [organization, { resourceType: 'Patient', id: 'p', ...person }],
    provider: { reference: '#x' },
    patient: { reference: '#p' },
    ...rest,
  });

  it('is held to it where the target is contained', () => {
    expect(held(within({ birthDate: '1990' }))).toEqual([]);
    expect(held(within({ gender: 'female' }))).toEqual(['profile-mismatch Claim.patient']);
  });
  it('is not held to it where the target is elsewhere', () => {
    expect(held(within({ birthDate: '1990', link: [] }, { patient: { reference: 'Patient/1' } }))).not.toContain(
      'profile-mismatch Claim.patient',
    );
  });
  it('may lead in a circle', () => {
    const link = [{ other: { reference: '#p' }, type: 'seealso' }];
    expect(held(within({ birthDate: '1990', link }))).toEqual([]);
  });
  it('is held to where the target may be', () => {
    expect(held(within({ birthDate: '1990' }, { provider: { reference: 'Organization/1' } }))).toContain(
      'reference-aggregation Claim.provider',
    );
    expect(held(within({ birthDate: '1990' }, { facility: { reference: 'Location/1' } }))).toEqual([
      'reference-aggregation Claim.facility',
    ]);
    expect(held(within({ birthDate: '1990' }, { enterer: { reference: 'Practitioner/1' } }))).toEqual([]);
    const contained = [{ resourceType: 'Practitioner', id: 'e' }, ...(within({ birthDate: '1990' }).contained as [])];
    expect(held(within({ birthDate: '1990' }, { contained, enterer: { reference: '#e' } }))).toEqual([
      'reference-aggregation Claim.enterer',
    ]);
  });
  it('is held to it in a Bundle, whatever way it names the target', () => {
    const entries = (birthDate: JsonObject, reference: string) => ({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        {
          fullUrl: 'http://example.org/fhir/Patient/p9',
          resource: { resourceType: 'Patient', id: 'p9', gender: 'female', ...birthDate },
        },
        {
          fullUrl: 'http://example.org/fhir/Claim/c9',
          resource: {
            ...within({ birthDate: '1990' }, { patient: { reference }, contained: [organization] }),
            id: 'c9',
            meta: { profile: [urlOf('held')] },
          },
        },
      ],
    });
    for (const reference of ['Patient/p9', 'http://example.org/fhir/Patient/p9', 'Patient/p9/_history/1']) {
      expect(faultsOf(judge, entries({ birthDate: '1990' }, reference))).toEqual([]);
      expect(faultsOf(judge, entries({}, reference))).toEqual(['profile-mismatch Bundle.entry[1].resource.patient']);
    }
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
  it('may be referred to by an extension, a canonical, or another contained one', () => {
    const extended = { url: 'http://example.org/x', valueReference: { reference: '#x' } };
    expect(faults({ ...claim(), contained: [organization], extension: [extended] })).toEqual([]);
    const questionnaire = { resourceType: 'Questionnaire', id: 'q', status: 'draft' };
    const answered = { resourceType: 'QuestionnaireResponse', status: 'completed', contained: [questionnaire] };
    expect(faults({ ...answered, questionnaire: '#q' })).toEqual([]);
    expect(faults(answered)).toEqual(['contained-unreferenced QuestionnaireResponse.contained[0]']);
    const inner = { resourceType: 'Basic', id: 'b', code: { text: 'x' }, author: { reference: '#missing' } };
    expect(faults({ ...claim(), contained: [inner], provider: { reference: '#b' } })).toContain(
      'reference-contained Claim.contained[0].author.reference',
    );
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
