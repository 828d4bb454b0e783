import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { StructureDefinition } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../src/definitions/load-definitions.ts';
import { isJsonObject, type Json, type JsonObject, type Resource } from '../src/fhir/resource.ts';
import { queuedClaimResponse } from '../src/insurance/claim-response.ts';
import { coverageEligibilityResponse } from '../src/insurance/coverage-eligibility-response.ts';
import type { InsuranceContext } from '../src/insurance/insurance-rule.ts';
import { createValidator } from '../src/validation/create-validator.ts';

const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/';
const KIUNGO = 'https://kiungo.example/fhir/StructureDefinition/';

const path = (relative: string) => new URL(`../${relative}`, import.meta.url).pathname;
const read = (relative: string): unknown => JSON.parse(readFileSync(path(relative), 'utf8'));
const files = (folder: string) => readdirSync(path(folder)).filter(file => file !== 'expected.json');

const definitions = loadDefinitions({
  folders: ['r4', 'kiungo', 'openimis'].map(set => path(`profiles/${set}`)),
  packages: [],
});
const validator = createValidator(definitions);
const errorsOf = (resource: Resource, profile: string) =>
  validator.validate(resource, [profile]).filter(({ severity }) => severity === 'error');

/** A fixture is named `<profile id>.json`, or `<profile id>.<what it shows>.json`. */
const profileOf = (file: string) => {
  const id = file.slice(0, file.indexOf('.'));
  return (id.startsWith('kiungo-') ? KIUNGO : OPENIMIS) + id;
};
const fixture = (folder: 'valid' | 'invalid', file: string) => read(`test/fixtures/${folder}/${file}`) as Resource;

const structures = ['kiungo', 'openimis'].flatMap(set =>
  files(`profiles/${set}`)
    .filter(file => file.startsWith('StructureDefinition-'))
    .map(file => read(`profiles/${set}/${file}`) as StructureDefinition),
);
const profiles = structures.filter(({ id }) => id?.startsWith('kiungo-') || id?.startsWith('openimis-'));
const kiungoOf = (type: string) => profiles.find(({ url, type: of }) => of === type && url.startsWith(KIUNGO))?.url;

const valid = files('test/fixtures/valid');
const invalid = files('test/fixtures/invalid');
const openimisValid = valid.filter(
  file => file.startsWith('openimis-') && kiungoOf(fixture('valid', file).resourceType),
);

describe('the profiles', () => {
  it('have a valid and an invalid fixture each', () => {
    const ids = profiles.map(({ url }) => url).sort();
    expect([...new Set(valid.map(profileOf))].sort()).toEqual(ids);
    expect([...new Set(invalid.map(profileOf))].sort()).toEqual(ids);
  });

  it('have a snapshot that holds every element of their differential', () => {
    for (const { url, differential } of structures) {
      const elements = new Set(definitions.structureDefinition(url)?.snapshot.element.map(({ id }) => id));
      expect(
        differential?.element.filter(({ id }) => !elements.has(id)),
        url,
      ).toEqual([]);
    }
  });

  it('have every extension in a valid fixture', () => {
    const texts = valid.map(file => JSON.stringify(fixture('valid', file))).join();
    const extensions = structures.filter(({ type }) => type === 'Extension');
    expect(extensions.filter(({ url }) => url.startsWith(OPENIMIS) && !texts.includes(`"${url}"`))).toEqual([]);
  });

  it('name only value sets, profiles and codes that are loaded', () => {
    const missing: string[] = [];
    for (const { url, differential } of structures) {
      for (const { type = [], binding } of differential?.element ?? []) {
        const named = type.flatMap(({ profile = [], targetProfile = [] }) => [...profile, ...targetProfile]);
        missing.push(...named.filter(profile => definitions.structureDefinition(profile) === undefined));
        const set = binding?.valueSet;
        if (set !== undefined && definitions.valueSet(set)?.sample(1).length !== 1) missing.push(`${url}: ${set}`);
      }
      for (const { system, code } of codings(differential as unknown as Json)) {
        const known = definitions.codeSystem(system)?.judge(code) === 'yes';
        if (!known) missing.push(`${url}: ${system}|${code}`);
      }
    }
    expect(missing).toEqual([]);
  });
});

describe('a valid fixture', () => {
  it.each(valid)('%s is accepted', file => {
    expect(errorsOf(fixture('valid', file), profileOf(file))).toEqual([]);
  });

  it.each(openimisValid)('%s is accepted by the kiungo profile too', file => {
    const resource = fixture('valid', file);
    expect(errorsOf(resource, kiungoOf(resource.resourceType)!)).toEqual([]);
  });
});

