import { expect, test } from 'vitest';
import { contentOf } from '../../src/http/binary-content.ts';
import { expectOutcome } from './expect-outcome.ts';
import { type Answer, useServer } from './start-server.ts';

const server = useServer({ KIUNGO_MAX_RESOURCE_BYTES: '10000' });

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const PDF = Buffer.from(
  '%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF',
  'latin1',
);
const asJson = { accept: 'application/fhir+json' };

const bytesOf = ({ body, text }: Answer): Buffer => (Buffer.isBuffer(body) ? body : Buffer.from(text));
const upload = (content: Buffer | string, contentType: string, headers = {}): Promise<Answer> =>
  server.post('Binary', content, { 'content-type': contentType, ...headers });

test.each([
  ['image/png', PNG],
  ['application/pdf', PDF],
])(
  '%s comes in and goes out byte for byte, and is a resource where that is asked for',
  async (contentType, content) => {
    const created = await upload(content, contentType);
    expect(created.status).toBe(201);
    const { id } = created.body;
    expect(created.body).toMatchObject({ resourceType: 'Binary', contentType, data: content.toString('base64') });
    for (const path of [`Binary/${id}`, `Binary/${id}/_history/1`]) {
      for (const headers of [
        {},
        { accept: '*/*' },
        { accept: contentType },
        { accept: `${contentType.split('/')[0]}/*` },
        { accept: 'text/html, */*;q=0.8' },
      ]) {
        const got = await server.get(path, headers);
        expect({ status: got.status, type: got.headers['content-type'] }).toEqual({ status: 200, type: contentType });
        expect(bytesOf(got).equals(content)).toBe(true);
        expect(got.headers.etag).toBe('W/"1"');
      }
      expect((await server.get(path, asJson)).body).toMatchObject({ contentType, data: content.toString('base64') });
      expect((await server.get(`${path}?_format=json`)).body.resourceType).toBe('Binary');
      expect((await server.get(path, { accept: 'application/json' })).body.resourceType).toBe('Binary');
      expect((await server.get(path, { accept: 'application/fhir+xml' })).headers['content-type']).toContain(
        'fhir+xml',
      );
      expectOutcome(await server.get(path, { accept: 'audio/ogg' }), 406, 'accept-not-served');
      expect((await server.get(path, { 'if-none-match': 'W/"1"' })).status).toBe(304);
      const head = await server.send('head', path);
      expect(head.headers['content-length']).toBe(String(content.length));
    }
  },
);

test('a page that was sent is a file to keep, and no browser runs it', async () => {
  const { body } = await upload('<script>alert(1)</script>', 'text/html');
  const { headers, text } = await server.get(`Binary/${body.id}`, { accept: 'text/html' });
  expect(text).toBe('<script>alert(1)</script>');
  expect(headers).toMatchObject({
    'content-type': 'text/html',
    'x-content-type-options': 'nosniff',
    'content-disposition': `attachment; filename="${body.id}"`,
    'content-security-policy': "default-src 'none'; sandbox",
  });
});

test('a media type that is none is refused, and one that was loaded all the same is not sent on', async () => {
  const binary = { resourceType: 'Binary', contentType: 'text/html,x', data: 'QQ==' };
  expectOutcome(await server.post('Binary', binary), 422, 'code-not-in-value-set');
  expect(contentOf(JSON.stringify(binary)).mediaType).toBe('application/octet-stream');
});

test('content is replaced by PUT, under the id of the path, and every version stays', async () => {
  const put = (content: Buffer, contentType: string): Promise<Answer> =>
    server.put('Binary/b-1', content, { 'content-type': contentType });
  expect((await put(PNG, 'image/png')).status).toBe(201);
  expect((await put(PDF, 'application/pdf')).status).toBe(200);
  expect(bytesOf(await server.get('Binary/b-1')).equals(PDF)).toBe(true);
  expect(bytesOf(await server.get('Binary/b-1/_history/1')).equals(PNG)).toBe(true);
  expect((await server.get('Binary/b-1/_history')).body).toMatchObject({ type: 'history', total: 2 });
  await server.delete('Binary/b-1');
  expectOutcome(await server.get('Binary/b-1', { accept: 'application/pdf' }), 410, 'resource-deleted');
});

test('X-Security-Context is kept, and told with the content', async () => {
  const context = 'Patient/not-here';
  expectOutcome(await upload(PNG, 'image/png', { 'x-security-context': context }), 422, 'reference-not-found');
  const insurer = 'Organization/openIMIS-Implementation';
  const { body } = await upload(PNG, 'image/png', { 'x-security-context': insurer });
  expect(body.securityContext).toEqual({ reference: insurer });
  expect((await server.get(`Binary/${body.id}`)).headers['x-security-context']).toBe(insurer);
});

test('content is bounded by what a resource may have with the content in base64', async () => {
  expect((await upload(Buffer.alloc(7000), 'application/octet-stream')).status).toBe(201);
  expectOutcome(await upload(Buffer.alloc(7600), 'application/octet-stream'), 413, 'body-too-large');
});

test.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=a', 'nonsense'])(
  '%s is no content',
  async contentType => {
    expectOutcome(await upload('a=b', contentType), 415, 'content-type-not-served');
  },
);

test('content goes to no other type', async () => {
  expectOutcome(await server.post('Patient', PNG, { 'content-type': 'image/png' }), 415, 'content-type-not-served');
});
