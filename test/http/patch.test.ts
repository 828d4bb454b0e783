import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { type Answer, loadScheme, resourcesOf, useServer, YEAR } from './start-server.ts';

const server = useServer({ KIUNGO_MAX_DEPTH: '30', KIUNGO_CLAIM_MODE: 'forward' });

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';

const patch = (path: string, operations: JsonObject[] | string, headers = {}): Promise<Answer> =>
  server.send('patch', path, typeof operations === 'string' ? operations : JSON.stringify(operations), {
    'content-type': JSON_PATCH,
    ...headers,
  });

const merge = (path: string, body: JsonObject | string, headers = {}): Promise<Answer> =>
  server.send('patch', path, body, { 'content-type': MERGE_PATCH, ...headers });

beforeAll(async () => {
  await server.put('Patient/p-1', patient('P-1', { id: 'p-1' }));
});

test('a JSON Patch makes the next version', async () => {
  const { status, headers, body } = await patch('Patient/p-1', [
    { op: 'test', path: '/gender', value: 'female' },
    { op: 'replace', path: '/gender', value: 'other' },
    { op: 'add', path: '/name/0/given/-', value: 'Neema' },
    { op: 'add', path: '/active', value: true },
  ]);
  expect({ status, etag: headers.etag }).toEqual({ status: 200, etag: 'W/"2"' });
  expect(body).toMatchObject({ id: 'p-1', gender: 'other', active: true, name: [{ given: ['Asha', 'Neema'] }] });
  expect(body.meta).toMatchObject({ versionId: '2' });
  expect((await server.get('Patient/p-1')).body).toEqual(body);
});

test('a JSON Merge Patch makes the next version', async () => {
  const { status, headers, body } = await merge('Patient/p-1', { active: null, birthDate: '1990-05-18' });
  expect({ status, etag: headers.etag }).toEqual({ status: 200, etag: 'W/"3"' });
  expect(body).toMatchObject({ gender: 'other', birthDate: '1990-05-18' });
  expect(body).not.toHaveProperty('active');
});

test('a patch that changes nothing makes no new version', async () => {
  const answers = [
    await patch('Patient/p-1', []),
    await patch('Patient/p-1', [{ op: 'replace', path: '/gender', value: 'other' }]),
    await merge('Patient/p-1', { active: null }),
  ];
  for (const { status, headers } of answers) {
    expect({ status, etag: headers.etag }).toEqual({ status: 200, etag: 'W/"3"' });
  }
});

test('Prefer: return=minimal answers without a body', async () => {
  const { status, headers, text } = await merge('Patient/p-1', { active: true }, { prefer: 'return=minimal' });
  expect({ status, text, etag: headers.etag }).toEqual({ status: 200, text: '', etag: 'W/"4"' });
});

test('decimals stay as they are written, patched ones and others', async () => {
  await server.put(
    'Basic/b-1',
    '{"resourceType":"Basic","id":"b-1","code":{"text":"x"},"extension":[{"url":"http://example.org/a","valueDecimal":10.50},{"url":"http://example.org/b","valueDecimal":1.0}]}',
  );
  const { text } = await patch('Basic/b-1', '[{"op":"replace","path":"/extension/1/valueDecimal","value":2.00}]');
  expect(text).toContain('"valueDecimal":10.50}');
  expect(text).toContain('"valueDecimal":2.00}');
  expect((await patch('Basic/b-1', '[{"op":"test","path":"/extension/1/valueDecimal","value":2}]')).text).toBe(text);
  const merged = await merge('Basic/b-1', '{"extension":[{"url":"http://example.org/c","valueDecimal":3.000}]}');
  expect(merged.text).toContain('"valueDecimal":3.000}');
});

test('the patched resource is judged as any other', async () => {
  const before = await server.get('Patient/p-1');
  const faults = expectOutcome(
    await patch('Patient/p-1', [
      { op: 'add', path: '/maritalstatus', value: {} },
      { op: 'replace', path: '/gender', value: 'woman' },
    ]),
    422,
    'element-unknown',
  );
  expect(faults.map(({ expression }) => expression).sort()).toEqual(['Patient.gender', 'Patient.maritalstatus']);
  expectOutcome(await merge('Patient/p-1', { identifier: null }), 422, 'cardinality-min');
  expectOutcome(
    await merge('Patient/p-1', { managingOrganization: { reference: 'Organization/none' } }),
    422,
    'reference-not-found',
  );
  expect((await server.get('Patient/p-1')).text).toBe(before.text);
});

