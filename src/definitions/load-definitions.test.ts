import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadDefinitions } from './load-definitions.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'definitions-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const folder = (name: string, files: Record<string, unknown>): string => {
  const path = join(root, name);
  mkdirSync(path);
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(path, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return path;
};
const load = (...folders: string[]) => loadDefinitions({ folders, packages: [] });
const valueSet = (id: string, more: object = {}) => ({
  resourceType: 'ValueSet',
  id,
  url: `https://example.org/${id}`,
  ...more,
});

describe('the shipped definitions', () => {
  const shipped = load('profiles/r4', 'profiles/openimis', 'profiles/kiungo');

  test('know every resource type that can be stored', () => {
    expect(shipped.resourceTypes).toHaveLength(146);
    expect(shipped.resourceTypes).toContain('Claim');
    expect(shipped.resourceTypes).not.toContain('DomainResource');
  });

  test('give a structure by url, by url and version, and base types by name', () => {
    const claim = shipped.structureDefinition('Claim');
    expect(claim?.url).toBe('http://hl7.org/fhir/StructureDefinition/Claim');
    expect(shipped.structureDefinition('http://hl7.org/fhir/StructureDefinition/Claim')?.id).toBe('Claim');
    expect(shipped.structureDefinition('http://hl7.org/fhir/StructureDefinition/Claim|4.0.1')?.id).toBe('Claim');
    expect(shipped.structureDefinition('HumanName')?.kind).toBe('complex-type');
    expect(shipped.structureDefinition('string')?.kind).toBe('primitive-type');
    expect(shipped.structureDefinition('vitalsigns')).toBeUndefined();
    expect(shipped.structureDefinition('http://hl7.org/fhir/StructureDefinition/vitalsigns')?.type).toBe('Observation');
    expect(shipped.structureDefinition('https://example.org/none')).toBeUndefined();
  });

  test('are each kept once, in however many forms clients write their canonicals', () => {
    const url = 'https://kiungo.example/fhir/StructureDefinition/kiungo-claim';
    const genders = 'http://hl7.org/fhir/ValueSet/administrative-gender';
    for (const version of ['1', '2', 'Δ|']) {
      expect(shipped.structureDefinition(`${url}|${version}`)).toBe(shipped.structureDefinition(url));
      expect(shipped.valueSet(`${genders}|${version}`)).toBe(shipped.valueSet(genders));
    }
  });

  test('build the snapshot of a profile that has none', () => {
    const profile = shipped.structureDefinition('https://kiungo.example/fhir/StructureDefinition/kiungo-claim');
    expect(profile?.snapshot.element.find(({ id }) => id === 'Claim.identifier')?.min).toBe(1);
  });

  test('give the search parameters of a type with those of all resources', () => {
    const claim = shipped.searchParameters('Claim');
    expect(claim.get('patient')?.url).toBe('http://hl7.org/fhir/SearchParameter/Claim-patient');
    expect(claim.get('_id')?.base).toEqual(['Resource']);
    expect(claim.has('_text')).toBe(true);
    expect(shipped.searchParameters('Binary').has('_text')).toBe(false);
    expect(shipped.searchParameters('Binary').has('_lastUpdated')).toBe(true);
  });

  test('give a conformance resource by type and id', () => {
    expect(shipped.conformanceResource('StructureDefinition', 'Claim')?.url).toBe(
      'http://hl7.org/fhir/StructureDefinition/Claim',
    );
    expect(shipped.conformanceResource('SearchParameter', 'Claim-patient')?.code).toBe('patient');
    expect(shipped.conformanceResource('SearchParameter', 'none')).toBeUndefined();
  });
});

test('capability statements can be loaded like any folder', () => {
  const statement = load('capability-statements').conformanceResource('CapabilityStatement', 'openimis');
  expect(statement?.url).toBe('https://kiungo.example/fhir/CapabilityStatement/openimis');
});

test('an indexed file is not read until it is asked for', () => {
  const files = [
    ['ValueSet-a.json', 'https://example.org/a'],
    ['ValueSet-b.json', 'https://example.org/b'],
  ];
  const indexed = folder('indexed', {
    'index.json': { version: '4.0.1', resourceTypes: {}, files },
    'ValueSet-a.json': valueSet('a', { compose: { include: [{ system: 'x', concept: [{ code: '1' }] }] } }),
    'ValueSet-b.json': 'not JSON',
  });
  const definitions = load(indexed);
  expect(definitions.valueSet('https://example.org/a')?.judge('1')).toBe('yes');
  expect(() => definitions.valueSet('https://example.org/b')).toThrow('ValueSet-b.json');
});

test('a canonical that is defined twice is refused, and both files are named', () => {
  const first = folder('first', { 'ValueSet-a.json': valueSet('a') });
  const second = folder('second', { 'ValueSet-b.json': valueSet('b', { url: 'https://example.org/a' }) });
  const text = `https://example.org/a is defined twice: in ${first}/ValueSet-a.json and in ${second}/ValueSet-b.json`;
  expect(() => load(first, second)).toThrow(text);
});

test('an own definition does not replace one of R4', () => {
  const own = folder('own', {
    'ValueSet-mine.json': valueSet('mine', { url: 'http://hl7.org/fhir/ValueSet/administrative-gender' }),
  });
  expect(() => load('profiles/r4', own)).toThrow('ValueSet-administrative-gender.json');
});

test('of several versions the first loaded is meant, unless the reference says which', () => {
  const codes = (code: string) => ({ compose: { include: [{ system: 'x', concept: [{ code }] }] } });
  const old = folder('old', { 'ValueSet-a.json': valueSet('a', { version: '1', ...codes('old') }) });
  const recent = folder('recent', { 'ValueSet-a.json': valueSet('a', { version: '2', ...codes('new') }) });
  const definitions = load(old, recent);
  expect(definitions.valueSet('https://example.org/a')?.judge('old')).toBe('yes');
  expect(definitions.valueSet('https://example.org/a|2')?.judge('new')).toBe('yes');
  expect(definitions.valueSet('https://example.org/a|3')).toBeUndefined();
});

test('value sets that include each other in a circle are unknown beyond what they list', () => {
  const include = (other: string) => ({ compose: { include: [{ valueSet: [`https://example.org/${other}`] }] } });
  const circle = folder('circle', {
    'ValueSet-a.json': valueSet('a', include('b')),
    'ValueSet-b.json': valueSet('b', include('a')),
  });
  expect(load(circle).valueSet('https://example.org/a')?.judge('x')).toBe('unknown');
});

test('a supplement adds to the code system that it names, whatever its version', () => {
  const codeSystem = (id: string, more: object) => ({
    resourceType: 'CodeSystem',
    id,
    url: `https://example.org/${id}`,
    status: 'active',
    ...more,
  });
  const concept = (more: object) => ({ concept: [{ code: '1', ...more }] });
  const translated = folder('translated', {
    'CodeSystem-one.json': codeSystem('one', { content: 'complete', ...concept({ display: 'One' }) }),
    'CodeSystem-in-swahili.json': codeSystem('in-swahili', {
      content: 'supplement',
      supplements: 'https://example.org/one|2',
      ...concept({ designation: [{ language: 'sw', value: 'Moja' }] }),
    }),
  });
  expect(load(translated).codeSystem('https://example.org/one')?.find('1')).toMatchObject({
    display: 'One',
    designations: [{ value: 'Moja' }],
  });
});

test('a profile that is its own base is refused', () => {
  const profile = (id: string, base: string) => ({
    resourceType: 'StructureDefinition',
    id,
    url: `https://example.org/${id}`,
    type: 'Claim',
    baseDefinition: `https://example.org/${base}`,
    derivation: 'constraint',
    differential: { element: [] },
  });
  const circle = folder('circle', {
    'StructureDefinition-a.json': profile('a', 'b'),
    'StructureDefinition-b.json': profile('b', 'a'),
  });
  expect(() => load(circle).structureDefinition('https://example.org/a')).toThrow(
    'https://example.org/a is not loaded',
  );
});

test('a search parameter of our own adds to those of R4 and replaces none', () => {
  const parameter = (id: string, code: string) => ({
    resourceType: 'SearchParameter',
    id,
    url: `https://example.org/${id}`,
    code,
    base: ['Claim'],
    type: 'token',
    expression: 'Claim.type',
  });
  const own = folder('own', {
    'SearchParameter-kind.json': parameter('kind', 'kind'),
    'SearchParameter-patient.json': parameter('patient', 'patient'),
  });
  const claim = load('profiles/r4', own).searchParameters('Claim');
  expect(claim.get('kind')?.url).toBe('https://example.org/kind');
  expect(claim.get('patient')?.url).toBe('http://hl7.org/fhir/SearchParameter/Claim-patient');
});

test.each([
  ['ValueSet-a.json', '{', 'ValueSet-a.json: '],
  ['ValueSet-a.json', '[]', 'ValueSet-a.json: is not a FHIR resource'],
  ['ValueSet-a.json', valueSet('b'), 'so its name must be ValueSet-b.json'],
])('a file %s that holds %j is named', (file, content, message) => {
  const path = folder('broken', { [file]: content });
  expect(() => load(path)).toThrow(message);
});
