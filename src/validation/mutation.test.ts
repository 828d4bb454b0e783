import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { createGenerator, randomFrom } from './test-instances.ts';
import { mutantsOf } from './test-mutants.ts';
import { claim, coverage, patient, questionnaire } from './test-resources.ts';

/**
 * Breaks one rule at a time, as the StructureDefinition names it, in valid instances of every type that the default capability file
 * serves, and asks for the refusal of just that element.
 */

const SEED = 20261124;
const root = new URL('../../', import.meta.url).pathname;
const read = (path: string): Resource => JSON.parse(readFileSync(root + path, 'utf8'));
const definitions = loadDefinitions({
  folders: ['r4', 'kiungo', 'openimis'].map(set => `${root}profiles/${set}`),
  packages: [],
});
const validator = createValidator(definitions);
const generator = createGenerator(definitions);
const errorsOf = (resource: Resource, profiles: string[]) =>
  validator.validate(resource, profiles).filter(({ severity }) => severity === 'error');

interface Instance {
  name: string;
  resource: Resource;
  profile: string | undefined;
}

const served = (read('capability-statements/openimis.json').rest as JsonObject[])[0]!.resource as {
  type: string;
  profile?: string;
  supportedProfile?: string[];
}[];
const profiles = served.flatMap(({ profile = '', supportedProfile = [] }) => [profile, ...supportedProfile]);

/** The fixture files are named by the profile that they are made for. */
const fixtures: Instance[] = readdirSync(`${root}test/fixtures/valid`).flatMap(file => {
  const id = file.slice(0, file.indexOf('.'));
  const profile = profiles.find(url => url.endsWith(`/${id}`));
  return profile === undefined ? [] : [{ name: file, resource: read(`test/fixtures/valid/${file}`), profile }];
});

const written: Instance[] = [
  ...Object.entries({ claim, coverage, patient, questionnaire }).map(([name, make]) => ({ name, resource: make() })),
  {
    name: 'a StructureDefinition',
    resource: read('profiles/kiungo/StructureDefinition-kiungo-coverage.json'),
  },
].map(instance => ({ ...instance, profile: undefined }));

/** Instances made from the definition: as full as they get while they are valid, and leaner ones. */
function generated(type: string): Instance[] {
  const found: Instance[] = [];
  for (const density of [0.8, 0.3]) {
    for (let attempt = 0; attempt < 60; attempt++) {
      const seed = SEED + attempt;
      const resource = generator.resource(type, randomFrom(seed), density);
      if (!validator.isValid(resource, [])) continue;
      found.push({ name: `${type} made with seed ${seed} at ${density}`, resource, profile: undefined });
      break;
    }
  }
  return found;
}

const ofType = (type: string) => [
  ...[...fixtures, ...written].filter(({ resource }) => resource.resourceType === type),
  ...generated(type),
];

/** How many mutants broke each rule. */
const tried = new Map<string, number>();

describe.each(served.map(({ type }) => type))('%s', type => {
  const instances = ofType(type);
  const done = new Set<string>();
  it('has instances', () => {
    expect(instances).not.toEqual([]);
  });
  it.each(instances)('$name is accepted, and each of its mutants refused where it is wrong', instance => {
    const { resource, profile } = instance;
    const urls = profile === undefined ? [] : [profile];
    expect(errorsOf(resource, urls)).toEqual([]);
    const mutants = mutantsOf(resource, profile, { definitions, generator, random: randomFrom(SEED), done });
    for (const { rules } of mutants) for (const rule of rules) tried.set(rule, (tried.get(rule) ?? 0) + 1);
    const missed: string[] = [];
    for (const { what, rules, expression, make } of mutants) {
      const errors = errorsOf(make(), urls);
      if (errors.some(issue => issue.expression === expression && rules.includes(issue.rule))) continue;
      const told = errors.map(issue => `${issue.rule} ${issue.expression}`).join(', ');
      missed.push(`${what}: ${rules.join(' or ')} ${expression} was not told, but: ${told}`);
    }
    expect(missed).toEqual([]);
  });
});

it(`mutants of every kind were made, from the seed ${SEED}`, () => {
  const kinds =
    'cardinality-max cardinality-min choice-many code-not-in-value-set contained-id contained-meta contained-nested contained-unreferenced ' +
    'element-empty element-unknown extension-unknown extension-url format-wrong id-repeated invariant-failed reference-contained ' +
    'reference-format reference-target resource-type-unknown slice-closed slice-max slice-min type-wrong value-pattern';
  expect([...tried.keys()].sort()).toEqual(kinds.split(' '));
  expect([...tried.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(15_000);
});
