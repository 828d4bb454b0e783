import type { Bundle } from 'fhir/r4.js';
import { beforeAll, expect, test } from 'vitest';
import practitioner from '../fixtures/valid/kiungo-practitioner.json' with { type: 'json' };
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { type Answer, linkOf, useServer } from './start-server.ts';

const server = useServer();
let posted = '';

const bundleOf = ({ body }: Answer): Bundle => body as unknown as Bundle;
const entriesOf = (answer: Answer): string[] =>
  (bundleOf(answer).entry ?? []).map(
    ({ request, response, resource }) =>
      `${request?.method} ${request?.url} ${response?.status} ${response?.etag}${resource === undefined ? ' gone' : ''}`,
  );

beforeAll(async () => {
  posted = (await server.post('Patient', patient('T-1'))).body.id!;
  await server.put('Patient/t-2', patient('T-2', { id: 't-2' }));
  await server.put(`Patient/${posted}`, patient('T-1', { id: posted, gender: 'male' }));
  await server.delete('Patient/t-2');
});

test('the history of a type tells what was done to all its resources, newest first', async () => {
  const answer = await server.get('Patient/_history');
  expect(answer.status).toBe(200);
  expect(bundleOf(answer)).toMatchObject({ type: 'history', total: 4 });
  expect(entriesOf(answer)).toEqual([
    'DELETE Patient/t-2 204 W/"2" gone',
    `PUT Patient/${posted} 200 W/"2"`,
    'PUT Patient/t-2 201 W/"1"',
    'POST Patient 201 W/"1"',
  ]);
  for (const { fullUrl, resource, response } of bundleOf(answer).entry!) {
    expect(fullUrl).toMatch(new RegExp(`^${server.url}/Patient/(t-2|${posted})$`));
    if (resource !== undefined) expect(response?.lastModified).toBe(resource.meta?.lastUpdated);
  }
});

test('_since is a place to go on from, _at a look back', async () => {
  const oldestFirst = bundleOf(await server.get('Patient/_history?_sort=_lastUpdated')).entry!;
  expect(oldestFirst.map(({ response }) => response?.status)).toEqual(['201', '201', '200', '204']);
  const deleted = oldestFirst[3]!.response!.lastModified!;
  const since = entriesOf(await server.get(`Patient/_history?_since=${deleted}`));
  expect(since[0]).toBe('DELETE Patient/t-2 204 W/"2" gone');
  expect(entriesOf(await server.get('Patient/_history?_since=2999-01-01T00:00:00Z'))).toEqual([]);
  expect(entriesOf(await server.get('Patient/_history?_at=2999-01-01'))).toEqual([
    'DELETE Patient/t-2 204 W/"2" gone',
    `PUT Patient/${posted} 200 W/"2"`,
  ]);
  expect(entriesOf(await server.get('Patient/_history?_at=1999'))).toEqual([]);
});

test('the links lead over all pages while others write, and keep what was asked', async () => {
  const seen: string[] = [];
  const query = '_since=2020-01-01T00:00:00Z&_count=1';
  let next: string | undefined = `Patient/_history?${query}`;
  for (let page = 0; next !== undefined; page++) {
    const answer: Answer = await server.get(next);
    seen.push(...entriesOf(answer).map(entry => entry.slice(0, 4)));
    expect(linkOf(answer.body, 'first')).toBe(`${server.url}/Patient/_history?${query}`);
    await server.put(`Patient/late-${page}`, patient(`L-${page}`, { id: `late-${page}` }));
    next = linkOf(answer.body, 'next');
  }
  expect(seen).toEqual(['DELE', 'PUT ', 'PUT ', 'POST']);
});

test('a page link is good for the same question only', async () => {
  const { body } = await server.get('Patient/_history?_count=1');
  const cursor = new URL(linkOf(body, 'next')!).searchParams.get('_cursor');
  expect((await server.get(`Patient/_history?_count=2&_cursor=${cursor}`)).status).toBe(200);
  for (const other of ['Claim/_history?', 'Patient/_history?_sort=_lastUpdated&', '_history?']) {
    expectOutcome(await server.get(`${other}_cursor=${cursor}`), 400, 'cursor-invalid');
  }
});

test('has nothing of other types, and nothing where nothing was', async () => {
  const before = entriesOf(await server.get('Patient/_history?_count=1000'));
  expect((await server.put('Practitioner/o', { ...practitioner, id: 'o' })).status).toBe(201);
  expect(entriesOf(await server.get('Practitioner/_history'))[0]).toBe('PUT Practitioner/o 201 W/"1"');
  expect(entriesOf(await server.get('Patient/_history?_count=1000'))).toEqual(before);
  expectOutcome(await server.get('Slot/_history'), 404, 'type-unknown');
  const empty = await server.get('PaymentNotice/_history');
  expect(bundleOf(empty)).toMatchObject({ type: 'history', total: 0 });
  expect(bundleOf(empty).entry).toBeUndefined();
});

test.each([
  ['_since=yesterday', 'search-parameter-invalid'],
  ['_sort=-_id', 'search-parameter-invalid'],
  ['name=Asha', 'search-parameter-unknown'],
])('%s is refused with 400', async (query, rule) => {
  expectOutcome(await server.get(`Patient/_history?${query}`), 400, rule);
});
