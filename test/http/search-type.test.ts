import { beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient, written } from './resources.ts';
import { linkOf, resourcesOf, useServer } from './start-server.ts';

const BASE = 'https://hie.example/fhir';
const server = useServer({ KIUNGO_BASE_URL: BASE, KIUNGO_TIME_ZONE: 'Africa/Nairobi' });

/** A link of the public base, as a path on the server under test. */
const here = (url: string): string => {
  expect(url.startsWith(`${BASE}/`), url).toBe(true);
  return url.slice(BASE.length);
};

const idsOf = (body: Resource): string[] => resourcesOf(body).map(({ id }) => id!);
const found = async (query: string): Promise<string[]> => idsOf((await server.get(query)).body);

beforeAll(async () => {
  const people = [
    ['s-1', { gender: 'female', birthDate: '1990-05-17', name: [{ family: 'Mwamba', given: ['Asha'] }] }],
    ['s-2', { gender: 'male', birthDate: '1990-12-01', name: [{ family: 'Mwangi', given: ['Tito'] }] }],
    ['s-3', { gender: 'female', birthDate: '2001-01-09', name: [{ family: 'Ödegård', given: ['Asha'] }] }],
  ] satisfies [string, JsonObject][];
  for (const [id, more] of people)
    await server.put(`Patient/${id}`, patient(`S-${id}`, { id, ...structuredClone(more) }));
  await server.put('Organization/o-1', {
    resourceType: 'Organization',
    id: 'o-1',
    identifier: [{ system: 'https://example.org/facilities', value: 'F-1' }],
    type: [{ text: 'clinic' }],
    name: 'Clinic',
  });
  await server.put(
    'Patient/s-4',
    patient('S-s-4', { id: 's-4', managingOrganization: { reference: 'Organization/o-1' } }),
  );
});

test.each([
  ['Patient?gender=female&_sort=birthdate', ['s-1', 's-4', 's-3']],
  ['Patient?identifier=S-s-2', ['s-2']],
  ['Patient?identifier=|S-s-2', ['s-2']],
  ['Patient?name=mwa&_sort=birthdate', ['s-1', 's-4', 's-2']],
  ['Patient?family:exact=Mwangi', ['s-2']],
  ['Patient?family=odegard', ['s-3']],
  ['Patient?birthdate=1990&gender=male', ['s-2']],
  ['Patient?birthdate=gt2000-01-01', ['s-3']],
  ['Patient?birthdate=ge1990-12-01&birthdate=lt2001', ['s-2']],
  ['Patient?organization=Organization/o-1', ['s-4']],
  ['Patient?organization=o-1', ['s-4']],
  [`Patient?organization=${BASE}/Organization/o-1`, ['s-4']],
  ['Patient?_id=s-2,s-3&_sort=-birthdate', ['s-3', 's-2']],
  ['Patient?_id=never-was', []],
  ['Patient?_lastUpdated=lt2020', []],
  ['Patient?_lastUpdated=gt2020&_id=s-1', ['s-1']],
])('%s finds %j', async (query, expected) => {
  const { status, body } = await server.get(query);
  expect(status).toBe(200);
  const sorted = query.includes('_sort') ? idsOf(body) : idsOf(body).toSorted();
  // Equal birth dates have no order of their own.
  expect(sorted.length === 3 ? [...sorted.slice(0, 2).toSorted(), sorted[2]] : sorted).toEqual(
    expected.length === 3 ? [...expected.slice(0, 2).toSorted(), expected[2]] : expected,
  );
  expect(body).toMatchObject({ type: 'searchset', total: expected.length });
});

test('entries have the address of the resource and say that they match; links are absolute, below the public base', async () => {
  const { body } = await server.get('Patient?gender=male');
  expect(body.entry).toMatchObject([
    { fullUrl: `${BASE}/Patient/s-2`, search: { mode: 'match' }, resource: { id: 's-2' } },
  ]);
  expect(linkOf(body, 'self')).toBe(`${BASE}/Patient?gender=male`);
  const { headers } = await server.post('Patient', patient('S-5'));
  expect(headers.location).toMatch(`${BASE}/Patient/`);
  expect((await server.get('metadata')).body).toMatchObject({ implementation: { url: BASE } });
});

