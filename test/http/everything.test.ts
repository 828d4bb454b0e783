import { beforeAll, describe, expect, test } from 'vitest';
import { malariaClaim } from '../../scripts/demo/requests.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { patient } from './resources.ts';
import { linkOf, loadScheme, useServer, YEAR } from './start-server.ts';

const server = useServer();
const note = (id: string, subject: string, more: JsonObject = {}): Resource => ({
  ...{ resourceType: 'Basic', id, code: { text: 'note' }, subject: { reference: subject } },
  ...more,
});
let claimId = '';

beforeAll(async () => {
  await loadScheme(server);
  claimId = String((await server.post('Claim', malariaClaim(`${YEAR}-06-03`))).body.id);
  for (const each of [
    note('of-zuri', 'Patient/zuri-sadiki', { created: '2020-02-01' }),
    // Both by subject and by author: to be found once.
    note('by-zuri', 'Patient/zuri-sadiki', { author: { reference: 'Patient/zuri-sadiki' }, created: '2021-02-01' }),
    note('of-nobody', 'Organization/tamaro-health-centre'),
  ]) {
    const { status, text } = await server.put(`Basic/${each.id}`, each);
    expect(status, text).toBe(201);
  }
});

type Entry = { fullUrl: string; resource: Resource; search: { mode: string } };
const namesIn = (bundle: Resource, mode: string): string[] =>
  ((bundle.entry ?? []) as unknown as Entry[])
    .filter(({ search }) => search.mode === mode)
    .map(({ resource: { resourceType, id } }) => `${resourceType}/${id}`);

/** The names of the matches on all pages, with how many there were on each. */
const follow = async (path: string): Promise<{ names: string[]; pages: number[] }> => {
  const names: string[] = [];
  const pages: number[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { status, body, text } = await server.get(next);
    expect(status, text).toBe(200);
    const found = namesIn(body, 'match');
    names.push(...found);
    pages.push(found.length);
    next = linkOf(body, 'next');
  }
  return { names, pages };
};

const OF_ZURI = () => [
  ...['Basic/by-zuri', 'Basic/of-zuri', `Claim/${claimId}`, `ClaimResponse/${claimId}`],
  ...['Coverage/zuri-sadiki-cover', 'Group/sadiki-family', 'Patient/zuri-sadiki'],
];

