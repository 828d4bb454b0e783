import type { OperationOutcome } from 'fhir/r4.js';
import { beforeAll, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { useServer } from './start-server.ts';

const server = useServer({ KIUNGO_CAPABILITIES: 'r4', KIUNGO_MAX_INCLUDES: '6' });

const reference = (to: string): JsonObject => ({ reference: to });

const WORLD: Resource[] = [
  { resourceType: 'Organization', id: 'top', name: 'An organization', partOf: reference('Organization/low') },
  { resourceType: 'Organization', id: 'middle', name: 'An organization', partOf: reference('Organization/top') },
  { resourceType: 'Organization', id: 'low', name: 'An organization', partOf: reference('Organization/middle') },
  { resourceType: 'Practitioner', id: 'doctor' },
  {
    resourceType: 'Patient',
    id: 'one',
    managingOrganization: reference('Organization/low'),
    generalPractitioner: [reference('Practitioner/doctor'), reference('Organization/low'), reference('#inside')],
    contained: [{ resourceType: 'Organization', id: 'inside', name: 'Inside' }],
  },
  { resourceType: 'Patient', id: 'two', managingOrganization: reference('Organization/low') },
  { resourceType: 'Patient', id: 'three', generalPractitioner: [reference('Practitioner/gone')] },
  ...['a', 'b', 'c', 'd'].map(
    (id): Resource => ({
      resourceType: 'Observation',
      id,
      status: 'final',
      code: { text: id },
      subject: reference(id === 'd' ? 'Patient/two' : 'Patient/one'),
      performer: [reference('Practitioner/doctor')],
      ...(id === 'b' && { hasMember: [reference('Observation/a')] }),
    }),
  ),
];

beforeAll(async () => {
  for (const resource of WORLD) {
    const { status, text } = await server.put(`${resource.resourceType}/${resource.id}`, resource);
    expect({ status, text }).toEqual({ status: 201, text });
  }
});

interface Entry {
  fullUrl?: string;
  resource: Resource;
  search: { mode: string };
}

const entriesOf = async (query: string): Promise<Entry[]> => {
  const { status, body, text } = await server.get(query);
  expect({ status, text }).toEqual({ status: 200, text });
  return (body.entry ?? []) as unknown as Entry[];
};

const idsOf = (entries: readonly Entry[], mode: string): string =>
  entries
    .filter(({ search }) => search.mode === mode)
    .map(({ resource }) => resource.id)
    .toSorted()
    .join(' ');

test.each([
  ['Patient?_id=one&_include=Patient:organization', 'one', 'low'],
  ['Patient?_include=Patient:organization', 'one three two', 'low'],
  ['Patient?_id=one&_include=Patient:general-practitioner', 'one', 'doctor low'],
  ['Patient?_id=one&_include=Patient:general-practitioner:Practitioner', 'one', 'doctor'],
  ['Patient?_id=three&_include=Patient:general-practitioner', 'three', ''],
  ['Patient?_id=one&_include=Patient:*', 'one', 'doctor low'],
  ['Patient?_id=one&_include=*', 'one', 'doctor low'],
  ['Patient?_id=one&_include=Patient:organization&_include=Patient:general-practitioner', 'one', 'doctor low'],
  ['Patient?_id=two&_include=Patient:organization&_include:iterate=Organization:partof', 'two', 'low middle top'],
  ['Organization?_id=low&_include=Organization:partof', 'low', 'middle'],
  ['Organization?_id=low&_include:iterate=Organization:partof', 'low', 'middle top'],
  ['Patient?_revinclude=Observation:subject', 'one three two', 'a b c d'],
  ['Patient?_id=two&_revinclude=Observation:subject:Patient', 'two', 'd'],
  ['Patient?_id=two&_revinclude=Observation:subject:Group', 'two', ''],
  ['Practitioner?_revinclude=Patient:general-practitioner', 'doctor', 'one'],
  ['Practitioner?_revinclude=*', 'doctor', 'a b c d one'],
  [
    'Organization?_id=low&_revinclude=Patient:organization&_revinclude:iterate=Observation:subject',
    'low',
    'a b c d one two',
  ],
  ['Observation?_id=d&_include=Observation:subject&_include:iterate=Patient:organization', 'd', 'low two'],
  ['Observation?_id=a,b&_include=Observation:has-member', 'a b', ''],
  ['Patient?_id=one&_include=Patient:organization&_count=0', '', ''],
])('%s finds %s and includes %s', async (query, matches, includes) => {
  const entries = await entriesOf(query);
  expect(idsOf(entries, 'match')).toBe(matches);
  expect(idsOf(entries, 'include')).toBe(includes);
  expect(idsOf(entries, 'outcome')).toBe('');
  expect(new Set(entries.map(({ fullUrl }) => fullUrl)).size).toBe(entries.length);
});

test('included resources count neither for the total nor for the page, and come with the page of their match', async () => {
  const { body } = await server.get('Patient?_include=Patient:organization&_count=1');
  expect(body.total).toBe(3);
  expect(body.entry).toHaveLength(2);
  expect(JSON.stringify(body.link)).toContain('_include=Patient:organization&_count=1&_cursor=');
});

test('where there is more than may be included, the Bundle says so', async () => {
  const entries = await entriesOf('Organization?_id=low&_revinclude=Patient:organization&_revinclude:iterate=*');
  expect(entries.filter(({ search }) => search.mode === 'include')).toHaveLength(6);
  const outcome = entries.at(-1)!;
  expect(outcome.search).toEqual({ mode: 'outcome' });
  const [issue] = (outcome.resource as unknown as OperationOutcome).issue;
  expect(issue).toMatchObject({ severity: 'warning', code: 'too-costly' });
  expect(issue!.diagnostics).toContain('6 resources at most');
});

test('_summary is for all that is shown, _elements for what was searched', async () => {
  const summary = await entriesOf('Patient?_id=one&_include=Patient:organization&_summary=data');
  for (const { resource } of summary) expect(JSON.stringify(resource.meta)).toContain('SUBSETTED');
  const [match, include] = await entriesOf('Patient?_id=one&_include=Patient:organization&_elements=gender');
  expect(JSON.stringify(match!.resource.meta)).toContain('SUBSETTED');
  expect(include!.resource.partOf).toEqual(reference('Organization/middle'));
});

test('the CapabilityStatement names what can be included', async () => {
  const { body } = await server.get('metadata');
  const [rest] = body.rest as unknown as [
    { resource: { type: string; searchInclude: string[]; searchRevInclude: string[] }[] },
  ];
  const patient = rest.resource.find(({ type }) => type === 'Patient')!;
  const own = ['address-location', 'general-practitioner', 'link', 'organization'];
  expect(patient.searchInclude).toEqual(['*', ...own.map(code => `Patient:${code}`)]);
  expect(patient.searchRevInclude).toContain('Claim:patient');
});
