import { afterEach, describe, expect, test } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import { expectOutcome, methodsOf } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { type Answer, useServer } from './start-server.ts';

const server = useServer({
  KIUNGO_MAX_RESOURCE_BYTES: '100000',
  KIUNGO_MAX_BUNDLE_BYTES: '150000',
  KIUNGO_REQUEST_TIMEOUT_MS: '700',
});

// Whatever was sent, the server goes on, and nothing of it is stored.
afterEach(async () => {
  const { status, body } = await server.get('Patient?_count=0');
  expect({ status, total: body.total }).toEqual({ status: 200, total: 0 });
});

const nested = (levels: number): string => {
  const extensions = levels / 2 - 1;
  return `{"resourceType":"Patient",${'"extension":[{'.repeat(extensions)}"url":"u"${'}]'.repeat(extensions)}}`;
};

describe('a body that is no resource', () => {
  test.each([
    ['json-malformed', 'cut off', '{"resourceType":"Patient","gender":'],
    ['json-malformed', 'two resources', '{"resourceType":"Patient"}{"resourceType":"Patient"}'],
    ['json-malformed', 'a comma too many', '{"resourceType":"Patient",}'],
    ['json-malformed', 'a comment', '{"resourceType":"Patient" /* Asha */}'],
    ['json-malformed', 'NaN', '{"resourceType":"Patient","multipleBirthInteger":NaN}'],
    ['json-malformed', 'XML', '<Patient xmlns="http://hl7.org/fhir"/>'],
    ['json-malformed', 'blanks', '   '],
    ['json-malformed', 'nothing', ''],
    ['json-encoding', 'Latin-1', Buffer.from('{"resourceType":"Patient","name":[{"text":"Ödegård"}]}', 'latin1')],
    ['json-encoding', 'UTF-16', Buffer.from('{"resourceType":"Patient"}😀', 'utf16le')],
    ['json-duplicate-key', 'a name twice', '{"resourceType":"Patient","gender":"male","gender":"female"}'],
    [
      'json-duplicate-key',
      'a name twice, once escaped',
      '{"resourceType":"Patient","gender":"male","gend\\u0065r":"x"}',
    ],
    ['json-duplicate-key', 'a name twice deep inside', '{"resourceType":"Patient","name":[{"text":"a","text":"a"}]}'],
    ['json-not-resource', 'a list', '[{"resourceType":"Patient"}]'],
    ['json-not-resource', 'a text', '"Patient"'],
    ['json-not-resource', 'null', 'null'],
    ['json-not-resource', 'no type', '{"gender":"male"}'],
    ['json-not-resource', 'a type that is no text', '{"resourceType":["Patient"]}'],
    ['json-too-deep', '65 levels', `${'['.repeat(65)}${']'.repeat(65)}`],
    ['json-not-resource', '64 levels', `${'['.repeat(64)}${']'.repeat(64)}`],
    ['json-too-deep', '66 levels of a resource', nested(66)],
    ['json-too-deep', '5000 levels', '['.repeat(5000)],
    ['resource-type-mismatch', 'another type', '{"resourceType":"Organization"}'],
    ['resource-type-mismatch', 'an unknown type', '{"resourceType":"Patent"}'],
    ['resource-type-mismatch', 'a name of every object', '{"resourceType":"__proto__"}'],
  ])('%s: %s', async (rule, _what, body) => {
    expectOutcome(await server.post('Patient', body), 400, rule);
    expectOutcome(await server.put('Patient/e-1', body), 400, rule);
  });

  test('says where the JSON breaks, and nothing of what it says', async () => {
    const [issue] = expectOutcome(
      await server.post('Patient', '{\n  "resourceType": "Patient",\n  "gender": female "Mwamba"\n}'),
      400,
      'json-malformed',
    );
    expect(issue?.text).toContain('line 3, column 13');
    expect(issue?.text).not.toMatch(/female|Mwamba/);
  });

  test('64 levels are read', async () => {
    expectOutcome(await server.post('Patient', nested(64)), 422, 'invariant-failed');
  });

  test('a name like __proto__ is an unknown element like any other', async () => {
    const faults = expectOutcome(
      await server.post('Patient', '{"resourceType":"Patient","__proto__":{"gender":"male"},"constructor":1}'),
      422,
      'element-unknown',
    );
    expect(faults.map(({ expression }) => expression)).toEqual(
      expect.arrayContaining(['Patient.__proto__', 'Patient.constructor']),
    );
  });

  test('control characters in a name leave the answer valid', async () => {
    expectOutcome(await server.post('Patient', '{"resourceType":"Patient","a\\u0000b":1}'), 422, 'element-unknown');
  });

  test('an answer names no more than 100 faults', async () => {
    const name = Array.from({ length: 500 }, () => ({ text: 1 }));
    const faults = expectOutcome(await server.post('Patient', patient('E-1', { name })), 422, 'type-wrong');
    expect(faults.length).toBeLessThanOrEqual(101);
  });
});

