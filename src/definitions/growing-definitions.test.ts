import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import type { GrowingDefinitions, PostedDefinition } from './definitions.ts';
import { loadDefinitions } from './load-definitions.ts';
import { SnapshotError } from './snapshot-error.ts';

const root = mkdtempSync(join(tmpdir(), 'growing-'));
afterAll(() => rmSync(root, { recursive: true }));

const BASE = 'http://hl7.org/fhir/StructureDefinition/';
const url = (name: string): string => `https://example.org/${name}`;

const valueSet = (id: string, code: string, more: JsonObject = {}): Resource => ({
  resourceType: 'ValueSet',
  id,
  url: url('colours'),
  status: 'active',
  compose: { include: [{ system: 'x', concept: [{ code }] }] },
  ...more,
});

const profile = (id: string, more: JsonObject = {}): Resource => ({
  resourceType: 'StructureDefinition',
  id,
  url: url(id),
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Claim',
  baseDefinition: `${BASE}Claim`,
  derivation: 'constraint',
  differential: { element: [{ id: 'Claim.item', path: 'Claim.item', min: 1 }] },
  ...more,
});

/** A change as the store has it. */
const stored = (resource: Resource): PostedDefinition => ({
  resourceType: resource.resourceType,
  id: `${resource.id}`,
  resource,
});
const deleted = ({ resourceType, id }: Resource): PostedDefinition => ({ resourceType, id: `${id}` });

const folder = join(root, 'own');
mkdirSync(folder);
writeFileSync(
  join(folder, 'ValueSet-own.json'),
  JSON.stringify(valueSet('own', 'loaded', { url: url('own'), version: '1' })),
);
let definitions: GrowingDefinitions;
beforeEach(() => {
  definitions = loadDefinitions({ folders: ['profiles/r4', folder], packages: [] });
});

const minOf = (known: Pick<GrowingDefinitions, 'structureDefinition'>, canonical: string): number | undefined =>
  known.structureDefinition(canonical)?.snapshot.element.find(({ id }) => id === 'Claim.item')?.min;

describe('a posted definition', () => {
  test('is known from then on, changed when it is changed, and gone when it is deleted', () => {
    const claim = profile('mine');
    expect(minOf(definitions, url('mine'))).toBeUndefined();
    definitions.post([stored(claim)]);
    expect(minOf(definitions, url('mine'))).toBe(1);
    definitions.post([stored({ ...claim, differential: { element: [{ path: 'Claim.item', min: 2 }] } })]);
    expect(minOf(definitions, url('mine'))).toBe(2);
    definitions.post([deleted(claim)]);
    expect(minOf(definitions, url('mine'))).toBeUndefined();
    expect(definitions.posted).toEqual([]);
  });

  test('makes the generation grow, and only when there is a change', () => {
    const before = definitions.generation;
    definitions.valueSet(url('colours'));
    definitions.after(stored(valueSet('v', 'red')));
    expect(definitions.generation).toBe(before);
    definitions.post([stored(valueSet('v', 'red')), stored(profile('mine'))]);
    expect(definitions.generation).toBe(before + 1);
  });

  test('is taken into account by what was known before and refers to it', () => {
    const outer = valueSet('outer', 'green', {
      url: url('outer'),
      compose: { include: [{ valueSet: [url('colours')] }, { system: 'http://loinc.org' }] },
    });
    definitions.post([stored(outer)]);
    expect(definitions.valueSet(url('outer'))?.judge('red', 'x')).toBe('unknown');
    definitions.post([stored(valueSet('v', 'red'))]);
    expect(definitions.valueSet(url('outer'))?.judge('red', 'x')).toBe('yes');
    expect(definitions.valueSet(url('outer'))?.judge('1-8', 'http://loinc.org')).toBe('unknown');
    const loinc = { url: 'http://loinc.org', content: 'complete', concept: [{ code: '1-8' }] };
    definitions.post([stored({ resourceType: 'CodeSystem', id: 'loinc', status: 'active', ...loinc })]);
    expect(definitions.valueSet(url('outer'))?.judge('1-8', 'http://loinc.org')).toBe('yes');
    expect(definitions.valueSet(url('outer'))?.judge('2-6', 'http://loinc.org')).toBe('no');
  });

  test('leaves R4 as it was made: the same objects, not read again', () => {
    const claim = definitions.structureDefinition('Claim');
    const system = definitions.codeSystem('http://hl7.org/fhir/claim-use');
    definitions.post([stored(profile('mine'))]);
    expect(claim).toBeDefined();
    expect(system).toBeDefined();
    expect(definitions.structureDefinition('Claim')).toBe(claim);
    expect(definitions.codeSystem('http://hl7.org/fhir/claim-use')).toBe(system);
  });

  test('can be the base of another, whatever came first', () => {
    const derived = profile('derived', { baseDefinition: url('mine'), differential: { element: [] } });
    definitions.post([stored(derived)]);
    expect(() => definitions.structureDefinition(url('derived'))).toThrow(SnapshotError);
    definitions.post([stored(profile('mine'))]);
    expect(minOf(definitions, url('derived'))).toBe(1);
    definitions.post([deleted(profile('mine'))]);
    expect(() => definitions.structureDefinition(url('derived'))).toThrow(`its base ${url('mine')} is not loaded`);
  });

  test('without a url is stored and nothing more, and so is a logical model without a snapshot', () => {
    const { url: _, ...nameless } = valueSet('v', 'red');
    const model = profile('model', { kind: 'logical', derivation: 'specialization', type: url('model') });
    definitions.post([stored(nameless as Resource), stored(model)]);
    expect(definitions.structureDefinition(url('model'))).toBeUndefined();
    expect(definitions.posted).toHaveLength(2);
  });

  test('is no type of R4, whatever it calls itself', () => {
    const type = profile('Foo', { url: `${BASE}Foo`, derivation: 'specialization', snapshot: { element: [] } });
    definitions.post([stored(type)]);
    expect(definitions.structureDefinition('Foo')).toBeUndefined();
    expect(definitions.structureDefinition(`${BASE}Foo`)?.id).toBe('Foo');
    expect(definitions.resourceTypes).not.toContain('Foo');
  });
});

