import { describe, expect, test } from 'vitest';
import { ISSUE_RULE_SYSTEM } from '../../src/fhir/operation-outcome.ts';
import { isId } from '../../src/fhir/reference.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { linkOf, resourcesOf, startServer, useServer } from './start-server.ts';

const server = useServer();

const countOf = async (query: string): Promise<number> => resourcesOf((await server.get(query)).body).length;

test('a created resource has an id, a first version, the time of the change, and says where it is', async () => {
  const before = Math.floor(Date.now() / 1000) * 1000;
  const { status, headers, body } = await server.post('Patient', patient('C-1'));
  expect(status).toBe(201);
  expect(isId(body.id!)).toBe(true);
  expect(headers.location).toBe(`${server.url}/Patient/${body.id}/_history/1`);
  expect(headers.etag).toBe('W/"1"');
  const { versionId, lastUpdated } = body.meta as { versionId: string; lastUpdated: string };
  expect(versionId).toBe('1');
  expect(Date.parse(headers['last-modified']!)).toBeGreaterThanOrEqual(before);
  expect(Math.floor(Date.parse(lastUpdated) / 1000) * 1000).toBe(Date.parse(headers['last-modified']!));
  const { id: _id, meta: _meta, ...rest } = body;
  expect(rest).toEqual(patient('C-1'));
  expect((await server.get(headers.location!)).body).toEqual(body);
});

test('an id, version or time that the client sends is not taken', async () => {
  const meta = { versionId: '17', lastUpdated: '2001-01-01T00:00:00Z', tag: [{ code: 'mine' }] };
  const { status, body } = await server.post('Patient', patient('C-2', { id: 'chosen', meta }));
  expect(status).toBe(201);
  expect(body.id).not.toBe('chosen');
  expect(body.meta).toMatchObject({ versionId: '1', tag: [{ code: 'mine' }] });
  expect((body.meta as { lastUpdated: string }).lastUpdated).not.toMatch(/^2001/);
  expectOutcome(await server.get('Patient/chosen'), 404, 'resource-unknown');
});

test('later ids sort after earlier ones', async () => {
  const ids: string[] = [];
  for (const number of ['C-3', 'C-4', 'C-5']) ids.push((await server.post('Patient', patient(number))).body.id!);
  expect(ids.toSorted()).toEqual(ids);
});

test('a resource that is not valid is refused with every fault at its place, and nothing is stored', async () => {
  const { identifier: _none, ...bad } = patient('C-6', { gender: 'woman', birthDate: '1990-02-30', nmae: [] });
  const faults = expectOutcome(await server.post('Patient', bad), 422, 'element-unknown');
  expect(faults.map(({ rule, expression }) => `${rule} ${expression}`).sort()).toEqual([
    'cardinality-min Patient.identifier',
    'code-not-in-value-set Patient.gender',
    'element-unknown Patient.nmae',
    'format-wrong Patient.birthDate',
  ]);
  expect(await countOf('Patient?_count=100')).toBe(5);
});

describe('Prefer', () => {
  test('return=minimal answers without a body', async () => {
    const { status, headers, text } = await server.post('Patient', patient('C-7'), { prefer: 'return=minimal' });
    expect({ status, text }).toEqual({ status: 201, text: '' });
    expect(headers.location).toMatch(/\/Patient\/[^/]+\/_history\/1$/);
    expect(headers['content-type']).toBeUndefined();
  });

  test('return=OperationOutcome answers with what was found', async () => {
    const { status, headers, body } = await server.post('Patient', patient('C-8'), {
      prefer: 'return=OperationOutcome',
    });
    expect(status).toBe(201);
    expect(headers.location).toMatch(/\/_history\/1$/);
    expect(body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'information' }] });
  });

  test('return=OperationOutcome tells of a claimed profile that is not known', async () => {
    const claimed = patient('C-9', { meta: { profile: ['https://example.org/StructureDefinition/unheard-of'] } });
    const { status, body } = await server.post('Patient', claimed, { prefer: 'return=OperationOutcome' });
    expect(status).toBe(201);
    expect(body.issue).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        details: { coding: [{ system: ISSUE_RULE_SYSTEM, code: 'profile-unknown' }] },
        expression: ['Patient.meta.profile[0]'],
      }),
    );
  });

  test.each(['return=representation', 'respond-async', 'return=everything; wait=3'])(
    '%s answers the resource',
    async prefer => {
      const { status, body } = await server.post('Patient', patient(`C-${prefer}`), { prefer });
      expect({ status, type: body.resourceType }).toEqual({ status: 201, type: 'Patient' });
    },
  );
});

