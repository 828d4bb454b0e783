import type { Bundle } from 'fhir/r4.js';
import { beforeAll, expect, test } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { linkOf, resourcesOf, useServer } from './start-server.ts';

const server = useServer();
let posted = '';

const bundleOf = (body: Resource): Bundle => body as unknown as Bundle;

beforeAll(async () => {
  posted = (await server.post('Patient', patient('H-1'))).body.id!;
  await server.put(`Patient/${posted}`, patient('H-1', { id: posted, gender: 'male' }));
  await server.delete(`Patient/${posted}`);
  await server.put(`Patient/${posted}`, patient('H-1', { id: posted, gender: 'other' }));
});

test('the history tells creation, update, deletion and return, newest first', async () => {
  const { status, headers, body } = await server.get(`Patient/${posted}/_history`);
  expect(status).toBe(200);
  expect(headers.etag).toBeUndefined();
  const { type, total, entry = [] } = bundleOf(body);
  expect({ type, total }).toEqual({ type: 'history', total: 4 });
  const url = `Patient/${posted}`;
  expect(
    entry.map(({ request, response }) => [request?.method, request?.url, response?.status, response?.etag]),
  ).toEqual([
    ['PUT', url, '201', 'W/"4"'],
    ['DELETE', url, '204', 'W/"3"'],
    ['PUT', url, '200', 'W/"2"'],
    ['POST', 'Patient', '201', 'W/"1"'],
  ]);
  expect(entry.map(({ resource }) => (resource as { gender?: string } | undefined)?.gender)).toEqual([
    'other',
    undefined,
    'male',
    'female',
  ]);
  for (const { fullUrl, resource, response } of entry) {
    expect(fullUrl).toBe(`${server.url}/Patient/${posted}`);
    if (resource !== undefined) expect(response?.lastModified).toBe(resource.meta?.lastUpdated);
  }
});

test('the links lead over all pages, each version once', async () => {
  await server.put('Patient/h-2', patient('H-0', { id: 'h-2' }));
  for (let number = 1; number < 7; number++) await server.put('Patient/h-2', patient(`H-${number}`, { id: 'h-2' }));
  const versions: string[] = [];
  let pages = 0;
  for (let next: string | undefined = 'Patient/h-2/_history?_count=3'; next !== undefined; pages++) {
    const { body } = await server.get(next);
    versions.push(...resourcesOf(body).map(({ meta }) => (meta as { versionId: string }).versionId));
    if (pages === 0) await server.put('Patient/h-2', patient('H-late', { id: 'h-2' }));
    next = linkOf(body, 'next');
    expect(linkOf(body, 'first')).toBe(`${server.url}/Patient/h-2/_history?_count=3`);
  }
  expect(pages).toBe(3);
  expect(versions).toEqual(['7', '6', '5', '4', '3', '2', '1']);
});

test('a page link is good for its own history only', async () => {
  const { body } = await server.get(`Patient/${posted}/_history?_count=1`);
  const cursor = new URL(linkOf(body, 'next')!).searchParams.get('_cursor');
  expect((await server.get(`Patient/${posted}/_history?_cursor=${cursor}`)).status).toBe(200);
  expectOutcome(await server.get(`Patient/h-2/_history?_cursor=${cursor}`), 400, 'cursor-invalid');
});

test('_since, _at and _sort choose and order versions', async () => {
  const { body } = await server.get(`Patient/${posted}/_history`);
  const times = (bundleOf(body).entry ?? []).map(({ response }) => response!.lastModified!).reverse();
  const etags = async (query: string): Promise<(string | undefined)[]> => {
    const answer = await server.get(`Patient/${posted}/_history?${query}`);
    expect(answer.status, answer.text).toBe(200);
    const { total, entry = [] } = bundleOf(answer.body);
    expect(total).toBe(entry.length);
    return entry.map(({ response }) => response?.etag);
  };
  expect(await etags('_sort=_lastUpdated')).toEqual(['W/"1"', 'W/"2"', 'W/"3"', 'W/"4"']);
  expect(await etags('_sort=none&_count=4')).toHaveLength(4);
  const later = new Date(Date.parse(times[3]!) + 1).toISOString();
  expect(await etags(`_since=${later}`)).toEqual([]);
  expect(await etags(`_at=${later}`)).toEqual(['W/"4"']);
  expect(await etags(`_since=${times[0]}`)).toHaveLength(4);
  expect(await etags(`_since=${times[0]!.replace('Z', '%2B00:00')}&_at=2020`)).toEqual([]);
  expect(await etags(`_at=${times[3]!.slice(0, 4)}`)).toHaveLength(4);
});

test('what never was has no history; what was deleted still has it', async () => {
  expectOutcome(await server.get('Patient/never-was/_history'), 404, 'resource-unknown');
  await server.delete('Patient/h-2');
  expect((await server.get('Patient/h-2/_history?_count=1')).status).toBe(200);
});

test.each([
  ['_count=few', 'search-parameter-invalid'],
  ['_count=-1', 'search-parameter-invalid'],
  ['_since=2020-01-01', 'search-parameter-invalid'],
  ['_since=2020-01-01T00:00:00', 'search-parameter-invalid'],
  ['_since=2020-01-01T00:00:00+02:00', 'search-parameter-invalid'],
  ['_at=ge2020-01-01', 'search-parameter-invalid'],
  ['_at=2020-02-30', 'search-parameter-invalid'],
  ['_sort=birthdate', 'search-parameter-invalid'],
  ['_count=1&_count=2', 'search-parameter-invalid'],
  ['_list=42', 'search-parameter-unknown'],
  ['name=Asha', 'search-parameter-unknown'],
])('%s is refused with 400', async (query, rule) => {
  expectOutcome(await server.get(`Patient/${posted}/_history?${query}`), 400, rule);
});