test('a patch that does not fit is told by the number of its operation, and nothing of it is done', async () => {
  const operations = [
    { op: 'replace', path: '/gender', value: 'male' },
    { op: 'remove', path: '/photo' },
  ];
  const [issue] = expectOutcome(await patch('Patient/p-1', operations), 409, 'patch-failed');
  expect(issue!.text).toContain('Operation 1 of the JSON Patch (remove)');
  const [tested] = expectOutcome(
    await patch('Patient/p-1', [{ op: 'test', path: '/name/0/family', value: 'Juma' }]),
    409,
    'patch-failed',
  );
  expect(tested!.text).not.toContain('Mwamba');
  expect((await server.get('Patient/p-1')).body).toMatchObject({ gender: 'other' });
});

describe('what only the server assigns cannot be patched:', () => {
  test.each<[element: string, operations: JsonObject[]]>([
    ['id', [{ op: 'replace', path: '/id', value: 'p-2' }]],
    ['id', [{ op: 'remove', path: '/id' }]],
    ['resourceType', [{ op: 'replace', path: '/resourceType', value: 'Person' }]],
    ['resourceType', [{ op: 'replace', path: '', value: [] }]],
    ['meta.versionId', [{ op: 'replace', path: '/meta/versionId', value: '1' }]],
    ['meta.lastUpdated', [{ op: 'replace', path: '/meta/lastUpdated', value: '2020-01-01T00:00:00Z' }]],
  ])('%s by %j', async (element, operations) => {
    const [issue] = expectOutcome(await patch('Patient/p-1', operations), 400, 'patch-forbidden');
    expect(issue).toMatchObject({ expression: `Patient.${element}`, text: expect.stringContaining(element) });
  });

  test('by a merge patch', async () => {
    expectOutcome(await merge('Patient/p-1', { id: null }), 400, 'patch-forbidden');
    expectOutcome(await merge('Patient/p-1', { meta: { versionId: '9' } }), 400, 'patch-forbidden');
  });

  test('but the rest of meta can', async () => {
    const { body, status } = await patch('Patient/p-1', [
      { op: 'replace', path: '/meta', value: { tag: [{ code: 'a' }] } },
    ]);
    expect(status).toBe(200);
    expect(body.meta).toMatchObject({ tag: [{ code: 'a' }], versionId: '5' });
  });
});

test('what is not there cannot be patched', async () => {
  await server.put('Patient/gone', patient('G-1', { id: 'gone' }));
  await server.delete('Patient/gone');
  expectOutcome(await patch('Patient/gone', []), 410, 'resource-deleted');
  expectOutcome(await patch('Patient/never-was', []), 404, 'resource-unknown');
  expectOutcome(await patch('Patient/a_b', []), 400, 'id-malformed');
});

describe('the body', () => {
  test.each([
    ['', 'json-malformed'],
    ['[', 'json-malformed'],
    ['[{"op":"remove","path":"/a","path":"/b"}]', 'json-duplicate-key'],
    [`[{"op":"add","path":"/a","value":${'['.repeat(40)}${']'.repeat(40)}}]`, 'json-too-deep'],
    ['{}', 'patch-malformed'],
    [Buffer.from([0x5b, 0xff, 0x5d]), 'json-encoding'],
  ])('%j is refused', async (body, rule) => {
    expectOutcome(await server.send('patch', 'Patient/p-1', body, { 'content-type': JSON_PATCH }), 400, rule);
  });

  test.each(['application/json', 'text/plain', 'application/xml-patch+xml'])(
    'of type %s is refused, with the types that are taken',
    async type => {
      const answer = await server.send('patch', 'Patient/p-1', '{}', { 'content-type': type });
      const [issue] = expectOutcome(answer, 415, 'content-type-not-served');
      expect(issue!.text).toContain(JSON_PATCH);
      expect(answer.headers['accept-patch']).toBe(`${JSON_PATCH}, ${MERGE_PATCH}, application/fhir+json`);
    },
  );

  test('may name its character set, and be compressed', async () => {
    expect((await patch('Patient/p-1', [], { 'content-type': `${JSON_PATCH}; charset=utf-8` })).status).toBe(200);
    const headers = { 'content-type': JSON_PATCH, 'content-encoding': 'gzip' };
    expect((await server.send('patch', 'Patient/p-1', gzipSync('[]'), headers)).status).toBe(200);
  });

  test('cannot make the resource deeper than others may be', async () => {
    const names = Array.from({ length: 20 }, () => '{"a":').join('');
    const value = `${names}1${'}'.repeat(20)}`;
    const deep = `/x${'/a'.repeat(19)}/b`;
    const answer = await patch(
      'Patient/p-1',
      `[{"op":"add","path":"/x","value":${value}},{"op":"add","path":"${deep}","value":${value}}]`,
    );
    expectOutcome(answer, 400, 'json-too-deep');
  });

  test('cannot make the resource larger than others may be', async () => {
    const doubling = Array.from({ length: 25 }, (_, n) => [
      { op: 'copy', from: '/name', path: `/name/0/x${n}` },
      { op: 'move', from: `/name/0/x${n}`, path: `/name/${n + 1}` },
    ]).flat();
    expectOutcome(await patch('Patient/p-1', doubling), 413, 'body-too-large');
  });
});

