import { expect, test } from 'vitest';
import { containedResource } from './contained-resource.ts';
import type { JsonObject } from './resource.ts';

const patientWith = (count: number): JsonObject => ({
  resourceType: 'Patient',
  contained: [
    null,
    'p0',
    { resourceType: 'Organization' },
    ...Array.from({ length: count }, (_none, index) => ({ resourceType: 'Practitioner', id: `p${index}` })),
    { resourceType: 'Organization', id: 'p0' },
  ],
});

test.each([3, 1000])('a contained resource is found by its id, the first of several, among %i', count => {
  const patient = patientWith(count);
  expect(containedResource(patient, 'p0')).toEqual({ resourceType: 'Practitioner', id: 'p0' });
  expect(containedResource(patient, `p${count - 1}`)).toEqual({ resourceType: 'Practitioner', id: `p${count - 1}` });
  for (const id of ['p', '', 'constructor', '__proto__']) expect(containedResource(patient, id)).toBeUndefined();
});

test('what contains nothing, or no list, has no contained resource', () => {
  expect(containedResource({ resourceType: 'Patient' }, 'a')).toBeUndefined();
  expect(containedResource({ resourceType: 'Patient', contained: { id: 'a' } }, 'a')).toBeUndefined();
});
