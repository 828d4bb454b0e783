import { beforeAll, describe, expect, test } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { linkOf, resourcesOf, useServer } from './start-server.ts';

const server = useServer({ KIUNGO_CAPABILITIES: 'r4' });
const tag = [{ system: 'urn:t', code: 'x' }];

const WORLD: Resource[] = [
  { resourceType: 'Patient', id: 'a', meta: { tag }, name: [{ family: 'Sadiki' }], active: true },
  { resourceType: 'Patient', id: 'b', name: [{ family: 'Mwangi' }] },
  { resourceType: 'Practitioner', id: 'c', meta: { tag }, name: [{ family: 'Sadiki' }] },
  { resourceType: 'Organization', id: 'd', meta: { tag }, name: 'Sadiki' },
  { resourceType: 'Basic', id: 'e', code: { text: 'x' } },
  {
    resourceType: 'List',
    id: 'l',
    status: 'current',
    mode: 'working',
    entry: [{ item: { reference: 'Patient/b' } }, { item: { reference: 'Basic/e' } }],
  },
];

beforeAll(async () => {
  for (const resource of WORLD) {
    const { status, text } = await server.put(`${resource.resourceType}/${resource.id}`, resource);
    expect({ status, text }).toEqual({ status: 201, text });
  }
});

const idsOf = (body: Resource): string =>
  resourcesOf(body)
    .map(({ id }) => id)
    .join(' ');

describe('a search of several types', () => {
  test.each([
    ['/', 'a b c d e l'],
    ['/?_sort=-_lastUpdated', 'l e d c b a'],
    ['/?_tag=urn:t|x', 'a c d'],
    ['/?_tag:not=urn:t|x', 'b e l'],
    ['/?_type=Patient,Practitioner&name=sadiki', 'a c'],
    ['/?_type=Patient,Practitioner,Organization&name=sadiki&_sort=-_id', 'd c a'],
    ['/?_type=Patient&active=true', 'a'],
    ['/?_type=Patient,Basic&_id=a,e', 'a e'],
    ['/?_lastUpdated=gt2020&_type=Basic,List', 'e l'],
    ['/?_lastUpdated=lt2020', ''],
    ['/?_id=zzz', ''],
    ['/?_list=l', 'b e'],
    ['Patient?_list=l', 'b'],
    ['Patient?_list=nothing', ''],
    ['/?_type=Basic&_tag:missing=true', 'e'],
  ])('%s finds %s, page by page too', async (query, ids) => {
    const { status, body, text } = await server.get(query);
    expect({ status, text }).toEqual({ status: 200, text });
    expect(idsOf(body)).toBe(ids);
    expect(body.total).toBe(ids === '' ? 0 : ids.split(' ').length);
    const pages: string[] = [];
    for (let path: string | undefined = `${query}${query.includes('?') ? '&' : '?'}_count=1`; path !== undefined; ) {
      const page: Resource = (await server.get(path)).body;
      pages.push(idsOf(page));
      const next = (page.link as { relation: string; url: string }[]).find(({ relation }) => relation === 'next');
      path = next?.url;
    }
    expect(pages.join(' ')).toBe(ids);
  });

  test('is posted as a form, and shows where each resource is', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const { body } = await server.send('post', '_search', '_type=Patient,Organization&_tag=x', form);
    expect(idsOf(body)).toBe('a d');
    expect(linkOf(body, 'self')).toBe(`${server.url}/?_type=Patient,Organization&_tag=x`);
    expect(body.entry).toMatchObject([
      { fullUrl: `${server.url}/Patient/a`, search: { mode: 'match' } },
      { fullUrl: `${server.url}/Organization/d` },
    ]);
  });

  test('brings along what it includes, and shows parts', async () => {
    const { body } = await server.get('/?_type=List,Basic&_id=l&_include=List:item&_elements=code');
    expect(idsOf(body)).toBe('l b e');
    expect(JSON.stringify(resourcesOf(body)[0])).not.toContain('entry');
  });

  test.each([
    ['/?name=sadiki', 'search-parameter-unknown', 'has no search parameter "name"'],
    ['/?_type=Patient,Practitoner', 'search-parameter-invalid', 'Did you mean "Practitioner"?'],
    ['/?_type=Patient&_type=Basic', 'search-parameter-invalid', 'must be given once'],
    ['/?_type=Patient,Basic&_sort=name', 'search-parameter-unknown', 'where several types are searched'],
    ['/?_list=$current-problems', 'search-parameter-invalid', 'must be the id of a List'],
    ['Patient?_type=Patient', 'search-parameter-unknown', '"_type" is not supported'],
  ])('%s is refused with a text that helps', async (query, rule, text) => {
    const [issue] = expectOutcome(await server.get(query), 400, rule);
    expect(issue?.text).toContain(text);
  });
});