describe('size and type of a body', () => {
  test('a body over the limit is 413, with and without its length told', async () => {
    const large = JSON.stringify(patient('E-2', { name: [{ text: 'x'.repeat(100_001) }] }));
    expectOutcome(await server.post('Patient', large), 413, 'body-too-large');
    const chunk = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
    const head = 'POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n';
    expect(await server.raw(`${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunk}`)).toMatch(
      /^HTTP\/1\.1 413 [\s\S]*"body-too-large"/,
    );
  });

  test('where a Bundle may come, the limit of a Bundle holds, and for a single resource its own', async () => {
    const sized = (length: number) => patient('E-2', { name: [{ text: 'x'.repeat(length) }] });
    expect((await server.post('$validate', sized(100_001))).status).toBe(200);
    expectOutcome(await server.post('$validate', sized(150_001)), 413, 'body-too-large');
    expectOutcome(await server.post('Claim/$submit', sized(100_001)), 413, 'body-too-large');
    expect((await server.post('$validate?mode=create', sized(100_001))).text).toContain('"body-too-large"');
    expect((await server.post('$validate?mode=create', sized(60_000))).text).not.toContain('"body-too-large"');
  });

  test.each([
    'text/plain',
    'text/turtle',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'nonsense',
  ])('a body of type %s is 415', async type => {
    const answer = await server.post('Patient', patient('E-3'), { 'content-type': type });
    expectOutcome(answer, 415, 'content-type-not-served');
  });

  test('a body of another FHIR version, or in an encoding that is not known, is 415', async () => {
    for (const headers of [
      { 'content-type': 'application/fhir+json; fhirVersion=3.0' },
      { 'content-encoding': 'compress' },
      { 'content-encoding': 'gzip, br' },
    ]) {
      expectOutcome(await server.post('Patient', patient('E-4'), headers), 415, 'content-type-not-served');
    }
  });

  test('a body without a type is 415', async () => {
    expect(
      await server.raw('POST /fhir/Patient HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}'),
    ).toMatch(/^HTTP\/1\.1 415 [\s\S]*"content-type-not-served"/);
  });
});

describe('types, paths and methods', () => {
  test('a type that R4 does not have, and one that is not enabled, are 404, each with its own text', async () => {
    const [unknown] = expectOutcome(await server.get('Pateint/1'), 404, 'type-unknown');
    expect(unknown?.text).toContain('not a FHIR R4 resource type');
    const [disabled] = expectOutcome(await server.get('Appointment/1'), 404, 'type-unknown');
    expect(disabled?.text).toContain('not enabled');
    expectOutcome(await server.get('patient/1'), 404, 'type-unknown');
    expectOutcome(await server.post('__proto__', { resourceType: '__proto__' }), 404, 'type-unknown');
    expectOutcome(await server.get('toString'), 404, 'type-unknown');
  });

  test.each([
    ['post', 'StructureDefinition', ''],
    ['get', 'StructureDefinition', ''],
    ['put', 'StructureDefinition/Claim', 'GET'],
    ['delete', 'StructureDefinition/Claim', 'GET'],
    ['get', 'StructureDefinition/Claim/_history', ''],
    ['patch', 'StructureDefinition/Claim', 'GET'],
    ['post', 'Patient/1', 'GET, PUT, PATCH, DELETE'],
    ['put', 'StructureDefinition', ''],
    ['patch', 'StructureDefinition', ''],
    ['delete', 'StructureDefinition', ''],
    ['get', 'Patient/_search', 'POST'],
    ['get', 'StructureDefinition/_history', ''],
    ['post', 'Patient/_history', 'GET'],
    ['post', '_history', 'GET'],
    ['post', 'Patient/1/_history', 'GET'],
    ['delete', 'Patient/1/_history/1', 'GET'],
    ['post', 'metadata', 'GET'],
    ['put', '', 'GET, POST'],
  ] as const)('%s /%s is 405 and allows "%s"', async (method, path, allow) => {
    const answer = await server.send(method, path, method === 'get' || method === 'delete' ? undefined : {});
    expectOutcome(answer, 405, 'interaction-not-enabled');
    expect(methodsOf(answer)).toBe(allow);
  });

  test.each(['Patient/1/2', 'Patient/1/_history/1/2', 'Claim/1/$submit/2', '../health/x'])(
    'there is nothing at %s',
    async path => {
      expectOutcome(await server.get(path), 404, 'path-unknown');
    },
  );

  test('an operation that is not there is 404, one that changes something needs POST', async () => {
    expectOutcome(await server.post('Patient/$submit', patient('E-5')), 404, 'operation-unknown');
    expectOutcome(await server.post('Claim/$adjudicate', {}), 404, 'operation-unknown');
    expectOutcome(await server.post('Claim/1/$submit', {}), 404, 'operation-unknown');
    expectOutcome(await server.post('$submit', {}), 404, 'operation-unknown');
    const [{ text } = { text: '' }] = expectOutcome(await server.post('Claim/$sumbit', {}), 404, 'operation-unknown');
    expect(text).toContain('Did you mean $submit?');
    expectOutcome(await server.post('Claims/1/$submit', {}), 404, 'type-unknown');
    const answer = await server.get('Claim/$submit');
    expectOutcome(answer, 405, 'interaction-not-enabled');
    expect(methodsOf(answer)).toBe('POST');
    expectOutcome(await server.post('Claim/$submit/_history', {}), 405, 'interaction-not-enabled');
  });
});