describe('an invalid fixture', () => {
  const expected = read('test/fixtures/invalid/expected.json') as Record<string, [expression: string, code: string]>;

  it('is listed with what is wrong in it', () => {
    expect(Object.keys(expected).sort()).toEqual([...invalid].sort());
  });

  it.each(invalid)('%s is refused where it is wrong', file => {
    const found = errorsOf(fixture('invalid', file), profileOf(file)).map(({ expression = '', code }) => [
      expression,
      code,
    ]);
    const [place, code] = expected[file] ?? ['', ''];
    expect(found).toContainEqual([place, code]);
    const elsewhere = found.filter(([at = '']) => !at.startsWith(place) && !place.startsWith(at));
    expect(elsewhere, 'issues at other elements').toEqual([]);
  });
});

describe('what conforms to an openimis profile', () => {
  it('conforms to the kiungo profile of its type, whatever else is left out or repeated', () => {
    let conforming = 0;
    const change = fc.record({ at: fc.nat(), kind: fc.constantFrom('leave out', 'repeat', 'retype') });
    fc.assert(
      fc.property(
        fc.constantFrom(...openimisValid),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        (file, changes) => {
          const resource = fixture('valid', file);
          for (const { at, kind } of changes) changePart(resource, at, kind);
          if (errorsOf(resource, profileOf(file)).length > 0) return;
          conforming++;
          expect(errorsOf(resource, kiungoOf(resource.resourceType)!)).toEqual([]);
        },
      ),
      { numRuns: 3000 },
    );
    expect(conforming).toBeGreaterThan(300);
  });
});

describe('the answer that the server makes', () => {
  const context: InsuranceContext = {
    id: '0198c1d2-0000-7000-8000-000000000001',
    now: Date.parse('2024-06-05T09:00:00Z'),
    timeZone: 'Africa/Dar_es_Salaam',
    currency: 'TZS',
    baseUrl: 'http://127.0.0.1:8080/fhir',
    insurer: 'Organization/bahari-health-fund',
    language: 'en',
    claimMode: 'forward',
    feedbackShare: 0,
    grievanceDays: 30,
    renewalDays: 14,
    found: { coverages: [fixture('valid', 'openimis-coverage.json')] },
  };
  const sent = (resource: Resource | undefined): Resource => JSON.parse(JSON.stringify(resource));

  it('to an openIMIS claim conforms to both ClaimResponse profiles', () => {
    const response = sent(queuedClaimResponse(fixture('valid', 'openimis-claim.json'), context));
    expect(errorsOf(response, `${OPENIMIS}openimis-claim-response`)).toEqual([]);
    expect(errorsOf(response, `${KIUNGO}kiungo-claim-response`)).toEqual([]);
  });

  it.each(['kiungo-claim.json', 'kiungo-claim.net-only.json'])('to %s conforms to kiungo-claim-response', file => {
    const response = sent(queuedClaimResponse(fixture('valid', file), context));
    expect(errorsOf(response, `${KIUNGO}kiungo-claim-response`)).toEqual([]);
  });

  it('to a question about cover conforms to kiungo-coverage-eligibility-response', () => {
    const question = fixture('valid', 'openimis-coverage-eligibility-request.json');
    const response = sent(coverageEligibilityResponse(question, context));
    expect(response.insurance).toHaveLength(1);
    expect(errorsOf(response, `${KIUNGO}kiungo-coverage-eligibility-response`)).toEqual([]);
  });
});

/** Every Coding in a value. */
function* codings(value: Json): Generator<{ system: string; code: string }> {
  if (Array.isArray(value)) for (const item of value) yield* codings(item);
  if (!isJsonObject(value)) return;
  const { system, code } = value;
  if (typeof system === 'string' && typeof code === 'string') yield { system, code };
  for (const child of Object.values(value)) yield* codings(child);
}

/** Every place in a value that can be left out or repeated. */
function* places(value: Json): Generator<{ holder: JsonObject | Json[]; key: string | number }> {
  const keys = Array.isArray(value) ? value.keys() : isJsonObject(value) ? Object.keys(value) : [];
  for (const key of keys) {
    const holder = value as JsonObject & Json[];
    if (key !== 'resourceType') yield { holder, key };
    yield* places(holder[key as number]!);
  }
}

/** Changes one of a resource's parts, the one that `at` picks. */
function changePart(resource: Resource, at: number, kind: string): void {
  const all = [...places(resource)];
  const place = all[at % all.length];
  if (place === undefined) return;
  const { holder, key } = place;
  if (Array.isArray(holder)) {
    const index = Number(key);
    if (kind === 'repeat') holder.push(structuredClone(holder[index]!));
    else if (holder.length > 1) holder.splice(index, 1);
  } else if (kind === 'leave out') delete holder[key];
  else if (kind === 'retype' && key === 'type' && isJsonObject(holder[key]!))
    holder[key] = { coding: [{ code: 'UUID' }] };
}