test('POST to _search finds the same, with parameters of the path and of the form', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const posted = await server.send('post', 'Patient/_search?gender=female', 'name=asha&birthdate=ge2000', form);
  expect(posted.status).toBe(200);
  expect(idsOf(posted.body)).toEqual(['s-3']);
  expect(linkOf(posted.body, 'self')).toBe(`${BASE}/Patient?gender=female&name=asha&birthdate=ge2000`);
  const everybody = await server.send('post', 'Patient/_search');
  expect(everybody.body.total).toBe(5);
  const spaced = await server.send('post', 'Patient/_search', 'family=%C3%96deg%C3%A5rd', form);
  expect(idsOf(spaced.body)).toEqual(['s-3']);
  expectOutcome(await server.post('Patient/_search', {}), 415, 'content-type-not-served');
  expectOutcome(await server.send('post', 'Patient/_search', '_format=ttl', form), 406, 'accept-not-served');
  expectOutcome(await server.send('post', 'Patient/_search', 'name=%FF', form), 400, 'request-malformed');
});

describe('parameters that cannot be used', () => {
  test.each([
    ['nmae=Asha', 'search-parameter-unknown', 'Did you mean "name"?'],
    ['birthDate=1990', 'search-parameter-unknown', 'Did you mean "birthdate"?'],
    ['name=', 'search-parameter-unknown', 'has no value'],
    ['birthdate=soon', 'search-parameter-invalid', '"birthdate"'],
    ['gender:exact=male', 'search-parameter-invalid', ':exact'],
    ['_count=ten', 'search-parameter-invalid', 'whole number'],
    ['_sort=gendre', 'search-parameter-unknown', 'Did you mean "gender"?'],
    ['organization.nmae=x', 'search-parameter-unknown', 'Did you mean "name"?'],
    ['_include=Patient:organisation', 'search-parameter-unknown', 'Did you mean "organization"?'],
    ['name=%ZZ', 'request-malformed', 'percent'],
    ['%00=x', 'search-parameter-unknown', 'no search parameter'],
  ])('%s is refused with a text that helps', async (query, rule, text) => {
    const [issue] = expectOutcome(await server.get(`Patient?${query}`), 400, rule);
    expect(issue?.text).toContain(text);
  });

  test('are left out in lenient handling, which the self link and a warning tell', async () => {
    const { status, body } = await server.get('Patient?gender=male&nmae=Asha', { prefer: 'handling=lenient' });
    expect(status).toBe(200);
    expect(linkOf(body, 'self')).toBe(`${BASE}/Patient?gender=male`);
    expect(body.total).toBe(1);
    expect(body.entry).toMatchObject([
      { search: { mode: 'match' } },
      {
        search: { mode: 'outcome' },
        resource: {
          resourceType: 'OperationOutcome',
          issue: [{ severity: 'warning', details: { coding: [{ code: 'search-parameter-unknown' }] } }],
        },
      },
    ]);
    const wrong = await server.get('Patient?birthdate=soon', { prefer: 'handling=lenient' });
    expectOutcome(wrong, 400, 'search-parameter-invalid');
  });
});

test.each([
  'family',
  'family:exact',
  'family:contains',
  'birthdate',
  '_lastUpdated',
  'identifier',
  'organization',
  '_id',
])('as many values of %s as a search takes are carried out, whatever else it asks for', async name => {
  const isDate = name === 'birthdate' || name === '_lastUpdated';
  const isTest = isDate || name.startsWith('family');
  const values = Array.from({ length: isTest ? 200 : 5000 }, (_none, index) =>
    isDate ? `ne${1800 + index}` : `v${index}`,
  );
  const others = `${Array(isTest ? 98 : 97)
    .fill('gender=female')
    .join('&')}${isTest ? '' : '&birthdate=ne1850'}`;
  const form = `${name}=${values}&${others}&_sort=birthdate,-birthdate`;
  const { status, text } = await server.send('post', 'Patient/_search', form, {
    'content-type': 'application/x-www-form-urlencoded',
  });
  expect(status, text).toBe(200);
});