describe('what is no proper request', () => {
  /** Sends bytes of one request and gives its answer, which must be an OperationOutcome. */
  const sendRaw = async (start: string, headers = '', body = ''): Promise<Answer> => {
    const text = await server.raw(`${start} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n${body}`);
    const [head = '', ...rest] = text.split('\r\n\r\n');
    const [statusLine = '', ...lines] = head.split('\r\n');
    const found = lines.map(line => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)] as const;
    });
    const json = rest.join('\r\n\r\n');
    return {
      status: Number(statusLine.split(' ')[1]),
      headers: Object.fromEntries(found),
      text: json,
      body: JSON.parse(json) as Resource,
    };
  };

  test.each([
    ['GET /fhir/../../etc/passwd', 404, 'path-unknown'],
    ['GET /fhir/Patient/..', 404, 'resource-unknown'],
    ['GET /fhir/Patient/..%2f..%2f..%2fetc%2fpasswd', 400, 'id-malformed'],
    ['GET /fhir/..%2fhealth', 404, 'type-unknown'],
    ['GET /fhir/Patient/%00', 400, 'id-malformed'],
    ['GET /fhir/%00', 404, 'type-unknown'],
    ['GET /fhir/Patient/%0d%0aSet-Cookie:%20a=b', 400, 'id-malformed'],
    ['GET /fhir/Patient/%', 400, 'request-malformed'],
    ['GET /fhir/Patient/%ZZ', 400, 'request-malformed'],
    ['GET /fhir/Patient/%FF%FE', 400, 'request-malformed'],
    ['GET /fhir/Patient?name=%E0%A4', 400, 'request-malformed'],
    ['GET /fhir/Patient/1; DROP TABLE version', 400, 'request-malformed'],
    ["GET /fhir/Patient?identifier=';DROP%20TABLE%20version;--'&x=y", 400, 'search-parameter-unknown'],
    ['FETCH /fhir/Patient', 400, 'request-malformed'],
  ])('%s is %i', async (start, status, rule) => {
    expectOutcome(await sendRaw(start), status, rule);
  });

  test.each([
    ['an id of 65 letters', `GET /fhir/Patient/${'a'.repeat(65)}`, 400, 'id-malformed'],
    ['an id of 1000 letters', `GET /fhir/Patient/${'a'.repeat(1000)}`, 400, 'request-malformed'],
    ['20,000 letters for an id', `GET /fhir/Patient/${'a'.repeat(20_000)}`, 431, 'headers-too-large'],
    ['20,000 letters to search for', `GET /fhir/Patient?name=${'a'.repeat(20_000)}`, 431, 'headers-too-large'],
  ])('%s are too long', async (_what, start, status, rule) => {
    expectOutcome(await sendRaw(start), status, rule);
  });

  test.each([
    ['a line break inside a value', 'If-None-Exist: a\rb\r\n'],
    ['a name with a blank', 'If None Exist: a\r\n'],
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n'],
    ['a length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n'],
    ['a length that is none', 'Content-Length: two\r\n'],
  ])('headers with %s are 400', async (_what, headers) => {
    expectOutcome(await sendRaw('POST /fhir/Patient', headers, '{}'), 400, 'request-malformed');
  });

  test('headers beyond all measure are 431', async () => {
    expectOutcome(await sendRaw('GET /fhir/Patient', `X-Long: ${'a'.repeat(20_000)}\r\n`), 431, 'headers-too-large');
  });

  test('what is not HTTP is told so', async () => {
    expect(await server.raw('EHLO hospital.example\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"request-malformed"/);
    expect(await server.raw(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1]))).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('a request that does not arrive in time is 408', async () => {
    const type = 'Content-Type: application/fhir+json\r\n';
    expectOutcome(
      await sendRaw('POST /fhir/Patient', `${type}Content-Length: 100\r\n`, '{"resour'),
      408,
      'request-timeout',
    );
  });

  test('an id of the request is taken when it is harmless, and made when it is not', async () => {
    const ids = await Promise.all(
      ['order-17', 'a b', 'x'.repeat(65), '<script>'].map(
        async id => (await server.get('metadata', { 'x-request-id': id })).headers['x-request-id'],
      ),
    );
    expect(ids[0]).toBe('order-17');
    for (const id of ids.slice(1)) expect(id).toMatch(/^[\w-]{10,40}$/);
    expect(new Set(ids).size).toBe(4);
  });
});