describe('of several versions', () => {
  const holds = (canonical: string): string =>
    ['old', 'new', 'odd', 'loaded'].filter(code => definitions.valueSet(canonical)?.judge(code) === 'yes').join(' ');

  test('the newest is meant where none is named, by number and not by letter', () => {
    const recent = valueSet('new', 'new', { version: '1.10.0' });
    definitions.post([stored(valueSet('old', 'old', { version: '1.9.0' })), stored(recent)]);
    definitions.post([stored(valueSet('odd', 'odd'))]);
    expect(holds(url('colours'))).toBe('new');
    expect(holds(`${url('colours')}|1.9.0`)).toBe('old');
    expect(holds(`${url('colours')}|2`)).toBe('');
    definitions.post([deleted(recent)]);
    expect(holds(url('colours'))).toBe('old');
  });

  test('a retired one gives way, and counts where there is no other', () => {
    definitions.post([stored(valueSet('new', 'new', { version: '2', status: 'retired' }))]);
    expect(holds(url('colours'))).toBe('new');
    definitions.post([stored(valueSet('old', 'old', { version: '1', status: 'draft' }))]);
    expect(holds(url('colours'))).toBe('old');
    expect(holds(`${url('colours')}|2`)).toBe('new');
  });

  test('the loaded one is meant where none is named, and a posted one by its own version only', () => {
    definitions.post([stored(valueSet('new', 'new', { url: url('own'), version: '2' }))]);
    expect(holds(url('own'))).toBe('loaded');
    expect(holds(`${url('own')}|2`)).toBe('new');
    expect(holds(`${url('own')}|3`)).toBe('loaded');
  });
});

test('codes can be posted of a system that R4 knows by its name only', () => {
  const sct = { url: 'http://snomed.info/sct', content: 'fragment', concept: [{ code: '138875005' }] };
  const posted: Resource = { resourceType: 'CodeSystem', id: 'sct', status: 'active', ...sct };
  expect(definitions.codeSystem(sct.url)?.concepts.size).toBe(0);
  expect(definitions.loadedFrom(posted)).toBeUndefined();
  definitions.post([stored(posted)]);
  expect(definitions.codeSystem(sct.url)?.concepts.size).toBe(1);
  definitions.post([deleted(posted)]);
  expect(definitions.codeSystem(sct.url)?.concepts.size).toBe(0);
});

describe('what was loaded at start', () => {
  const genders = 'http://hl7.org/fhir/ValueSet/administrative-gender';

  test.each([
    ['the same version', valueSet('v', 'new', { url: url('own'), version: '1' }), 'ValueSet-own.json'],
    ['no version', valueSet('v', 'new', { url: url('own') }), 'ValueSet-own.json'],
    ['another version', valueSet('v', 'new', { url: url('own'), version: '2' }), undefined],
    ['another type', profile('own'), undefined],
    ['another version of R4', valueSet('v', 'new', { url: genders, version: '5.0.0' }), 'administrative-gender.json'],
    ['a profile of R4', profile('v', { url: `${BASE}bp`, version: '9' }), 'StructureDefinition-bp.json'],
  ])('is not replaced by %s', (_what, resource, file) => {
    expect(definitions.loadedFrom(resource) ?? '').toContain(file ?? '');
    expect(definitions.loadedFrom(resource) === undefined).toBe(file === undefined);
  });

  test('stays even where the store holds what would replace it', () => {
    definitions.post([stored(valueSet('v', 'new', { url: genders, version: '5.0.0' }))]);
    expect(definitions.valueSet(genders)?.judge('female')).toBe('yes');
    expect(definitions.valueSet(`${genders}|5.0.0`)?.judge('new')).toBe('no');
  });
});

test('what would be known after a change is told without making it', () => {
  definitions.post([stored(profile('mine'))]);
  const derived = profile('derived', { baseDefinition: url('mine'), differential: { element: [] } });
  expect(minOf(definitions.after(stored(derived)), url('derived'))).toBe(1);
  expect(minOf(definitions.after(deleted(profile('mine'))), url('mine'))).toBeUndefined();
  expect(minOf(definitions, url('mine'))).toBe(1);
  expect(definitions.structureDefinition(url('derived'))).toBeUndefined();
});
