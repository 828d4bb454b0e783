import { beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { type Answer, loadScheme, resourcesOf, useServer, YEAR } from './start-server.ts';

const server = useServer({ KIUNGO_CLAIM_MODE: 'forward' });

/** A PUT of the patient of this number to the patient of this number. */
const put = (number: string, more: JsonObject = {}, headers = {}): Promise<Answer> =>
  server.put(`Patient?identifier=${number}`, patient(number, more), headers);

const countOf = async (query: string): Promise<number> => resourcesOf((await server.get(query)).body).length;

test('If-None-Match: * lets it create, and replace nothing', async () => {
  const only = { 'if-none-match': '*' };
  expect((await put('N-30', {}, only)).status).toBe(201);
  expectOutcome(await put('N-30', { active: true }, only), 412, 'precondition-failed');
  expect(await countOf('Patient?identifier=N-30')).toBe(1);
});

describe('where nothing matches', () => {
  test('the resource is created under a new id', async () => {
    const { status, headers, body } = await put('N-1');
    expect(status).toBe(201);
    expect(headers.location).toBe(`${server.url}/Patient/${body.id}/_history/1`);
    expect((await server.get(`Patient/${body.id}`)).body).toEqual(body);
  });

  test('the resource is created under the id of its own', async () => {
    const { status, body } = await put('N-2', { id: 'n-2' });
    expect({ status, id: body.id }).toEqual({ status: 201, id: 'n-2' });
  });

  test('a deleted resource of that id is brought back', async () => {
    await server.delete('Patient/n-2');
    const { status, headers } = await put('N-2', { id: 'n-2' });
    expect({ status, etag: headers.etag }).toEqual({ status: 201, etag: 'W/"3"' });
  });

  test('the id of another resource is refused', async () => {
    const [issue] = expectOutcome(await put('N-3', { id: 'n-2' }), 409, 'id-taken');
    expect(issue).toMatchObject({ expression: 'Patient.id', text: expect.stringContaining('Patient/n-2') });
    expect(await countOf('Patient?identifier=N-3')).toBe(0);
  });

  test.each([7, 'a_b', ''])('an id like %j is refused', async id => {
    expectOutcome(await put('N-4', { id }), 400, 'id-malformed');
  });

  test('If-Match cannot hold', async () => {
    expectOutcome(await put('N-5', {}, { 'if-match': 'W/"1"' }), 412, 'precondition-failed');
  });

  test('a resource that is not valid is refused', async () => {
    expectOutcome(await put('N-6', { gender: 'woman' }), 422, 'code-not-in-value-set');
    expect(await countOf('Patient?identifier=N-6')).toBe(0);
  });
});

describe('where one matches', () => {
  test('that one gets a new version, with or without its id in the body', async () => {
    await server.put('Patient/o-1', patient('O-1', { id: 'o-1' }));
    const first = await put('O-1', { gender: 'male' });
    expect({ status: first.status, etag: first.headers.etag }).toEqual({ status: 200, etag: 'W/"2"' });
    expect(first.body).toMatchObject({ id: 'o-1', gender: 'male' });
    const second = await put('O-1', { id: 'o-1', gender: 'other' });
    expect({ status: second.status, etag: second.headers.etag }).toEqual({ status: 200, etag: 'W/"3"' });
    expect(await countOf('Patient?identifier=O-1')).toBe(1);
  });

  test('the same again makes no new version', async () => {
    const { status, headers } = await put('O-1', { gender: 'other' });
    expect({ status, etag: headers.etag }).toEqual({ status: 200, etag: 'W/"3"' });
  });

  test('another id in the body is refused', async () => {
    const [issue] = expectOutcome(await put('O-1', { id: 'o-2' }), 400, 'id-mismatch');
    expect(issue).toMatchObject({ expression: 'Patient.id', text: expect.stringContaining('"o-1"') });
  });

  test('If-Match names its version', async () => {
    expectOutcome(await put('O-1', { gender: 'male' }, { 'if-match': 'W/"2"' }), 412, 'precondition-failed');
    expect((await put('O-1', { gender: 'male' }, { 'if-match': 'W/"3"' })).headers.etag).toBe('W/"4"');
  });
});

test('where several match none is changed', async () => {
  await server.put('Patient/s-1', patient('S-1', { id: 's-1' }));
  await server.put('Patient/s-2', patient('S-1', { id: 's-2' }));
  expectOutcome(await put('S-1', { id: 's-1', gender: 'male' }), 412, 'multiple-matches');
  expect((await server.get('Patient/s-1')).headers.etag).toBe('W/"1"');
});

test.each([
  ['Patient', 'criteria-missing'],
  ['Patient?', 'criteria-missing'],
  ['Patient?_count=1&_format=json', 'criteria-missing'],
  ['Patient?identifier=', 'search-parameter-unknown'],
  ['Patient?colour=red', 'search-parameter-unknown'],
])('PUT %s is refused', async (path, rule) => {
  expectOutcome(await server.put(path, patient('E-1'), { prefer: 'handling=lenient' }), 400, rule);
});

test('of many that race for one identifier one creates, and all others update the same resource', async () => {
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, number) => put('R-1', { name: [{ family: 'Mwamba', given: [`Name${number}`] }] })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(15).fill(200), 201]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect(new Set(answers.map(({ headers }) => headers.etag)).size).toBe(16);
  expect(await countOf('Patient?identifier=R-1')).toBe(1);
});

test('forms of openIMIS are rewritten where the client asks for it', async () => {
  const id = 'A0B1C2D3-E4F5-4678-9ABC-DEF012345678';
  const sent = patient('Z-1', { id, gender: 'FEMALE' });
  const { status, headers, body } = await server.put('Patient?identifier=Z-1', sent, { prefer: 'normalize=openimis' });
  expect({ status, normalized: headers['x-kiungo-normalized'], id: body.id, gender: body.gender }).toEqual({
    status: 201,
    normalized: '2',
    id: id.toLowerCase(),
    gender: 'female',
  });
});

describe('a claim', () => {
  beforeAll(() => loadScheme(server));

  test('goes by the rules of claims: its answer comes with it, and its number is its own', async () => {
    const base = malariaClaim(`${YEAR}-06-03`);
    const [identifier] = base.identifier as JsonObject[];
    const path = `Claim?identifier=${String(identifier!.value)}`;
    const created = await server.put(path, base);
    expect(created.status, created.text).toBe(201);
    const updated = await server.put(path, { ...base, priority: { coding: [{ code: 'stat' }] } });
    expect({ status: updated.status, id: updated.body.id }).toEqual({ status: 200, id: created.body.id });
    expect((await server.get(`ClaimResponse/${created.body.id}`)).headers.etag).toBe('W/"2"');
    const other = await server.put('Claim?identifier=unheard-of', {
      ...base,
      priority: { coding: [{ code: 'stat' }] },
    });
    expectOutcome(other, 409, 'identity-taken');
  });
});
