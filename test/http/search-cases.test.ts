import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { resourcesOf, useServer } from './start-server.ts';

const server = useServer({ KIUNGO_CAPABILITIES: 'r4' });

const UCUM = 'http://unitsofmeasure.org';
const LOINC = 'http://loinc.org';
const V2 = 'http://terminology.hl7.org/CodeSystem/v2-0203';
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const GENDERS = 'http://hl7.org/fhir/ValueSet/administrative-gender';

const coded = (system: string, code: string, text?: string): JsonObject => ({
  coding: [{ system, code }],
  ...(text !== undefined && { text }),
});

const quantity = (value: number, code: string, more: JsonObject = {}): JsonObject => ({
  value,
  unit: code,
  system: UCUM,
  code,
  ...more,
});

const observation = (id: string, code: string, more: JsonObject): Resource => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: coded(LOINC, code),
  ...more,
});

const pressure = (code: string, value: number): JsonObject => ({
  code: coded(LOINC, code),
  valueQuantity: quantity(value, 'mm[Hg]'),
});

const riskOf = (id: string, probability: number): Resource => ({
  resourceType: 'RiskAssessment',
  id,
  status: 'final',
  subject: { reference: 'Patient/zuri' },
  prediction: [{ probabilityDecimal: probability }],
});

const place = (id: string, latitude: number, longitude: number): Resource => ({
  resourceType: 'Location',
  id,
  position: { latitude, longitude },
});

const claim = (id: string, patient: JsonObject, provider: string, more: JsonObject = {}): Resource => ({
  resourceType: 'Claim',
  id,
  status: 'active',
  use: 'claim',
  type: coded('urn:visit', 'O'),
  patient,
  provider: { reference: provider },
  created: '2026-03-01',
  priority: coded('urn:priority', 'normal'),
  insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/zuri' } }],
  ...more,
});

