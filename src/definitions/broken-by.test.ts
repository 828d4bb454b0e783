import { beforeEach, expect, test } from 'vitest';
import type { Resource } from '../fhir/resource.ts';
import { brokenBy } from './broken-by.ts';
import type { GrowingDefinitions } from './definitions.ts';
import { loadDefinitions } from './load-definitions.ts';

const CLAIM = 'http://hl7.org/fhir/StructureDefinition/Claim';
const url = (name: string): string => `https://example.org/${name}`;

const profile = (id: string, baseDefinition: string, more: object = {}): Resource => ({
  resourceType: 'StructureDefinition',
  id,
  url: url(id),
  type: 'Claim',
  kind: 'resource',
  status: 'active',
  derivation: 'constraint',
  baseDefinition,
  differential: { element: [] },
  ...more,
});

let definitions: GrowingDefinitions;
beforeEach(() => {
  definitions = loadDefinitions({ folders: ['profiles/r4'], packages: [] });
});

const post = (...resources: Resource[]): void =>
  definitions.post(
    resources.map(resource => ({ resourceType: resource.resourceType, id: `${resource.id}`, resource })),
  );
const deletion = (id: string): string[] => brokenBy(definitions, { resourceType: 'StructureDefinition', id });
const change = (resource: Resource): string[] =>
  brokenBy(definitions, { resourceType: resource.resourceType, id: `${resource.id}`, resource });

test('a deletion breaks what builds on the profile, directly or over others', () => {
  post(
    profile('a', CLAIM),
    profile('b', url('a'), { version: '2' }),
    profile('c', `${url('b')}|2`),
    profile('d', CLAIM),
  );
  expect(deletion('a')).toEqual([`${url('b')}|2`, url('c')]);
  expect(deletion('b')).toEqual([url('c')]);
  expect(deletion('c')).toEqual([]);
  expect(deletion('d')).toEqual([]);
  expect(deletion('none')).toEqual([]);
});

test('a deletion breaks nothing where another version takes its place', () => {
  post(profile('a', CLAIM, { version: '1' }), profile('a2', CLAIM, { url: url('a'), version: '2' }));
  post(profile('b', url('a')), profile('c', `${url('a')}|1`));
  expect(deletion('a2')).toEqual([]);
  expect(deletion('a')).toEqual([]);
  post(profile('a3', CLAIM, { url: url('a'), version: '3' }));
  expect(deletion('a')).toEqual([url('c')]);
});

test('a change breaks what speaks of elements that are gone', () => {
  const walking = { differential: { element: [{ id: 'Claim.item:first', path: 'Claim.item', sliceName: 'first' }] } };
  post(profile('a', CLAIM), profile('b', url('a'), walking));
  expect(change(profile('a', CLAIM, { title: 'Other' }))).toEqual([]);
  expect(change(profile('a', CLAIM, { url: url('moved') }))).toEqual([url('b')]);
  expect(change(profile('a', 'http://hl7.org/fhir/StructureDefinition/Patient', { type: 'Patient' }))).toEqual([
    url('b'),
  ]);
});

test('what is broken already, and what brings its own snapshot, is not broken again', () => {
  post(profile('b', url('a')), profile('c', url('a'), { snapshot: { element: [{ id: 'Claim', path: 'Claim' }] } }));
  expect(deletion('a')).toEqual([]);
  post(profile('a', CLAIM));
  expect(deletion('a')).toEqual([url('b')]);
});

test('a value set breaks no profile', () => {
  post(profile('a', CLAIM));
  expect(brokenBy(definitions, { resourceType: 'ValueSet', id: 'a' })).toEqual([]);
});
