import { expect, test } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { linkOf, useServer } from './start-server.ts';

const server = useServer();

test.each([
  'application/fhir+json',
  'application/fhir+json;charset=utf-8',
  'application/fhir+json; fhirVersion=4.0',
  'application/json',
  'text/html, application/xhtml+xml, */*;q=0.8',
  'application/fhir+xml;q=0.4, application/json;q=0.5',
  'application/fhir+json, application/fhir+xml',
  'application/fhir+xml;q=0, */*',
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
  'text/turtle',
  'text/turtle, application/n-triples',
  'application/fhir+xml; fhirVersion=5.0',
  'application/fhir+json; fhirVersion=3.0',
  'application/fhir+json;q=0',
  'application/fhir+json; Q=0.000',
  'application/fhir+json;q=0, application/fhir+xml;q=0, */*',
  '*/*;q=0',
  'application/fhir+json; fhirVersion=4.01',
  'application/fhir+json; fhirVersion=5.0',
  'text/*',
])('Accept: %s is 406', async accept => {
  expectOutcome(await server.get('Organization/openIMIS-Implementation', { accept }), 406, 'accept-not-served');
});

test('what cannot be answered is not done', async () => {
  const turtle = { accept: 'text/turtle' };
  expectOutcome(await server.put('Patient/n-1', patient('N-1', { id: 'n-1' }), turtle), 406, 'accept-not-served');
  expectOutcome(await server.delete('Organization/openIMIS-Implementation', turtle), 406, 'accept-not-served');
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

test.each(['ttl', 'text/turtle', 'html', 'application/fhir+json;fhirVersion=3.0'])(
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

test.each([
  'application/fhir+json; charset=iso-8859-1',
  'application/fhir+json; charset="utf-16"',
  'application/json;charset=windows-1252',
  'application/fhir+json; fhirVersion=3.0',
  'application/fhir+json; fhirVersion="5.0"',
])('a body of type %s is 415, and nothing is stored', async type => {
  const headers = { 'content-type': type };
  expectOutcome(await server.post('Patient', patient('N-9'), headers), 415, 'content-type-not-served');
  expectOutcome(await server.post('Patient/$validate', patient('N-9'), headers), 415, 'content-type-not-served');
  const parameters = { resourceType: 'Parameters' };
  expectOutcome(await server.send('patch', 'Patient/n-9', parameters, headers), 415, 'content-type-not-served');
  expect((await server.get('Patient?identifier=N-9&_summary=count')).body.total).toBe(0);
});

test('a form in another character set than UTF-8 is 415', async () => {
  const type = 'application/x-www-form-urlencoded';
  const search = (charset: string) =>
    server.post('Patient/_search', 'family=Odeg%C3%A5rd', { 'content-type': `${type}; charset=${charset}` });
  expectOutcome(await search('latin1'), 415, 'content-type-not-served');
  expect((await search('UTF-8')).status).toBe(200);
});

test.each(['Patient?', 'Patient/_history?', '_history?', 'Patient/n-3/_history?'])(
  'the pages of %s are written as the first one was asked for',
  async path => {
    await server.put('Patient/n-3', patient('N-3', { id: 'n-3' }));
    await server.put('Patient/n-3', patient('N-3', { id: 'n-3', active: true }));
    const first = await server.get(`${path}_count=1&_format=json&_pretty=true`);
    const next = linkOf(first.body, 'next')!;
    expect(next).toContain('_format=json&_pretty=true');
    const second = await server.get(next, { accept: 'text/html' });
    expect(second.status).toBe(200);
    expect(second.text).toContain('\n  "resourceType": "Bundle"');
    const asWanted = await server.get(next.replace('&_pretty=true', ''), { accept: 'text/html' });
    expect(asWanted.text).not.toContain('\n');
  },
);

test('a request id is taken over where it is fit for a log, else made, and told on every answer', async () => {
  const told = async (id: string, path = 'metadata') =>
    (await server.get(path, { 'x-request-id': id })).headers['x-request-id'];
  for (const path of ['metadata', 'Patient', 'Patient/none', 'Nonsense', 'Patient/a/b/c', 'Patient/%zz', '/nowhere']) {
    expect(await told('facility-7.2026:1', path), path).toBe('facility-7.2026:1');
  }
  expect(await told('x'.repeat(64))).toBe('x'.repeat(64));
  for (const id of ['x'.repeat(65), 'a b', '{"a":1}', 'é']) expect(await told(id)).toMatch(/^[\w-]{10,}$/);
  const [one, two] = [await server.get('metadata'), await server.get('metadata')];
  expect(one.headers['x-request-id']).not.toBe(two.headers['x-request-id']);
  const broken = await server.raw('GET /fhir/metadata HTTP/9\r\n\r\n');
  expect(broken).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\nX-Request-Id: [\w-]+\r\n/);
});