describe('If-Match', () => {
  test('lets the patch pass for the current version only', async () => {
    await server.put('Patient/m-1', patient('M-1', { id: 'm-1' }));
    expect((await merge('Patient/m-1', { gender: 'male' }, { 'if-match': 'W/"1"' })).headers.etag).toBe('W/"2"');
    const stale = await merge('Patient/m-1', { gender: 'other' }, { 'if-match': 'W/"1"' });
    expectOutcome(stale, 412, 'precondition-failed');
    expect(stale.headers.etag).toBe('W/"2"');
  });

  test('is judged before the patch', async () => {
    const answer = await patch('Patient/m-1', [{ op: 'remove', path: '/x' }], { 'if-match': 'W/"1"' });
    expectOutcome(answer, 412, 'precondition-failed');
  });

  test('is not needed: each of many patches at once is done', async () => {
    await server.put('Patient/m-2', patient('M-2', { id: 'm-2' }));
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) =>
        patch('Patient/m-2', [{ op: 'add', path: '/name/0/given/-', value: `Name${n}` }]),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(16).fill(200));
    const { body } = await server.get('Patient/m-2');
    expect((body.name as { given: string[] }[])[0]!.given).toHaveLength(17);
  });
});

describe('by search parameters', () => {
  test('the one that matches is patched', async () => {
    await server.put('Patient/c-1', patient('C-1', { id: 'c-1' }));
    const { status, headers, body } = await merge('Patient?identifier=C-1', { gender: 'male' });
    expect({ status, etag: headers.etag, id: body.id }).toEqual({ status: 200, etag: 'W/"2"', id: 'c-1' });
    expectOutcome(await merge('Patient?identifier=C-1', {}, { 'if-match': 'W/"1"' }), 412, 'precondition-failed');
  });

  test('none, several and no parameters are refused', async () => {
    expectOutcome(await merge('Patient?identifier=C-9', {}), 404, 'resource-unknown');
    await server.put('Patient/c-2', patient('C-1', { id: 'c-2' }));
    expectOutcome(await merge('Patient?identifier=C-1', {}), 412, 'multiple-matches');
    expectOutcome(await merge('Patient', {}), 400, 'criteria-missing');
    expectOutcome(await merge('Patient?colour=red', {}), 400, 'search-parameter-unknown');
  });

  test('a patch that takes the match away is done once', async () => {
    await server.put('Patient/c-3', patient('C-3', { id: 'c-3' }));
    const operations = [{ op: 'replace', path: '/identifier/0/value', value: 'C-3-taken' }];
    const answers = await Promise.all(Array.from({ length: 8 }, () => patch('Patient?identifier=C-3', operations)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(404)]);
    expect(resourcesOf((await server.get('Patient/c-3/_history')).body)).toHaveLength(2);
  });
});

describe('a claim', () => {
  beforeAll(() => loadScheme(server));

  test('that is patched is answered anew, by the rules of claims', async () => {
    const { body } = await server.post('Claim', malariaClaim(`${YEAR}-06-03`));
    const path = `Claim/${body.id}`;
    const patched = await patch(path, [
      { op: 'replace', path: '/item/0/quantity/value', value: 2 },
      { op: 'remove', path: '/total' },
    ]);
    expect(patched.status, patched.text).toBe(200);
    const answer = await server.get(`ClaimResponse/${body.id}`);
    expect(answer.headers.etag).toBe('W/"2"');
    const mixed = await patch(path, [{ op: 'replace', path: '/item/0/unitPrice/currency', value: 'EUR' }]);
    expectOutcome(mixed, 422, 'claim-currency-mixed');
  });
});

test('a definition that the server was started with cannot be patched', async () => {
  expectOutcome(await merge('StructureDefinition/Patient', {}), 405, 'interaction-not-enabled');
});
