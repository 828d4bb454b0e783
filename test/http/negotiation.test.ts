import { expect, test } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { useServer } from './start-server.ts';

const server = useServer();

test.each([
  'application/fhir+json',
  'application/fhir+json;charset=utf-8',
  'application/fhir+json; fhirVersion=4.0',
  'application/json',
  'text/html, application/xhtml+xml, */*;q=0.8',
  'application/fhir+xml;q=0.9, application/*;q=0.1',
  'APPLICATION/FHIR+JSON',
  'application/fhir+json; fhirVersion="4.0.1"',
  'application/fhir+json; fhirVersion=5.0, application/fhir+json; fhirVersion=4.0; q=0.5',
  'application/fhir+json;q=0, application/json',
  'application/fhir+json ; q = 0.001',
  '*/*',
])('Accept: %s gets FHIR JSON', async accept => {
  const { status, headers } = await server.get('Organization/openIMIS-Implementation', { accept });
  expect({ status, type: headers['content-type'] }).toEqual({
    status: 200,
    type: 'application/fhir+json; charset=utf-8',
  });
});

test.each([
  'application/fhir+xml',
  'text/turtle, application/xml',
  'application/fhir+json; fhirVersion=3.0',
  'application/fhir+json;q=0',
  'application/fhir+json; Q=0.000',
  'application/fhir+json;q=0, */*',
  '*/*;q=0',
  'application/fhir+json; fhirVersion=4.01',
  'application/fhir+json; fhirVersion=5.0',
  'text/*',
])('Accept: %s is 406', async accept => {
  expectOutcome(await server.get('Organization/openIMIS-Implementation', { accept }), 406, 'accept-not-served');
});

test('what cannot be answered is not done', async () => {
  const xml = { accept: 'application/fhir+xml' };
  expectOutcome(await server.put('Patient/n-1', patient('N-1', { id: 'n-1' }), xml), 406, 'accept-not-served');
  expectOutcome(await server.delete('Organization/openIMIS-Implementation', xml), 406, 'accept-not-served');
  expectOutcome(await server.get('Patient/n-1'), 404, 'resource-unknown');
  expect((await server.get('Organization/openIMIS-Implementation')).status).toBe(200);
});

test.each(['json', 'application/json', 'application/fhir+json', 'application/fhir%2Bjson', 'text/json'])(
  '_format=%s goes before Accept',
  async format => {
    for (const path of [
      'metadata',
      'Patient',
      'Organization/openIMIS-Implementation',
      'Organization/openIMIS-Implementation/_history',
    ]) {
      const { status } = await server.get(`${path}?_format=${format}`, { accept: 'application/fhir+xml' });
      expect(status, path).toBe(200);
    }
  },
);

test.each(['xml', 'application/fhir+xml', 'ttl', 'html', 'application/fhir+json;fhirVersion=3.0'])(
  '_format=%s is 406',
  async format => {
    expectOutcome(
      await server.get(`Patient?_format=${format}`, { accept: 'application/fhir+json' }),
      406,
      'accept-not-served',
    );
  },
);

test.each([
  'application/fhir+json',
  'application/json',
  'application/fhir+json; charset=UTF-8',
  'application/fhir+json; fhirVersion=4.0',
])('a body of type %s is taken', async type => {
  expect((await server.post('Patient', patient('N-2'), { 'content-type': type })).status).toBe(201);
});
