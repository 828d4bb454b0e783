import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTar } from 'nanotar';
import { afterAll, expect, test } from 'vitest';
import { loadDefinitions } from './load-definitions.ts';

const folder = mkdtempSync(join(tmpdir(), 'guides-'));
afterAll(() => rmSync(folder, { recursive: true }));

const R4 = 'http://hl7.org/fhir/StructureDefinition';
const url = (id: string): string => `https://example.org/StructureDefinition/${id}`;

interface Manifest {
  version?: string;
  dependencies?: Record<string, string>;
  fhirVersions?: string[];
}

/** Writes a package and gives its path; each call makes another file. */
let files = 0;
const pack = (name: string, manifest: Manifest, ...resources: Record<string, unknown>[]): string => {
  const file = join(folder, `${++files}-${name}.tgz`);
  const entries = [
    { name: 'package/package.json', data: JSON.stringify({ name, version: '1.0.0', ...manifest }) },
    ...resources.map(resource => ({
      name: `package/${resource.resourceType}-${resource.id}.json`,
      data: JSON.stringify(resource),
    })),
  ];
  writeFileSync(file, gzipSync(createTar(entries)));
  return file;
};

const profile = (id: string, base: string, path: string, more: Record<string, unknown> = {}) => ({
  resourceType: 'StructureDefinition',
  id,
  url: url(id),
  name: id,
  kind: 'resource',
  type: 'Patient',
  baseDefinition: base,
  derivation: 'constraint',
  differential: { element: [{ id: path, path, min: 1 }] },
  ...more,
});

const load = (...packages: string[]) => {
  const warnings: string[] = [];
  const definitions = loadDefinitions({ folders: ['profiles/r4'], packages, warn: text => warnings.push(text) });
  return { definitions, warnings };
};

const codes = (version: string, code: string) => ({
  resourceType: 'ValueSet',
  id: 'colours',
  url: 'https://example.org/ValueSet/colours',
  version,
  compose: { include: [{ system: 'https://example.org/colours', concept: [{ code }] }] },
});

test('profiles on profiles of other packages are built, in whatever order the packages are named', () => {
  const base = pack('base', {}, profile('named', `${R4}/Patient`, 'Patient.name'));
  const middle = pack(
    'middle',
    { dependencies: { base: '1.0.0' } },
    profile('born', url('named'), 'Patient.birthDate'),
  );
  const top = pack(
    'top',
    { dependencies: { middle: '1.0.x', base: 'current', 'hl7.fhir.r4.core': '4.0.1' }, fhirVersions: ['4.0.1'] },
    profile('sexed', url('born'), 'Patient.gender'),
  );
  for (const order of [
    [base, middle, top],
    [top, middle, base],
    [middle, top, base],
  ]) {
    const { definitions, warnings } = load(...order);
    const elements = definitions.structureDefinition(url('sexed'))?.snapshot.element ?? [];
    const required = elements.filter(({ min }) => min === 1).map(({ id }) => id);
    expect(required).toEqual(expect.arrayContaining(['Patient.name', 'Patient.gender', 'Patient.birthDate']));
    expect(warnings).toEqual([]);
  }
});

test('what a package builds on counts before it where a canonical has several versions', () => {
  const first = pack('first', {}, codes('1', 'red'));
  const second = pack('second', { dependencies: { first: '1.0.0' } }, codes('2', 'green'));
  for (const order of [
    [first, second],
    [second, first],
  ]) {
    const { definitions } = load(...order);
    expect(definitions.valueSet('https://example.org/ValueSet/colours')?.judge('red')).toBe('yes');
    expect(definitions.valueSet('https://example.org/ValueSet/colours|2')?.judge('green')).toBe('yes');
  }
});

test('a package in two versions is loaded twice, first the one that others ask for', () => {
  const old = pack('colours', { version: '1.0.0' }, codes('1', 'red'));
  const recent = pack('colours', { version: '2.0.0' }, codes('2', 'green'));
  const user = pack('user', { dependencies: { colours: '2.0.0' } });
  const { definitions, warnings } = load(user, old, recent);
  expect(definitions.valueSet('https://example.org/ValueSet/colours')?.judge('green')).toBe('yes');
  expect(warnings).toEqual([]);
});

test('packages that build on each other in a circle are loaded', () => {
  const one = pack('one', { dependencies: { two: '1.0.0' } }, profile('named', `${R4}/Patient`, 'Patient.name'));
  const two = pack('two', { dependencies: { one: '1.0.0' } }, profile('born', url('named'), 'Patient.birthDate'));
  const { definitions, warnings } = load(two, one);
  expect(definitions.structureDefinition(url('born'))).toBeDefined();
  expect(warnings).toEqual([]);
});

test('a missing package, another version and another FHIR are told, and do not stop the start', () => {
  const base = pack('base', { version: '2.0.0' });
  const top = pack('top', {
    dependencies: { base: '1.0.0', 'hl7.terminology.r4': '5.0.0', 'hl7.fhir.r4.core': '4.0.1' },
    fhirVersions: ['5.0.0'],
  });
  expect(load(top, base).warnings).toEqual([
    `${top} is for FHIR 5.0.0, not for R4 (4.0.1): not all of it can be used here`,
    `${top} builds on package base 1.0.0, but 2.0.0 is loaded`,
    `${top} builds on package hl7.terminology.r4 5.0.0, which is not loaded: what it defines is not known here`,
  ]);
});

test('a profile without a snapshot whose base is nowhere stops the start, and the missing package is named', () => {
  const born = profile('born', `${url('named')}|1.0.0`, 'Patient.birthDate');
  const top = pack('top', { dependencies: { base: '1.0.0', 'hl7.fhir.r4.core': '4.0.1' } }, born);
  expect(() => load(top)).toThrow(
    `${top}: package/StructureDefinition-born.json: its base ${url('named')}|1.0.0 is not loaded. Load package base too`,
  );
  const alone = pack('alone', {}, born);
  expect(() => load(alone)).toThrow('Load the package that defines it too');
  const { definitions } = load(
    pack('whole', {}, { ...born, snapshot: { element: [{ id: 'Patient', path: 'Patient' }] } }),
  );
  expect(definitions.structureDefinition(url('born'))?.snapshot.element).toHaveLength(1);
  const model = { ...born, kind: 'logical', derivation: 'specialization', type: url('born') };
  expect(load(pack('model', {}, model)).definitions.conformanceResource('StructureDefinition', 'born')).toBeDefined();
});

test('a profile that names an element which is nowhere does not stop the start, and says so when it is used', () => {
  const broken = profile('broken', `${R4}/Patient`, 'Patient.colour');
  const { definitions } = load(pack('top', {}, broken, profile('named', `${R4}/Patient`, 'Patient.name')));
  expect(definitions.structureDefinition(url('named'))).toBeDefined();
  expect(() => definitions.structureDefinition(url('broken'))).toThrow(
    `${url('broken')}: Patient.colour: there is no element colour`,
  );
});

test('a package that is named twice, and R4 itself, are refused', () => {
  const [one, two] = [pack('same', {}), pack('same', {})];
  expect(() => load(one, two)).toThrow(`${one} and ${two} are the same package, same 1.0.0. Name one`);
  const core = pack('hl7.fhir.r4.core', { version: '4.0.1' });
  expect(() => load(core)).toThrow(`${core}: FHIR R4 itself is built in. Leave this package out`);
});
