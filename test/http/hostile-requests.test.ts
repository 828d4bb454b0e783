import { Agent, request as httpRequest } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import { patient } from './resources.ts';
import { useServer, YEAR } from './start-server.ts';

const server = useServer({ KIUNGO_REFERENCES: 'off' });
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const RUNS = 40;

interface Sent {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** Sends a request as it stands, and gives the status; what Node's own client refuses to write was never sent. */
const statusOf = ({ method, path, headers = {}, body }: Sent): Promise<number> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = httpRequest({ agent, port, method, path, headers: { ...headers, ...length } }, response => {
      response.resume().on('end', () => resolve(response.statusCode!));
    });
    request.on('error', reject).end(body);
  });

beforeAll(async () => {
  const { status, text } = await server.put('Patient/p', PATIENT);
  expect(status, text).toBe(201);
});
afterAll(() => agent.destroy());

const word = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', '*', '"', 'W/"1"', '1e999', '-1', '9'.repeat(400), '../..', '%00', '__proto__', '\u202e', '{x}'),
);
/** What may stand in a path or query once it is escaped, and some of what may not. */
const escaped = fc.oneof(
  word.map(text => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom('%', '%zz', '%c0%af', '%ED%A0%80', '&&&', '=', ';', '|', '$', ',', '\\'),
);
/** Of the characters that a header may have. */
const headerText = fc.string({
  unit: fc.constantFrom(...Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)), ' ', '\t', 'é'),
  maxLength: 60,
});

const json = fc.oneof(fc.json({ maxDepth: 4 }), fc.string({ unit: 'binary', maxLength: 80 }));
const PATIENT = patient('p', { id: 'p' });
const CLAIM = JSON.stringify(malariaClaim(`${YEAR}-06-03`));
/** A good text with a part of it cut out and something else put there. */
const spoiled = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.nat(text.length),
      fc.nat(30),
      fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('[', '{', 'null', '\ud800', '1e400', '<!')),
    )
    .map(([at, length, put]) => text.slice(0, at) + put + text.slice(at + length));

const FHIR_JSON = { 'content-type': 'application/fhir+json' };
const FHIR_XML = { 'content-type': 'application/fhir+xml' };
const XML =
  '<Patient xmlns="http://hl7.org/fhir"><id value="p"/><name><family value="A &amp; B"/></name><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></text></Patient>';
const BUNDLE = JSON.stringify({
  resourceType: 'Bundle',
  type: 'batch',
  entry: [
    { request: { method: 'GET', url: 'Patient?name=a&_count=1' } },
    { request: { method: 'PUT', url: 'Patient/q', ifMatch: 'W/"1"' }, resource: patient('q', { id: 'q' }) },
  ],
});
const OPERATIONS = '[{"op":"replace","path":"/active","value":true},{"op":"test","path":"/name/0","value":{}}]';
const PARAMETERS =
  '{"resourceType":"Parameters","parameter":[{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.name.where(use = \'official\').family"},{"name":"value","valueString":"x"}]}]}';
const NAMES = [
  'name',
  'birthdate',
  'identifier',
  '_sort',
  '_include',
  '_has:Coverage:beneficiary:status',
  '_elements',
  '_summary',
  '_count',
  '_total',
  '_lastUpdated',
  '_text',
  'general-practitioner.name',
  '_filter',
  '_format',
  'cursor',
];
const HEADERS = [
  ...['accept', 'prefer', 'if-match', 'if-none-match', 'if-none-exist', 'if-modified-since', 'accept-encoding'],
  ...['accept-language', 'content-type', 'x-request-id', 'x-purpose-of-use', 'authorization', 'x-forwarded-proto'],
];
const query = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...NAMES), escaped),
      fc.constantFrom('', ':exact', ':missing', ':not', ':x'),
      escaped,
    ),
    { maxLength: 4 },
  )
  .map(all => all.map(([name, modifier, value]) => `${name}${modifier}=${value}`).join('&'));

const posted = (
  path: string,
  headers: Record<string, string>,
  bodies: fc.Arbitrary<string | Buffer>,
  method = 'POST',
) => bodies.map((body): Sent => ({ method, path, headers, body }));

