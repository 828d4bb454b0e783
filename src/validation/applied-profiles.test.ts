import { expect, test } from 'vitest';
import { appliedProfiles } from './applied-profiles.ts';
import { profile, urlOf } from './test-profiles.ts';
import { definitionsWith, patient } from './test-resources.ts';

const definitions = definitionsWith(
  profile('named', 'Patient', [['Patient.name', { min: 1 }]]),
  profile('counted', 'Patient', [['Patient.identifier', { min: 1 }]]),
  profile('other', 'Claim', [['Claim.item', { min: 1 }]]),
  profile('broken', 'Patient', [['Patient.shade', { min: 1 }]]),
);

const applied = (resource: object, required: string | undefined, asked: readonly string[]): string =>
  appliedProfiles({ resourceType: 'Patient', ...resource }, { required, asked }, definitions).diagnostics;

test('what was applied is told with the reason, each once', () => {
  const claims = [urlOf('named'), urlOf('counted')];
  expect(applied({ ...patient(), meta: { profile: claims } }, urlOf('named'), [])).toBe(
    `Judged by R4's definition of Patient, by ${urlOf('named')} (required here), by ${urlOf('counted')} (claimed by meta.profile).`,
  );
  expect(applied({ meta: { profile: claims } }, undefined, claims)).toBe(
    `Judged by R4's definition of Patient, by ${urlOf('named')} (asked for), by ${urlOf('counted')} (asked for).`,
  );
});

test('what is not loaded, broken or for another type is left out', () => {
  const asked = [urlOf('unknown'), urlOf('broken'), urlOf('other')];
  expect(applied({ meta: { profile: [...asked, 4] } }, undefined, asked)).toBe("Judged by R4's definition of Patient.");
  expect(applied({ resourceType: 'Pateint' }, undefined, [])).toBe('Not judged by any definition.');
});