const WORLD: Resource[] = [
  { resourceType: 'Organization', id: 'region', name: 'Mwanza Region', active: true },
  {
    resourceType: 'Organization',
    id: 'hospital',
    name: 'Sekou Touré Hospital',
    partOf: { reference: 'Organization/region' },
  },
  { resourceType: 'Organization', id: 'clinic', name: 'Bugando Clinic', active: false },
  {
    resourceType: 'Patient',
    id: 'zuri',
    meta: {
      profile: ['http://a.example/p/one|1.0'],
      tag: [{ system: 'urn:t', code: 'vip', display: 'Very Important' }],
    },
    identifier: [{ type: coded(V2, 'MR'), system: 'urn:ids', value: '100' }],
    name: [{ family: 'Sadiki', given: ['Zuri'] }],
    gender: 'female',
    birthDate: '1990-05-17',
    managingOrganization: { reference: 'Organization/hospital' },
  },
  {
    resourceType: 'Patient',
    id: 'tito',
    meta: { source: 'http://a.example/feed/2', security: [{ system: 'urn:sec', code: 'R' }] },
    identifier: [{ type: coded(V2, 'SS'), value: '100' }],
    name: [{ family: 'Áñez', given: ['Tito'] }],
    gender: 'male',
    managingOrganization: { reference: 'Organization/clinic' },
  },
  {
    resourceType: 'Patient',
    id: 'asha',
    name: [{ family: 'Mwangi' }, { family: 'Zola' }],
    gender: 'unknown',
    birthDate: '1990',
    deceasedBoolean: true,
    managingOrganization: { display: 'somewhere' },
  },
  claim('c1', { reference: 'Patient/zuri' }, 'Organization/hospital'),
  claim('c2', { reference: 'Patient/tito' }, 'Organization/hospital', { status: 'cancelled', created: '2026-03-02' }),
  claim('c3', { identifier: { system: 'urn:ids', value: '100' } }, 'Organization/clinic', { created: '2026-02-01' }),
  claim('c4', { reference: 'Patient/nobody' }, 'Practitioner/nobody'),
  observation('weight', '29463-7', { subject: { reference: 'Patient/zuri' }, valueQuantity: quantity(71.5, 'kg') }),
  observation('grams', '29463-7', { subject: { reference: 'Patient/tito' }, valueQuantity: quantity(71_500, 'g') }),
  observation('under', '29463-7', { valueQuantity: quantity(50, 'kg', { comparator: '<' }) }),
  observation('tablets', '1-8', { valueQuantity: { value: 3, unit: 'tablets' } }),
  observation('said', '8-1', { valueString: 'Very well', effectiveDateTime: '2026-01-05' }),
  observation('coded', '8-2', {
    valueCodeableConcept: coded('urn:v', 'yes', 'Yes, surely'),
    effectivePeriod: { start: '2026-01-01', end: '2026-01-31' },
  }),
  observation('pressure', '85354-9', { component: [pressure('8480-6', 120), pressure('8462-4', 80)] }),
  riskOf('r1', 0.1),
  riskOf('r2', 0.5),
  riskOf('r3', 0.55),
  riskOf('r4', 2),
  place('mwanza', -2.516, 32.917),
  place('dar', -6.8, 39.28),
  place('fiji', -17.8, 179.9),
  { resourceType: 'ValueSet', id: 'v1', url: 'http://a.example/fhir/ValueSet/one', status: 'draft' },
  { resourceType: 'ValueSet', id: 'v2', url: 'http://a.example/fhir', status: 'active' },
  { resourceType: 'ValueSet', id: 'v3', url: 'http://a.example/fhirx', status: 'active' },
  {
    resourceType: 'Coverage',
    id: 'zuri',
    status: 'active',
    type: coded(ACT, 'EHCPOL'),
    beneficiary: { reference: 'Patient/zuri' },
    payor: [{ reference: 'Organization/region' }],
  },
  {
    resourceType: 'Group',
    id: 'village',
    type: 'person',
    actual: true,
    characteristic: [
      { code: coded('urn:c', 'poor'), valueBoolean: true, exclude: false },
      { code: coded('urn:c', 'rural'), valueBoolean: false, exclude: false },
    ],
  },
];

beforeAll(async () => {
  for (const resource of WORLD) {
    const { status, text } = await server.put(`${resource.resourceType}/${resource.id}`, resource);
    expect({ status, text }).toEqual({ status: 201, text });
  }
});

/** A query and the ids that it finds; in their order where the query sorts. */
type Case = [query: string, ids: string];