describe('If-None-Exist', () => {
  const ifNoneExist = (value: string): Record<string, string> => ({ 'if-none-exist': value });

  test('creates when nothing matches, then answers with the first one and stores nothing', async () => {
    const first = await server.post('Patient', patient('N-1'), ifNoneExist('identifier=N-1'));
    expect(first.status).toBe(201);
    const second = await server.post('Patient', patient('N-1', { gender: 'male' }), ifNoneExist('identifier=N-1'));
    expect(second.status).toBe(200);
    expect(second.text).toBe(first.text);
    expect(second.headers.etag).toBe('W/"1"');
    expect(second.headers.location).toBeUndefined();
    expect(await countOf('Patient?identifier=N-1')).toBe(1);
  });

  test('may be written as a whole search, with its type', async () => {
    const { status } = await server.post('Patient', patient('N-2'), ifNoneExist('Patient?identifier=N-2'));
    expect(status).toBe(201);
    expect((await server.post('Patient', patient('N-2'), ifNoneExist('?identifier=N-2'))).status).toBe(200);
  });

  test('refuses with 412 when several match', async () => {
    for (const gender of ['male', 'female']) await server.post('Patient', patient('N-3', { gender }));
    const answer = await server.post('Patient', patient('N-3'), ifNoneExist('identifier=N-3'));
    expectOutcome(answer, 412, 'multiple-matches');
    expect(await countOf('Patient?identifier=N-3')).toBe(2);
  });

  test.each([
    ['', 'header-malformed'],
    ['_count=1', 'header-malformed'],
    ['_format=json', 'header-malformed'],
    ['identifer=N-1', 'search-parameter-unknown'],
    ['birthdate=yesterday', 'search-parameter-invalid'],
  ])('%j is refused with 400', async (value, rule) => {
    expectOutcome(await server.post('Patient', patient('N-4'), ifNoneExist(value)), 400, rule);
    expect(await countOf('Patient?identifier=N-4')).toBe(0);
  });

  test('judges the resource that is sent before it looks for another', async () => {
    expectOutcome(
      await server.post('Patient', { resourceType: 'Patient' }, ifNoneExist('identifier=N-1')),
      422,
      'cardinality-min',
    );
  });

  test('leaves one of 64 that are sent at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => server.post('Patient', patient('N-64'), ifNoneExist('identifier=N-64'))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(63);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const { body } = await server.get('Patient?identifier=N-64');
    expect(body.total).toBe(1);
    expect(linkOf(body, 'next')).toBeUndefined();
  });
});

test.each([
  ['valid but for them', 'final'],
  ['invalid besides', 'wrong'],
])(
  'of very many references that lead nowhere the first hundred are told, quickly, in a resource that is %s',
  async (_what, mode) => {
    const entry = Array.from({ length: 40_000 }, (_none, index) => ({ item: { reference: `Patient/none-${index}` } }));
    const started = performance.now();
    const answer = await server.post('List', {
      resourceType: 'List',
      status: 'current',
      mode: mode === 'final' ? 'working' : mode,
      entry,
    });
    expect(answer.status).toBe(422);
    expect(answer.body.issue).toHaveLength(100);
    expect(performance.now() - started).toBeLessThan(5000);
  },
);

describe('an extension whose definition is not loaded', () => {
  const extended = (number: string) =>
    patient(number, { extension: [{ url: 'https://example.org/extension/tribe', valueString: 'x' }] });

  test('is taken', async () => {
    expect((await server.post('Patient', extended('C-30'))).status).toBe(201);
  });

  test('is refused where the operator wants it so', async () => {
    const strict = await startServer({ KIUNGO_UNKNOWN_EXTENSIONS: 'refuse' });
    try {
      const issues = expectOutcome(await strict.post('Patient', extended('C-31')), 422, 'extension-unknown');
      expect(issues[0]).toMatchObject({ expression: 'Patient.extension[0]' });
    } finally {
      await strict.app.close();
    }
  });
});

test('an integer that is written with a point is refused, though JavaScript cannot tell', async () => {
  const text = JSON.stringify(patient('C-40', { multipleBirthInteger: 2 }))
    .replace(':2,', ':2.0,')
    .replace(':2}', ':2.0}');
  const issues = expectOutcome(await server.post('Patient', text), 422, 'format-wrong');
  expect(issues[0]).toMatchObject({ expression: 'Patient.multipleBirth' });
});
