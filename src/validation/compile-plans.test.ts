import { expect, test } from 'vitest';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import { compilePlans } from './compile-plans.ts';

const definitions = loadDefinitions({ folders: ['profiles/r4', 'profiles/openimis', 'profiles/kiungo'], packages: [] });
const plans = compilePlans(definitions, {
  generate: () => () => true,
  conforms: () => true,
  baseTargets: 'error',
  isConform: () => true,
  unknownExtensions: 'warn',
});

test('a profile is compiled once, whatever version clients write behind its url', () => {
  const url = 'https://kiungo.example/fhir/StructureDefinition/kiungo-claim';
  const profile = plans.profile(url);
  expect(profile.reference).toBeDefined();
  for (const version of ['1', '2', 'x|y']) expect(plans.profile(`${url}|${version}`)).toBe(profile);
});

test('a profile that is not loaded has no type', () => {
  expect(plans.profile('https://example.org/none|1')).toEqual({ url: 'https://example.org/none|1' });
});
