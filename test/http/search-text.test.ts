import { beforeAll, describe, expect, test } from 'vitest';
import type { Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { resourcesOf, useServer } from './start-server.ts';

const server = useServer({ KIUNGO_CAPABILITIES: 'r4', KIUNGO_MAX_SCAN: '2000', KIUNGO_FULL_TEXT: 'Organization,List' });

const patient = (id: string, div: string, given: string): Resource => ({
  resourceType: 'Patient',
  id,
  text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${div}</div>` },
  name: [{ given: [given], family: 'Sadiki' }],
});

const ids = async (path: string): Promise<(string | undefined)[]> => {
  const { status, body, text } = await server.get(path);
  expect(status, text).toBe(200);
  return resourcesOf(body).map(({ id }) => id);
};

beforeAll(async () => {
  const resources: Resource[] = [
    patient('a', 'Had <i>severe</i> malaria', 'Zuri'),
    patient('b', 'Fever, severe', 'Malaika'),
    patient('c', 'Nothing', 'José'),
    { resourceType: 'Organization', id: 'o', name: 'Ndogo Dispensary' },
    ...Array.from(
      { length: 60 },
      (_, i): Resource => ({
        ...{ resourceType: 'Observation', id: `v${i}`, status: 'final' },
        ...{ code: { text: 'weight' }, subject: { reference: i < 20 ? 'Patient/a' : 'Patient/b' } },
      }),
    ),
  ];
  const entry = resources.map(resource => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  expect((await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(200);
});

describe('a search by words', () => {
  test.each([
    ['Patient?_text=severe', 'a b'],
    ['Patient?_text=malaria', 'a'],
    ['Patient?_text=severe malaria', 'a'],
    ['Patient?_text="malaria severe"', ''],
    ['Patient?_content=mal*', 'a b'],
    ['Patient?_content=MALAIKA', 'b'],
    ['Patient?_content=jose,zuri', 'a c'],
    ['Patient?_content=sadiki&_text:missing=true', undefined],
    ['Observation?subject:Patient._content=zuri&_count=2', 'v0 v1'],
    ['Patient?_has:Observation:subject:_content=weight&_id=c', ''],
    ['Organization?_content=ndogo', 'o'],
    ['?_type=Patient,Organization&_content=zuri,dispensary', 'a o'],
  ])('%s', async (path, found) => {
    if (found !== undefined) expect((await ids(path)).join(' ')).toBe(found);
    else expectOutcome(await server.get(path), 400, 'search-parameter-invalid');
  });

  test.each(['Patient?_content=...', 'Patient?_content=', 'Patient?_sort=_content', 'Patient?_content:exact=zuri'])(
    '%s is refused',
    async path => {
      expect((await server.get(path)).status).toBe(400);
    },
  );

  test('finds what is written by the same search from then on, in If-None-Exist too', async () => {
    await server.put('Patient/d', patient('d', 'Pneumonia', 'Asha'));
    expect(await ids('Patient?_content=pneumonia')).toEqual(['d']);
    const again = await server.post('Patient', patient('d', 'x', 'Other'), { 'if-none-exist': '_content=pneumonia' });
    expect(again.status).toBe(200);
    await server.delete('Patient/d');
    expect(await ids('Patient?_content=pneumonia')).toEqual([]);
  });
});

describe('a search by how names sound', () => {
  test.each([
    ['Patient?phonetic=Suri', 'a'],
    ['Patient?phonetic=sadiqi', 'a b c'],
    ['Patient?phonetic=Malayka Zadiki', 'b'],
    ['Patient?phonetic=sadiqi joshua', ''],
    ['Patient?phonetic=joshua,hose', ''],
    ['Organization?phonetic=dispensari', 'o'],
    ['Patient?phonetic:missing=true', ''],
  ])('%s', async (path, found) => {
    expect((await ids(path)).join(' ')).toBe(found);
  });

  test.each(['Patient?phonetic:exact=zuri', 'Patient?phonetic=...', 'Patient?_sort=phonetic'])(
    '%s is refused',
    async path => {
      expect((await server.get(path)).status).toBe(400);
    },
  );
});

describe('a search that would have to look at too much', () => {
  test('is refused, and narrowed it is not', async () => {
    expectOutcome(await server.get('Observation?_content=nowhere'), 422, 'search-too-costly');
    expect(await ids('Observation?_content=nowhere&subject=Patient/a')).toEqual([]);
    expectOutcome(
      await server.post(
        'Observation',
        { resourceType: 'Observation', status: 'final', code: { text: 'x' } },
        {
          'if-none-exist': '_content=nowhere',
        },
      ),
      422,
      'search-too-costly',
    );
  });
});