describe('Patient/$everything', () => {
  test('has all that is the patient’s, each once, and what that refers to', async () => {
    const { body } = await server.get('Patient/zuri-sadiki/$everything?_count=100');
    expect(body.type).toBe('searchset');
    expect(namesIn(body, 'match').sort()).toEqual(OF_ZURI());
    const included = namesIn(body, 'include');
    expect(included).toContain('Organization/tamaro-health-centre');
    expect(included).toContain('Organization/openIMIS-Implementation');
    expect(included).toContain('Medication/artemether-lumefantrine');
    expect(new Set(included).size).toBe(included.length);
    expect(included.filter(name => /^(Patient|Coverage|Group)\//.test(name))).toEqual([]);
    expect(linkOf(body, 'next')).toBeUndefined();
  });

  test('pages through it and misses nothing, with what each page refers to', async () => {
    for (const count of [1, 2, 3, 7]) {
      const { names, pages } = await follow(`Patient/zuri-sadiki/$everything?_count=${count}`);
      expect(names.sort()).toEqual(OF_ZURI());
      expect(pages.slice(0, -1)).toEqual(pages.slice(0, -1).map(() => count));
      expect(pages.at(-1)).toBeGreaterThan(0);
    }
  });

  test('can be asked for with POST, and page links say what was asked', async () => {
    const parameter = [
      { name: '_type', valueCode: 'Basic' },
      { name: '_type', valueCode: 'Claim' },
      { name: '_count', valueInteger: 2 },
    ];
    const { body } = await server.post('Patient/zuri-sadiki/$everything', { resourceType: 'Parameters', parameter });
    expect(namesIn(body, 'match').sort()).toEqual(['Basic/by-zuri', 'Basic/of-zuri']);
    expect(linkOf(body, 'self')).toBe(`${server.url}/Patient/zuri-sadiki/$everything?_type=Basic,Claim&_count=2`);
    expect(namesIn((await server.get(linkOf(body, 'next')!)).body, 'match')).toEqual([`Claim/${claimId}`]);
  });

  test('takes days of care, a time of change, and types', async () => {
    const named = async (query: string): Promise<string[]> =>
      (await follow(`Patient/zuri-sadiki/$everything?${query}`)).names.sort();
    expect(await named('_type=Basic&start=2020-06-01')).toEqual(['Basic/by-zuri']);
    expect(await named('_type=Basic&end=2020')).toEqual(['Basic/of-zuri']);
    expect(await named('_type=Basic&start=2020-02-01&end=2021-02-01')).toEqual(['Basic/by-zuri', 'Basic/of-zuri']);
    expect(await named('_type=Coverage,Patient&start=2100')).toEqual([
      'Coverage/zuri-sadiki-cover',
      'Patient/zuri-sadiki',
    ]);
    const since = (await server.get('Basic/of-zuri')).body.meta!.lastUpdated as string;
    expect(await named(`_since=${since}`)).toEqual(['Basic/by-zuri', 'Basic/of-zuri']);
    expect(await named('_since=2100-01-01T00:00:00Z')).toEqual([]);
    const { body } = await server.get('Patient/zuri-sadiki/$everything?_type=Claim,Medication');
    expect(new Set(namesIn(body, 'include').map(name => name.split('/')[0]))).toEqual(new Set(['Medication']));
  });

  test('of all patients has what is anybody’s, and nothing else', async () => {
    const { names } = await follow('Patient/$everything?_count=5');
    expect(names).toEqual(expect.arrayContaining(OF_ZURI()));
    expect(names.filter(name => name.startsWith('Patient/')).length).toBeGreaterThan(2);
    expect(names).not.toContain('Basic/of-nobody');
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([
    ['start=yesterday', 'operation-parameter-invalid'],
    ['end=2020-13', 'operation-parameter-invalid'],
    ['_since=now', 'operation-parameter-invalid'],
    ['_type=Clam', 'operation-parameter-invalid'],
    ['_count=0', 'operation-parameter-invalid'],
    ['_count=many', 'operation-parameter-invalid'],
    ['_offset=3', 'operation-parameter-unknown'],
    ['_cursor=abc', 'cursor-invalid'],
  ])('is refused with %s', async (query, rule) => {
    expectOutcome(await server.get(`Patient/zuri-sadiki/$everything?${query}`), 400, rule);
  });

  test('a page link is good for what it was made for', async () => {
    const next = linkOf((await server.get('Patient/zuri-sadiki/$everything?_count=1')).body, 'next')!;
    expectOutcome(await server.get(next.replace('_count=1', '_count=2')), 400, 'cursor-invalid');
    const other = linkOf((await server.get('Patient?_count=1')).body, 'next')!;
    const cursor = new URL(other).searchParams.get('_cursor')!;
    expectOutcome(await server.get(`Patient/zuri-sadiki/$everything?_cursor=${cursor}`), 400, 'cursor-invalid');
  });

  test('of nobody is told', async () => {
    expectOutcome(await server.get('Patient/never/$everything'), 404, 'resource-unknown');
    await server.put('Patient/gone', patient('GONE', { id: 'gone' }));
    await server.delete('Patient/gone');
    expectOutcome(await server.get('Patient/gone/$everything'), 410, 'resource-deleted');
    expectOutcome(await server.get('Claim/$everything'), 404, 'operation-unknown');
  });
});

test('Group/$everything has the family, its members and what is theirs', async () => {
  const group = (await server.get('Group/sadiki-family')).body;
  const members = (group.member as unknown as { entity: { reference: string } }[]).map(
    ({ entity }) => entity.reference,
  );
  expect(members.length).toBeGreaterThan(1);
  const { names } = await follow('Group/sadiki-family/$everything?_count=3');
  expect(names[0]).toBe('Group/sadiki-family');
  expect(names).toEqual(expect.arrayContaining([...members, ...OF_ZURI()]));
  expect(new Set(names).size).toBe(names.length);
  const own: string[] = [];
  for (const member of members) own.push(...(await follow(`${member}/$everything`)).names);
  expect(names.sort()).toEqual([...new Set(own)].sort());
  expectOutcome(await server.get('Group/$everything'), 404, 'operation-unknown');
  expectOutcome(await server.get('Group/never/$everything'), 404, 'resource-unknown');
});