/** Each parser that a request comes to, and what is sent to it. */
const PARSERS: Record<string, fc.Arbitrary<Sent>> = {
  JSON: posted('/fhir/Claim', FHIR_JSON, fc.oneof(json, spoiled(CLAIM))),
  XML: posted('/fhir/Patient', FHIR_XML, fc.oneof(spoiled(XML), word)),
  Bundles: posted('/fhir', FHIR_JSON, spoiled(BUNDLE)),
  'JSON Patch': posted(
    '/fhir/Patient/p',
    { 'content-type': 'application/json-patch+json' },
    fc.oneof(json, spoiled(OPERATIONS)),
    'PATCH',
  ),
  'FHIRPath Patch': posted('/fhir/Patient/p', FHIR_JSON, spoiled(PARAMETERS), 'PATCH'),
  'bodies that are compressed': posted(
    '/fhir/Patient',
    { ...FHIR_JSON, 'content-encoding': 'gzip' },
    fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.concat([Buffer.from([0x1f, 0x8b]), bytes])),
  ),
  searches: query.map(text => ({ method: 'GET', path: `/fhir/Patient?${text}` })),
  forms: posted('/fhir/Patient/_search', { 'content-type': 'application/x-www-form-urlencoded' }, query),
  paths: fc
    .array(
      fc.oneof(escaped, fc.constantFrom('Patient', 'p', '_history', '1', '$validate', '$everything', 'metadata')),
      { maxLength: 4 },
    )
    .map(parts => ({ method: 'GET', path: `/fhir/${parts.join('/')}` })),
  headers: fc.array(fc.tuple(fc.constantFrom(...HEADERS), headerText), { minLength: 1, maxLength: 2 }).map(headers => ({
    ...{ method: 'PUT', path: '/fhir/Patient/p', body: JSON.stringify(PATIENT) },
    headers: { ...FHIR_JSON, ...Object.fromEntries(headers) },
  })),
};

describe('whatever is sent', () => {
  test.each(Object.entries(PARSERS))('to what reads %s is answered, and never with 500', async (_name, sent) => {
    await fc.assert(
      fc.asyncProperty(sent, async each => {
        expect(await statusOf(each), JSON.stringify(each)).toBeLessThan(500);
      }),
      { numRuns: RUNS },
    );
  });

  test('to a socket is answered or hung up on, and the server goes on', async () => {
    const line = fc.constantFrom(
      'GET /fhir/metadata HTTP/1.1',
      'POST /fhir/Patient HTTP/1.1',
      'GET / HTTP/9.9',
      '\u0000',
      'PRI * HTTP/2.0',
    );
    const field = fc.oneof(
      fc.constantFrom(
        'Host: x',
        'Transfer-Encoding: chunked',
        'Transfer-Encoding: chunked, identity',
        'Content-Length: 5',
        'Content-Length: -1',
        'Content-Length: 5, 6',
        'Expect: 100-continue',
        'Upgrade: h2c',
      ),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(
        line,
        fc.array(field, { maxLength: 5 }),
        fc.string({ unit: 'binary' }),
        async (first, fields, rest) => {
          const answer = await server.raw(
            `${[first, ...fields, 'Connection: close'].join('\r\n')}\r\n\r\n${rest}\r\n\r\n0\r\n\r\n`,
          );
          expect(answer).not.toMatch(/^HTTP\/1\.1 5(?!05)/);
        },
      ),
      { numRuns: 30 },
    );
    expect((await server.get('metadata')).status).toBe(200);
  });

  test('leaves nothing behind in memory', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const samples = Object.values(PARSERS).flatMap(each => fc.sample(each, { numRuns: 12, seed: 4 }));
    const heapAfter = async (): Promise<number> => {
      for (const each of samples) await statusOf(each);
      collect();
      return process.memoryUsage().heapUsed;
    };
    await heapAfter();
    const before = await heapAfter();
    const after = await heapAfter();
    // A claim that was stored, and the lines that a test keeps of the log, are more than nothing.
    expect(after - before).toBeLessThan(samples.length * 8 * 1024);
  });
});
