import { describe, expect, it } from 'vitest';
import type { Resource } from '../fhir/resource.ts';
import { bundledResource } from './bundled-resource.ts';

const patient = (id: string, versionId?: string): Resource => ({
  resourceType: 'Patient',
  id,
  ...(versionId === undefined ? {} : { meta: { versionId } }),
});
const bundle = (count: number): Resource => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    { fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520', resource: patient('a') },
    { fullUrl: 'http://example.org/fhir/Patient/b', resource: patient('b', '2') },
    { resource: patient('without-url') },
    ...Array.from({ length: count }, (_, index) => ({
      fullUrl: `http://example.org/fhir/Patient/n${index}`,
      resource: patient(`n${index}`),
    })),
  ],
});

describe.each([
  ['few', bundle(1)],
  ['many', bundle(100)],
])('of %s entries', (_, found) => {
  it.each([
    ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520', 'a'],
    ['http://example.org/fhir/Patient/b', 'b'],
    ['Patient/b', 'b'],
    ['Patient/b#part', 'b'],
    ['Patient/b/_history/2', 'b'],
    ['Patient/b/_history/3', undefined],
    ['Patient/n0', 'n0'],
    ['Patient/without-url', undefined],
    ['Group/b', undefined],
    ['urn:uuid:00000000-0000-4000-8000-000000000000', undefined],
  ])('%s is %s', (reference, id) => {
    expect(bundledResource(found, reference)?.id).toBe(id);
  });
});

it('of a Bundle without entries is nothing', () => {
  expect(bundledResource({ resourceType: 'Bundle' }, 'Patient/b')).toBeUndefined();
});
