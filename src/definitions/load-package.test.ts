import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTar } from 'nanotar';
import { afterAll, expect, test } from 'vitest';
import { loadDefinitions } from './load-definitions.ts';
import { loadPackage } from './load-package.ts';

const folder = mkdtempSync(join(tmpdir(), 'packages-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, bytes: Uint8Array): string => {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
};
const pack = (name: string, files: Record<string, unknown>): string => {
  const entries = Object.entries(files).map(([path, content]) => ({
    name: path,
    data: typeof content === 'string' ? content : JSON.stringify(content),
  }));
  return write(name, gzipSync(createTar(entries)));
};

const profile = {
  resourceType: 'StructureDefinition',
  id: 'numbered-claim',
  url: 'https://example.org/StructureDefinition/numbered-claim',
  version: '1.2.0',
  type: 'Claim',
  kind: 'resource',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Claim',
  derivation: 'constraint',
  differential: { element: [{ id: 'Claim.identifier', path: 'Claim.identifier', min: 1 }] },
};
const wellFormed = {
  'package/package.json': { name: 'example', version: '1.2.0' },
  'package/.index.json': { files: [] },
  'package/StructureDefinition-numbered-claim.json': profile,
  'package/Patient-example.json': { resourceType: 'Patient', id: 'example' },
  'package/other/ig-r4.json': { not: 'a resource' },
  'package/example/Claim-1.json': 'not JSON, and never read',
};

test('the conformance resources of a package are loaded, its examples are not', () => {
  const { sources } = loadPackage(pack('example.tgz', wellFormed));
  expect(sources.map(({ resourceType, id, version }) => [resourceType, id, version])).toEqual([
    ['StructureDefinition', 'numbered-claim', '1.2.0'],
  ]);
});

test('what a package says of itself is read', () => {
  const manifest = { name: 'example', version: '1.2.0', dependencies: { other: '1.0.x' }, fhirVersions: ['4.0.1'] };
  const { name, version, dependencies, fhirVersions } = loadPackage(
    pack('told.tgz', { ...wellFormed, 'package/package.json': manifest }),
  );
  expect({ name, version, fhirVersions }).toEqual({ name: 'example', version: '1.2.0', fhirVersions: ['4.0.1'] });
  expect([...dependencies]).toEqual([['other', '1.0.x']]);
  const { 'package/package.json': _, ...silent } = wellFormed;
  expect(loadPackage(pack('silent.tgz', silent))).toMatchObject({ name: '', version: '', fhirVersions: [] });
});

test('a profile of a package gets its snapshot from R4', () => {
  const packages = [pack('example.tgz', wellFormed)];
  const definitions = loadDefinitions({ folders: ['profiles/r4'], packages });
  const claim = definitions.structureDefinition('https://example.org/StructureDefinition/numbered-claim|1.2.0');
  expect(claim?.snapshot.element.find(({ id }) => id === 'Claim.identifier')?.min).toBe(1);
});

test('a package that defines what R4 defines is refused', () => {
  const claim = {
    resourceType: 'StructureDefinition',
    id: 'Claim',
    url: 'http://hl7.org/fhir/StructureDefinition/Claim',
  };
  const file = pack('greedy.tgz', { 'package/StructureDefinition-Claim.json': claim });
  expect(() => loadDefinitions({ folders: ['profiles/r4'], packages: [file] })).toThrow(
    `StructureDefinition-Claim.json and in ${file}: package/StructureDefinition-Claim.json`,
  );
});

test('a file that is no gzip is named with the reason', () => {
  expect(() => loadPackage(write('plain.tgz', Buffer.from('hello')))).toThrow(/plain\.tgz: cannot be unpacked, /);
});

test('a package that was cut off is named with the reason', () => {
  const whole = gzipSync(createTar([{ name: 'package/a.json', data: '{}'.padEnd(4000) }]));
  expect(() => loadPackage(write('cut.tgz', whole.subarray(0, whole.length - 12)))).toThrow(
    /cut\.tgz: cannot be unpacked, /,
  );
});

test('an archive without a package folder is named', () => {
  expect(() => loadPackage(pack('empty.tgz', { 'readme.txt': 'hello' }))).toThrow(
    /empty\.tgz: is not a FHIR package, it has no package\/\*\.json/,
  );
  expect(() => loadPackage(write('noise.tgz', gzipSync(Buffer.alloc(3000, 'x'))))).toThrow(/noise\.tgz: is not a /);
});

test('an entry that is broken is named with its package', () => {
  const broken = { ...wellFormed, 'package/ValueSet-a.json': '{"resourceType":' };
  expect(() => loadPackage(pack('broken.tgz', broken))).toThrow(/broken\.tgz: package\/ValueSet-a\.json is not JSON, /);
  const list = { ...wellFormed, 'package/package.json': '[]' };
  expect(() => loadPackage(pack('list.tgz', list))).toThrow(/list\.tgz: package\/package\.json is not a JSON object/);
  const odd = { ...wellFormed, 'package/ValueSet-a.json': '{}' };
  expect(() => loadPackage(pack('odd.tgz', odd))).toThrow(/odd\.tgz: package\/ValueSet-a\.json is not a FHIR resource/);
});

test('a file that is not there is named', () => {
  expect(() => loadPackage(join(folder, 'none.tgz'))).toThrow(/none\.tgz: cannot be unpacked, .*no such file/);
});
