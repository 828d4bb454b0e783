import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { resourcesOf, useServer } from './start-server.ts';

const server = useServer({ KIUNGO_CAPABILITIES: 'r4' });

const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem';
const coded = (system: string, code: string): JsonObject => ({ coding: [{ system: `${OPENIMIS}/${system}`, code }] });
const identifiers = (code: string): JsonObject[] => [
  { type: coded('openimis-identifiers', 'Code'), value: code },
  { type: coded('openimis-identifiers', 'UUID'), value: `uuid-${code}` },
];

const WORLD: Resource[] = [
  { resourceType: 'Patient', id: 'p1', identifier: identifiers('C-1') },
  { resourceType: 'Patient', id: 'p2', identifier: identifiers('C-2') },
  ...['2026-01-10', '2026-03-10'].map(
    (created, index): Resource => ({
      resourceType: 'Claim',
      id: `c${index + 1}`,
      status: 'active',
      use: 'claim',
      type: coded('claim-visit-type', 'O'),
      patient: { reference: `Patient/p${index + 1}` },
      created,
      provider: { reference: 'Organization/o1' },
      priority: { text: 'normal' },
      insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/v1' } }],
    }),
  ),
  {
    resourceType: 'Practitioner',
    id: 'admin',
    identifier: identifiers('A-1'),
    qualification: [{ code: coded('practitioner-qualification-type', 'CA') }],
  },
  {
    resourceType: 'Practitioner',
    id: 'officer',
    identifier: identifiers('E-1'),
    qualification: [{ code: coded('practitioner-qualification-type', 'EO') }],
  },
  { resourceType: 'PractitionerRole', id: 'role', code: [coded('practitioner-qualification-type', 'EO')] },
  { resourceType: 'Invoice', id: 'invoice', status: 'issued', type: coded('invoice-type', 'contract') },
  {
    resourceType: 'Invoice',
    id: 'bill',
    status: 'issued',
    type: coded('bill-type', 'fees'),
    identifier: identifiers('B-1'),
  },
  {
    resourceType: 'Location',
    id: 'site',
    physicalType: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/location-physical-type', code: 'si' }],
    },
  },
  { resourceType: 'Location', id: 'district', physicalType: coded('location-type', 'D') },
  { resourceType: 'Organization', id: 'o1', identifier: identifiers('HF-1') },
  {
    resourceType: 'Coverage',
    id: 'v1',
    status: 'active',
    beneficiary: { reference: 'Patient/p1' },
    payor: [{ reference: 'Organization/o1' }],
  },
];

beforeAll(async () => {
  for (const resource of WORLD) {
    const { status, text } = await server.put(`${resource.resourceType}/${resource.id}`, resource);
    expect({ status, text }).toEqual({ status: 201, text });
  }
});

describe('searches as openIMIS clients write them', () => {
  test.each([
    ['Patient?refDate=2020-01-01', 'p1 p2'],
    ['Patient?refDate=2999-01-01', ''],
    ['Claim?refDate=2020-01-01&patient=p1', 'c1'],
    ['Coverage?refDate=2020-01-01&refEndDate=2999-01-01', 'v1'],
    ['Coverage?refEndDate=2020-01-01', ''],
    ['Patient?claimDateFrom=2026-02-01', 'p2'],
    ['Patient?claimDateFrom=2026-01-10', 'p1 p2'],
    ['Patient?claimDateFrom=2027-01-01', ''],
    ['Patient?identifier=C-1', 'p1'],
    ['Patient?identifier=uuid-C-1', 'p1'],
    [`Patient?identifier:of-type=${OPENIMIS}/openimis-identifiers|Code|C-2`, 'p2'],
    ['Practitioner?resourceType=ca', 'admin'],
    ['Practitioner?resourceType=eo', 'officer'],
    ['Practitioner?resourceType=ca,eo', 'admin officer'],
    ['PractitionerRole?resourceType=eo', 'role'],
    ['Practitioner?code=A-1', 'admin'],
    ['Organization?code=HF-1', 'o1'],
    ['Invoice?resourceType=invoice', 'invoice'],
    ['Invoice?resourceType=bill', 'bill'],
    ['Invoice?code=B-1&resourceType=bill', 'bill'],
    ['Location?physicalType=si', 'site'],
    ['Location?physicalType:not=si', 'district'],
    ['Claim?patient.claimDateFrom=2026-02-01', 'c2'],
  ])('%s finds %s', async (query, ids) => {
    const { status, body, text } = await server.get(query);
    expect({ status, text }).toEqual({ status: 200, text });
    const found = resourcesOf(body).map(({ id }) => id!);
    expect(found.toSorted().join(' ')).toBe(ids);
  });

  test.each([
    ['Practitioner?resourceType=xx', 'search-parameter-invalid', '"resourceType" must be ca or eo.'],
    ['Patient?refDate=soon', 'search-parameter-invalid', 'must be a date'],
    ['Patient?refDate:missing=true', 'search-parameter-invalid', '"refDate" takes no modifier.'],
    ['Patient?_sort=refDate', 'search-parameter-unknown', 'what it finds has no order'],
    ['Claim?contained=true', 'search-parameter-unknown', 'has no search parameter "contained"'],
  ])('%s is refused with a text that helps', async (query, rule, text) => {
    const [issue] = expectOutcome(await server.get(query), 400, rule);
    expect(issue?.text).toContain(text);
  });
});
