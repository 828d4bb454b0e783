import { expect, test } from 'vitest';
import { mergeFacility } from './merge-facility.ts';

test('what is told replaces what is known of the same system; the rest stays, and meta is of here', () => {
  const known = {
    ...{
      meta: { versionId: '3' },
      name: 'Old',
      alias: ['A'],
      identifier: [{ system: 'urn:a', value: '1' }, { value: '2' }],
    },
    extension: [{ url: 'urn:x', valueCode: 'own' }],
  };
  const told = { meta: { profile: ['urn:p'] }, name: 'New', identifier: [{ system: 'urn:a', value: '9' }] };
  expect(mergeFacility(known, told)).toEqual({
    ...{ ...known, name: 'New' },
    identifier: [{ system: 'urn:a', value: '9' }, { value: '2' }],
  });
});
