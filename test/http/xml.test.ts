import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createXmlForm, type XmlForm } from '../../src/xml/xml-form.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { type Answer, loadScheme, startServer, useServer } from './start-server.ts';

const server = useServer();
const plain = useServer({ KIUNGO_CAPABILITIES: 'r4' });
let xml: XmlForm;

const FHIR_XML = 'application/fhir+xml; charset=utf-8';
const asXml = { accept: 'application/fhir+xml' };
const ofXml = { 'content-type': 'application/fhir+xml' };
const both = { ...asXml, ...ofXml };

beforeAll(async () => {
  await loadScheme(server);
  xml = createXmlForm(server.app.deps.definitions, 64);
});

/** An answer in XML, as JSON. */
const read = ({ headers, text, body }: Answer): Record<string, unknown> => {
  expect(headers['content-type']).toBe(FHIR_XML);
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(text);
  return JSON.parse(xml.read(bytes).toString()) as Record<string, unknown>;
};
const patientXml = (id: string, number: string): string => xml.write(JSON.stringify(patient(number, { id })), false);

test.each([
  'application/fhir+xml',
  'application/xml',
  'text/xml',
  'application/fhir+xml; fhirVersion=4.0',
  'application/fhir+json;q=0.5, application/fhir+xml',
])('Accept: %s gets XML', async accept => {
  expect(read(await server.get('Patient/zuri-sadiki', { accept }))).toMatchObject({
    resourceType: 'Patient',
    id: 'zuri-sadiki',
  });
});

test.each(['xml', 'text/xml', 'application/xml', 'application/fhir%2Bxml', 'application/fhir+xml'])(
  '_format=%s goes before Accept, on every path',
  async format => {
    for (const path of [
      'metadata',
      'Patient',
      'Patient/zuri-sadiki',
      'Patient/zuri-sadiki/_history',
      '_history',
      'Patient/zuri-sadiki/_history/1',
      'StructureDefinition/Patient',
    ]) {
      const answer = await server.get(`${path}?_format=${format}`, { accept: 'application/fhir+json' });
      expect(answer.status, path).toBe(200);
      read(answer);
    }
  },
);

test('an answer in XML has the values that the one in JSON has', async () => {
  for (const path of ['Patient/zuri-sadiki', 'Coverage?beneficiary=Patient/zuri-sadiki', 'metadata']) {
    const { id, ...json } = (await server.get(path)).body;
    const { id: _id, ...written } = read(await server.get(path, asXml));
    if (path !== 'metadata')
      expect({ ...written, meta: json.meta, timestamp: json.timestamp }).toEqual({
        ...json,
        meta: json.meta,
        timestamp: json.timestamp,
      });
    else expect(written.rest).toEqual(json.rest);
  }
});

test('errors are told in XML', async () => {
  const outcome = { resourceType: 'OperationOutcome' };
  for (const [path, status] of [
    ['Patient/none', 404],
    ['Nothing', 404],
    ['Patient?bad=1', 400],
    ['%', 400],
  ] as const) {
    const answer = await server.get(path, asXml);
    expect(answer.status, path).toBe(status);
    if (path !== '%') expect(read(answer)).toMatchObject(outcome);
  }
  expect(read(await server.get('Patient/none?_format=xml'))).toMatchObject(outcome);
  expect(read(await server.post('Patient', 'x'.repeat(6_000_000), both))).toMatchObject(outcome);
});

test('resources are created, updated and read again as XML, every number as it was written', async () => {
  const created = await server.post('Patient', patientXml('ignored', 'X-1'), both);
  expect(created.status).toBe(201);
  const { id } = read(created);
  const updated = await server.put(`Patient/${id}`, patientXml(String(id), 'X-2'), both);
  expect(updated.status).toBe(200);
  expect((await server.get(`Patient/${id}`)).body.identifier).toEqual(patient('X-2').identifier);

  const observation =
    '<Observation xmlns="http://hl7.org/fhir"><status value="final"/><code><text value="a"/></code><valueQuantity><value value="1.10"/></valueQuantity></Observation>';
  const { headers } = await plain.post('Observation', observation, ofXml);
  const location = headers.location!;
  expect((await plain.get(location)).text).toContain('"value":1.10}');
  const text = await plain.get(location, asXml);
  expect(Buffer.isBuffer(text.body) ? String(text.body) : text.text).toContain('<value value="1.10"/>');
});

test('a fault in XML is told by its place, and one in the resource by its element', async () => {
  const [issue] = expectOutcome(
    await server.post('Patient', '<Patient xmlns="http://hl7.org/fhir">\n <activ value="true"/></Patient>', ofXml),
    400,
    'xml-not-fhir',
  );
  expect(issue?.text).toBe('XML, line 2, column 2: Patient has no element `activ`. Did you mean `active`?');
  expectOutcome(await server.post('Patient', '{"resourceType":"Patient"}', ofXml), 400, 'xml-malformed');
  expectOutcome(
    await server.post('Patient', '<Group xmlns="http://hl7.org/fhir"><active value="true"/></Group>', ofXml),
    400,
    'resource-type-mismatch',
  );
  const invalid = await server.post(
    'Patient',
    '<Patient xmlns="http://hl7.org/fhir"><gender value="x"/></Patient>',
    both,
  );
  expect(invalid.status).toBe(422);
  expect(JSON.stringify(read(invalid))).toContain('Patient.gender');
});

test('operations and Bundles take and give XML', async () => {
  const validated = await server.post('Patient/$validate', patientXml('a', 'X-3'), both);
  expect(validated.status).toBe(200);
  expect(read(validated).resourceType).toBe('OperationOutcome');
  const bundle = `<Bundle xmlns="http://hl7.org/fhir"><type value="batch"/><entry><request><method value="GET"/><url value="Patient/zuri-sadiki"/></request></entry></Bundle>`;
  const answer = await server.post('/', bundle, both);
  expect(answer.status).toBe(200);
  expect(read(answer)).toMatchObject({ type: 'batch-response', entry: [{ resource: { id: 'zuri-sadiki' } }] });
});

test('_pretty indents', async () => {
  const { body, text } = await server.get('Patient/zuri-sadiki?_pretty=true', asXml);
  expect(Buffer.isBuffer(body) ? String(body) : text).toContain('\n  <id value="zuri-sadiki"/>\n');
});

test('a server whose capability file names no XML speaks none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiungo-json-only-'));
  const interaction = [{ code: 'create' }, { code: 'read' }];
  const statement = {
    ...{ resourceType: 'CapabilityStatement', status: 'active', date: '2026-01-01', kind: 'requirements' },
    ...{ fhirVersion: '4.0.1', format: ['json'] },
    rest: [{ mode: 'server', resource: [{ type: 'Patient', interaction }] }],
  };
  await writeFile(join(folder, 'json.json'), JSON.stringify(statement));
  const jsonOnly = await startServer({ KIUNGO_CAPABILITIES: join(folder, 'json.json') });
  try {
    expectOutcome(await jsonOnly.get('metadata', asXml), 406, 'accept-not-served');
    expectOutcome(await jsonOnly.post('Patient', patientXml('a', 'X-4'), ofXml), 415, 'content-type-not-served');
    expect((await jsonOnly.get('metadata')).body.format).toEqual(['json']);
  } finally {
    await jsonOnly.app.close();
    await rm(folder, { recursive: true });
  }
});
