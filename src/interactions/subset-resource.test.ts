import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import { isRawNumber, parseExact } from '../fhir/exact-json.ts';
import { isJsonObject, type Json, type JsonObject } from '../fhir/resource.ts';
import { subsetResource } from './subset-resource.ts';

const ROOT = join(import.meta.dirname, '../..');
const definitions = loadDefinitions({
  folders: ['r4', 'openimis', 'kiungo'].map(folder => join(ROOT, 'profiles', folder)),
  packages: [],
  warn: () => {},
});
const TAG = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

const summaryOf = (resource: JsonObject): JsonObject => subsetResource(definitions, { summary: 'true' }, resource);

/** Whether one value is another with members left out. */
const isPartOf = (part: Json, whole: Json | undefined): boolean => {
  if (Array.isArray(part)) return Array.isArray(whole) && part.every((item, index) => isPartOf(item, whole[index]));
  if (!isJsonObject(part) || isRawNumber(part)) return JSON.stringify(part) === JSON.stringify(whole);
  return isJsonObject(whole) && Object.entries(part).every(([name, value]) => isPartOf(value, whole[name]));
};

const fixtures = globSync('test/fixtures/valid/*.json', { cwd: ROOT }).map(file => ({
  file,
  resource: parseExact(readFileSync(join(ROOT, file), 'utf8')) as JsonObject,
}));

describe('a part of a resource', () => {
  it.each(fixtures)('of $file has all that is mandatory and nothing that was not there', ({ resource }) => {
    const root = definitions.structureDefinition(String(resource.resourceType))!.snapshot.element;
    const mandatory = root
      .filter(({ path, min = 0 }) => min > 0 && path.split('.').length === 2)
      .map(({ path }) => path.split('.')[1]!.replace('[x]', ''));
    const parts = [{ summary: 'true' }, { summary: 'text' }, { summary: 'data' }, { elements: ['id'] }] as const;
    for (const part of parts) {
      const { meta, ...shown } = subsetResource(definitions, part, resource);
      expect((meta as JsonObject).tag).toContainEqual(TAG);
      expect(isPartOf(shown, resource)).toBe(true);
      for (const name of mandatory) {
        const isThere = (of: JsonObject): boolean => Object.keys(of).some(key => key.startsWith(name));
        expect(isThere(shown), name).toBe(isThere(resource));
      }
    }
  });

  it('has what is mandatory below a mandatory element, and references to other elements followed', () => {
    const plan = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'a', part: [{ name: 'b', valueString: 'c', extension: [{ url: 'https://example.org/x' }] }] },
      ],
    };
    expect(summaryOf(plan).parameter).toEqual([{ name: 'a', part: [{ name: 'b', valueString: 'c' }] }]);
  });

  it('shows modifier extensions whole, other extensions not, and those of primitives with their values', () => {
    const patient = {
      resourceType: 'Patient',
      modifierExtension: [{ url: 'https://example.org/not', valueBoolean: true }],
      extension: [{ url: 'https://example.org/height', valueDecimal: 1 }],
      _birthDate: { extension: [{ url: 'https://example.org/calendar', valueCode: 'islamic' }] },
      name: [
        { given: ['Asha', null], _given: [null, { id: 'second' }], extension: [{ url: 'https://example.org/n' }] },
      ],
      photo: [{ title: 'Asha' }],
    };
    const { meta: _tag, ...shown } = summaryOf(patient);
    expect(shown).toEqual({
      resourceType: 'Patient',
      modifierExtension: patient.modifierExtension,
      _birthDate: patient._birthDate,
      name: [{ given: ['Asha', null], _given: [null, { id: 'second' }] }],
    });
  });

  it('shows resources in a Bundle by the summaries of their own types', () => {
    const entry = [{ resource: { resourceType: 'Patient', gender: 'male', maritalStatus: { text: 'Married' } } }];
    expect(summaryOf({ resourceType: 'Bundle', type: 'collection', entry }).entry).toEqual([
      { resource: { resourceType: 'Patient', gender: 'male' } },
    ]);
  });

  it('is marked once', () => {
    const once = subsetResource(definitions, { elements: ['name'] }, { resourceType: 'Patient', id: '1' });
    expect(once).toEqual({ resourceType: 'Patient', id: '1', meta: { tag: [TAG] } });
    expect(summaryOf(once)).toEqual(once);
  });
});