const CASES: Record<string, Case[]> = {
  token: [
    ['Patient?gender=http://hl7.org/fhir/administrative-gender|male', 'tito'],
    ['Patient?gender=|male', 'tito'],
    ['Patient?gender:not=male', 'asha zuri'],
    ['Patient?gender:not=male,female', 'asha'],
    ['Patient?identifier:not=urn:ids|100', 'asha tito'],
    ['Patient?identifier=100', 'tito zuri'],
    [`Patient?identifier:of-type=${V2}|MR|100`, 'zuri'],
    [`Patient?identifier:of-type=${V2}|MR|101`, ''],
    [`Patient?gender:in=${GENDERS}`, 'asha tito zuri'],
    ['Patient?gender:in=ValueSet/administrative-gender', 'asha tito zuri'],
    [`Patient?gender:not-in=${GENDERS}`, ''],
    [`Coverage?type:below=${ACT}|_ActCoverageTypeCode`, 'zuri'],
    [`Coverage?type:above=${ACT}|EHCPOL`, 'zuri'],
    ['Observation?value-concept:text=yes', 'coded'],
    ['Observation?value-concept:text=surely', ''],
    ['Patient?_tag=urn:t|vip', 'zuri'],
    ['Patient?_tag:text=very', 'zuri'],
    ['Patient?_security=R', 'tito'],
    ['Patient?_tag:not=urn:t|vip', 'asha tito'],
    ['Organization?active=true', 'region'],
    ['Patient?deceased=true', 'asha'],
  ],
  missing: [
    ['Patient?birthdate:missing=true', 'tito'],
    ['Patient?birthdate:missing=false', 'asha zuri'],
    ['Patient?identifier:missing=true', 'asha'],
    ['Patient?organization:missing=true', ''],
    ['Patient?organization:missing=false', 'asha tito zuri'],
    ['Patient?general-practitioner:missing=true', 'asha tito zuri'],
    ['Patient?general-practitioner:missing=false', ''],
    ['Organization?active:missing=true', 'hospital'],
    ['Organization?active:missing=true&partof:missing=false', 'hospital'],
    ['Observation?value-quantity:missing=true', 'coded pressure said'],
    ['Patient?_id:missing=true', ''],
    ['Patient?_tag:missing=false', 'zuri'],
  ],
  string: [
    ['Patient?family=anez', 'tito'],
    ['Patient?family=mwa,sad', 'asha zuri'],
    ['Patient?family:contains=ADI', 'zuri'],
    ['Patient?family:exact=Sadiki', 'zuri'],
    ['Patient?family:exact=sadiki', ''],
    ['Organization?name=sekou toure', 'hospital'],
  ],
  uri: [
    ['ValueSet?url=http://a.example/fhir', 'v2'],
    ['ValueSet?url:below=http://a.example/fhir', 'v1 v2'],
    ['ValueSet?url:below=http://a.example/fhir/', 'v1'],
    ['ValueSet?url:above=http://a.example/fhir/ValueSet/one/more', 'v1 v2'],
    ['Patient?_profile=http://a.example/p/one|1.0', 'zuri'],
    ['Patient?_profile=http://a.example/p/one', 'zuri'],
    ['Patient?_profile:below=http://a.example/p', 'zuri'],
    ['Patient?_source=http://a.example/feed/2', 'tito'],
    ['Patient?_source:below=http://a.example', 'tito'],
  ],
  date: [
    ['Patient?birthdate=1990', 'asha zuri'],
    ['Patient?birthdate=1990-05', 'zuri'],
    ['Patient?birthdate=ne1990-05-17', 'asha'],
    ['Patient?birthdate=ap1990-05-17', 'asha zuri'],
    ['Observation?date=2026-01', 'coded said'],
    ['Observation?date=gt2026-01-10', 'coded'],
    ['Observation?date=sa2026-01-04', 'said'],
    ['Observation?date=eb2026-01-06', 'said'],
    ['Claim?created=ge2026-02-02&created=lt2026-03-02', 'c1 c4'],
  ],
  number: [
    ['RiskAssessment?probability=0.5', 'r2'],
    ['RiskAssessment?probability=0.50', 'r2'],
    ['RiskAssessment?probability=5e-1', 'r2'],
    ['RiskAssessment?probability=1', 'r2 r3'],
    ['RiskAssessment?probability=2', 'r4'],
    ['RiskAssessment?probability=ne0.5', 'r1 r3 r4'],
    ['RiskAssessment?probability=gt0.5', 'r3 r4'],
    ['RiskAssessment?probability=ge0.5', 'r2 r3 r4'],
    ['RiskAssessment?probability=lt0.5', 'r1'],
    ['RiskAssessment?probability=le0.5', 'r1 r2'],
    ['RiskAssessment?probability=sa0.5', 'r3 r4'],
    ['RiskAssessment?probability=eb0.5', 'r1'],
    ['RiskAssessment?probability=ap0.52', 'r2 r3'],
    ['RiskAssessment?probability=0.1,2.0', 'r1 r4'],
  ],
  quantity: [
    ['Observation?value-quantity=71.5', 'weight'],
    [`Observation?value-quantity=71.5|${UCUM}|kg`, 'grams weight'],
    [`Observation?value-quantity=71500|${UCUM}|g`, 'grams weight'],
    [`Observation?value-quantity=72|${UCUM}|kg`, 'grams weight'],
    [`Observation?value-quantity=gt70000|${UCUM}|g`, 'grams weight'],
    [`Observation?value-quantity=lt60|${UCUM}|kg`, 'under'],
    [`Observation?value-quantity=lt1|${UCUM}|kg`, 'under'],
    [`Observation?value-quantity=ge50|${UCUM}|kg`, 'grams weight'],
    [`Observation?value-quantity=gt1|${UCUM}|m`, ''],
    ['Observation?value-quantity=71.5||kg', 'weight'],
    ['Observation?value-quantity=3||tablets', 'tablets'],
    ['Observation?value-quantity=ap70||kg', 'weight'],
    [`Observation?component-value-quantity=80|${UCUM}|mm[Hg]`, 'pressure'],
    [`Observation?component-value-quantity=12|${UCUM}|cm[Hg]`, 'pressure'],
  ],
  composite: [
    [`Observation?component-code-value-quantity=${LOINC}|8480-6$gt100`, 'pressure'],
    ['Observation?component-code-value-quantity=8480-6$lt100', ''],
    [`Observation?component-code-value-quantity=8462-4$80|${UCUM}|mm[Hg]`, 'pressure'],
    [`Observation?code-value-quantity=${LOINC}|29463-7$71.5|${UCUM}|kg`, 'grams weight'],
    ['Observation?combo-code-value-quantity=29463-7$gt70,8480-6$120', 'grams pressure weight'],
    ['Observation?code-value-concept=8-2$urn:v|yes', 'coded'],
    ['Observation?code-value-string=8-1$very', 'said'],
    ['Group?characteristic-value=poor$true', 'village'],
    ['Group?characteristic-value=poor$false', ''],
    ['Group?characteristic-value=urn:c|$false', 'village'],
  ],
  reference: [
    ['Claim?patient=zuri', 'c1'],
    ['Claim?patient:Patient=zuri', 'c1'],
    ['Claim?provider=hospital', 'c1 c2'],
    ['Claim?provider:Organization=clinic', 'c3'],
    ['Claim?provider:Practitioner=hospital', ''],
    ['Claim?patient:identifier=urn:ids|100', 'c3'],
    ['Claim?patient:missing=true', ''],
  ],
  near: [
    ['Location?near=-2.5|32.9|5|km', 'mwanza'],
    ['Location?near=-2.5|32.9|1|km', ''],
    ['Location?near=-2.5|32.9|1100|km', 'dar mwanza'],
    ['Location?near=-17.8|-179.9|30|km', 'fiji'],
    ['Location?near=-2.5|32.9', 'mwanza'],
  ],
  chains: [
    ['Claim?patient.family=sadiki', 'c1'],
    ['Claim?patient:Patient.gender=male', 'c2'],
    ['Claim?patient.identifier=urn:ids|100', 'c1 c3'],
    ['Claim?patient.organization.name=sekou', 'c1'],
    ['Claim?patient.organization.partof.name=mwanza', 'c1'],
    ['Claim?patient.organization:Organization.partof:Organization._id=region', 'c1'],
    ['Claim?provider.name=bugando', 'c3'],
    ['Claim?patient.birthdate:missing=true', 'c2'],
    ['Claim?patient.gender:not=male', 'c1'],
    ['Claim?patient._tag=vip', 'c1'],
    ['Claim?patient.gender=male,female&status=active', 'c1'],
    ['Claim?patient._lastUpdated=gt2020', 'c1 c2'],
    ['Patient?organization.name=sekou,bugando', 'tito zuri'],
  ],
  _has: [
    ['Patient?_has:Claim:patient:status=active', 'zuri'],
    ['Patient?_has:Claim:patient:status=active,cancelled', 'tito zuri'],
    ['Patient?_has:Claim:patient:status:not=active', 'tito'],
    ['Patient?_has:Claim:patient:provider.name=sekou', 'tito zuri'],
    ['Organization?_has:Patient:organization:_has:Claim:patient:status=cancelled', 'clinic'],
    ['Claim?patient._has:Observation:subject:code=29463-7', 'c1 c2'],
    ['Organization?_has:Organization:partof:name=sekou', 'region'],
    ['Patient?_has:Claim:patient:created=2026-03-02&gender=male', 'tito'],
    ['Patient?_has:Coverage:beneficiary:type=EHCPOL', 'zuri'],
  ],
  _filter: [
    ['Patient?_filter=family eq "Sadiki"', 'zuri'],
    ['Patient?_filter=family sw sad or family co "ñe"', 'tito zuri'],
    ['Patient?_filter=gender eq male or birthdate eq 1990-05', 'tito zuri'],
    ['Patient?_filter=not(gender eq male)', 'asha zuri'],
    ['Patient?_filter=gender ne male and birthdate pr true', 'asha zuri'],
    ['Patient?_filter=birthdate pr false', 'tito'],
    ['Patient?_filter=(gender eq male or gender eq female) and identifier eq 100', 'tito zuri'],
    ['Patient?_filter=not(gender eq male or (gender eq female))', 'asha'],
    [`Patient?_filter=gender in ${GENDERS} and not(gender in ${GENDERS})`, ''],
    ['Patient?_filter=_tag eq urn:t|vip', 'zuri'],
    ['Patient?_filter=organization re Organization/clinic', 'tito'],
    ['Claim?_filter=patient.family sw "sadiki" and status eq active', 'c1'],
    ['Claim?_filter=created ge 2026-03-02', 'c2'],
    ['Observation?_filter=date po 2026-01-20', 'coded'],
    [`Observation?_filter=value-quantity gt 60|${UCUM}|kg`, 'grams weight'],
    [`Coverage?_filter=type ss ${ACT}|_ActCoverageTypeCode`, 'zuri'],
    ['Patient?_filter=gender eq male&birthdate:missing=true', 'tito'],
    ['Claim?patient._filter=gender eq male', 'c2'],
  ],
  _sort: [
    ['Patient?_sort=family', 'tito asha zuri'],
    ['Patient?_sort=-family', 'asha zuri tito'],
    ['Patient?_sort=gender', 'zuri tito asha'],
    ['Patient?_sort=-gender', 'asha tito zuri'],
    ['Patient?_sort=birthdate', 'asha zuri tito'],
    ['Patient?_sort=-_id', 'zuri tito asha'],
    ['RiskAssessment?_sort=-probability', 'r4 r3 r2 r1'],
    ['Claim?_sort=provider,-created', 'c3 c2 c1 c4'],
    ['Claim?_sort=-status,created', 'c2 c3 c1 c4'],
    ['ValueSet?_sort=-url', 'v3 v1 v2'],
    ['Patient?_sort=organization', 'tito zuri asha'],
  ],
};

describe.each(Object.entries(CASES))('%s', (_theme, cases) => {
  test.each(cases)('%s finds %s', async (query, ids) => {
    const { status, body, text } = await server.get(query);
    expect({ status, text }).toEqual({ status: 200, text });
    const found = resourcesOf(body).map(({ id }) => id!);
    expect((query.includes('_sort') ? found : found.toSorted()).join(' ')).toBe(ids);
    expect(body.total).toBe(found.length);
    const inPages: string[] = [];
    for (let path: string | undefined = `${query}&_count=1`; path !== undefined; ) {
      const page: Resource = (await server.get(path)).body;
      inPages.push(...resourcesOf(page).map(({ id }) => id!));
      const next = (page.link as { relation: string; url: string }[]).find(({ relation }) => relation === 'next');
      path = next?.url;
    }
    expect((query.includes('_sort') ? inPages : inPages.toSorted()).join(' ')).toBe(ids);
  });
});