describe('pages', () => {
  const notice = (number: number): Resource => ({
    resourceType: 'Basic',
    code: { text: 'page' },
    created: `2024-01-${String((number % 9) + 1).padStart(2, '0')}`,
  });
  const walk = async (start: string, between: (page: number) => Promise<unknown>): Promise<string[][]> => {
    const pages: string[][] = [];
    for (let next: string | undefined = start; next !== undefined; ) {
      const { status, body } = await server.get(next);
      expect(status).toBe(200);
      pages.push(idsOf(body));
      await between(pages.length);
      const link = linkOf(body, 'next');
      next = link === undefined ? undefined : here(link);
    }
    return pages;
  };

  beforeAll(async () => {
    for (let number = 0; number < 25; number++)
      await server.put(`Basic/p-${number}`, { ...notice(number), id: `p-${number}` });
  });

  test.each([
    'Basic?_count=4',
    'Basic?_count=4&_sort=created',
    'Basic?_count=4&_sort=-created',
    'Basic?_count=4&_sort=-_lastUpdated',
  ])('%s leads over everything once while others write', async query => {
    const before = new Set(await found('Basic?_count=1000'));
    const pages = await walk(query, async page => {
      await server.put(`Basic/late-${page}-${query.length}`, { ...notice(page), id: `late-${page}-${query.length}` });
    });
    expect(pages.slice(0, -1).every(page => page.length === 4)).toBe(true);
    const seen = pages.flat();
    expect(new Set(seen).size).toBe(seen.length);
    expect([...before].filter(id => !seen.includes(id))).toEqual([]);
  });

  test.each(['Basic?_count=4', 'Basic?_count=4&_sort=-created'])('%s leads back by previous links', async query => {
    const first = await server.get(query);
    expect(linkOf(first.body, 'previous')).toBeUndefined();
    const second = await server.get(here(linkOf(first.body, 'next')!));
    const third = await server.get(here(linkOf(second.body, 'next')!));
    const back = await server.get(here(linkOf(third.body, 'previous')!));
    expect(idsOf(back.body)).toEqual(idsOf(second.body));
    const begin = await server.get(here(linkOf(back.body, 'previous')!));
    expect(idsOf(begin.body)).toEqual(idsOf(first.body));
    expect(linkOf(begin.body, 'previous')).toBeUndefined();
    expect(idsOf((await server.get(here(linkOf(begin.body, 'next')!))).body)).toEqual(idsOf(second.body));
  });

  test('_count=0 gives the number only; a _count over the limit is cut to it', async () => {
    const { body } = await server.get('Basic?_count=0');
    expect(body.entry).toBeUndefined();
    expect(body.total).toBeGreaterThan(24);
    expect(linkOf((await server.get('Basic?_count=100000')).body, 'self')).toBe(`${BASE}/Basic?_count=1000`);
  });

  test('a page link that was changed is refused', async () => {
    const { body } = await server.get('Basic?_count=4');
    const next = here(linkOf(body, 'next')!);
    const [, cursor] = /_cursor=([^&]+)/.exec(next)!;
    const flipped = `${cursor!.slice(0, -2)}${cursor!.at(-2) === 'A' ? 'B' : 'A'}${cursor!.at(-1)}`;
    expect((await server.get(next)).status).toBe(200);
    for (const path of [
      next.replace(cursor!, flipped),
      next.replace(cursor!, cursor!.slice(4)),
      next.replace(cursor!, 'page-2'),
      next.replace('_count=4', '_count=5'),
      next.replace('/Basic?', '/Patient?'),
    ]) {
      expectOutcome(await server.get(path), 400, 'cursor-invalid');
    }
  });
});

test('a number comes back as it was written, wherever it is served', async () => {
  const plan = (price: number): Resource => ({
    resourceType: 'Basic',
    code: { text: 'numbers' },
    extension: [
      { url: 'https://example.org/price', valueDecimal: price },
      { url: 'https://example.org/share', valueDecimal: written('1.0E2') },
      { url: 'https://example.org/long', valueDecimal: written('0.1000000000000000055511151231257827') },
    ],
  });
  const numbers = (text: string): string[] =>
    [...text.matchAll(/"valueDecimal": ?([^}]+)\}/g)].map(([, number]) => number!);
  const sent = ['10.50', '1.0E2', '0.1000000000000000055511151231257827'];
  const created = await server.post('Basic', plan(written('10.50')));
  expect(created.status, created.text).toBe(201);
  const id = created.body.id!;
  expect(numbers(created.text)).toEqual(sent);
  for (const path of [`Basic/${id}`, `Basic/${id}/_history/1`, `Basic?_id=${id}`, `Basic/${id}/_history`]) {
    expect(numbers((await server.get(path)).text), path).toEqual(sent);
  }
  const updated = await server.put(`Basic/${id}`, { ...plan(written('10.500')), id });
  expect(updated.headers.etag, 'a price with one more digit is another content').toBe('W/"2"');
  expect(numbers(updated.text)).toEqual(['10.500', ...sent.slice(1)]);
});
