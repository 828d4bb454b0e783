import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../fhir/resource.ts';
import { createValidator } from './create-validator.ts';
import { claim, faultsOf, patient, r4 } from './test-resources.ts';

const validator = createValidator(r4);
const base = 'http://example.org/fhir';
const faults = (type: string, rest: JsonObject) => faultsOf(validator, { resourceType: 'Bundle', type, ...rest });
const at = (resource: JsonObject, rest: JsonObject = {}) => ({
  fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
  resource,
  ...rest,
});
const request = { method: 'POST', url: 'Patient' };

describe('the fullUrl of an entry', () => {
  it('is needed where the resource is somewhere', () => {
    expect(faults('collection', { entry: [{ resource: patient() }] })).toEqual([
      'bundle-full-url Bundle.entry[0].fullUrl',
    ]);
    expect(faults('searchset', { entry: [{ resource: patient() }] })).toEqual([
      'bundle-full-url Bundle.entry[0].fullUrl',
    ]);
  });
  it('may be left out of transactions and batches', () => {
    expect(faults('transaction', { entry: [{ resource: patient(), request }] })).toEqual([]);
    expect(faults('batch', { entry: [{ resource: patient(), request }] })).toEqual([]);
  });
  it('may be left out where a search speaks of itself', () => {
    const resource = { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'invalid' }] };
    expect(faults('searchset', { entry: [{ resource, search: { mode: 'outcome' } }] })).toEqual([]);
  });
  it('that names a resource names the one of the entry, with its id', () => {
    const { id: _, ...rest } = patient();
    expect(faults('collection', { entry: [{ fullUrl: `${base}/Patient/p1`, resource: rest as JsonObject }] })).toEqual([
      'bundle-full-url Bundle.entry[0].fullUrl',
    ]);
  });
});

describe('the entries of a search', () => {
  const found = (resource: JsonObject, mode: string, self?: string) =>
    faults('searchset', {
      ...(self === undefined ? {} : { link: [{ relation: 'self', url: self }] }),
      entry: [{ fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520', resource, search: { mode } }],
    });
  const { id: _, ...withoutId } = claim();

  it('have an id', () => {
    expect(found(claim(), 'match')).toEqual([]);
    expect(found(withoutId, 'match')).toEqual(['bundle-entry Bundle.entry[0]']);
    expect(found(withoutId, 'include')).toEqual(['bundle-entry Bundle.entry[0]']);
  });
  it('match what the self link says', () => {
    expect(found(claim(), 'match', `${base}/Claim?use=claim`)).toEqual([]);
    expect(found(claim(), 'match', `${base}?_type=Patient,Claim`)).toEqual([]);
    expect(found(claim(), 'match', `${base}/Patient?_id=1`)).toEqual(['bundle-entry Bundle.entry[0]']);
    expect(found(claim(), 'include', `${base}/Patient?_id=1`)).toEqual([]);
  });
  it('are outcomes where they say so', () => {
    expect(found(claim(), 'outcome')).toEqual(['bundle-entry Bundle.entry[0]']);
  });
});

describe('the links of a Bundle', () => {
  const link = (...relations: string[]) => relations.map(relation => ({ relation, url: `${base}/Claim` }));
  it('are there once', () => {
    expect(faults('searchset', { link: link('self', 'next', 'other', 'other') })).toEqual([]);
    expect(faults('searchset', { link: link('self', 'next', 'next') })).toEqual(['bundle-link Bundle.link[2]']);
    expect(faults('collection', { link: link('self', 'self') })).toEqual(['bundle-link Bundle.link[1]']);
  });
  it('are pages of searches and histories only', () => {
    expect(faults('collection', { link: link('next') })).toEqual(['bundle-link Bundle.link[0]']);
  });
});

describe('a document', () => {
  const composition = (rest: JsonObject = {}) => ({
    resourceType: 'Composition',
    id: 'c',
    status: 'final',
    type: { text: 'x' },
    date: '2024-01-01',
    author: [{ reference: 'Practitioner/a' }],
    title: 't',
    ...rest,
  });
  const author = at({ resourceType: 'Practitioner', id: 'a' });
  const made = (...entry: JsonObject[]) =>
    faults('document', {
      identifier: { system: 'http://example.org', value: '1' },
      timestamp: '2024-01-01T00:00:00Z',
      entry,
    });
  const section = (entry: JsonObject[]) => [{ title: 's', section: [{ title: 'inner', entry }] }];

  it('holds what its Composition refers to', () => {
    expect(made(at(composition()), author)).toEqual([]);
    expect(made(at(composition()))).toEqual(['bundle-document Bundle.entry[0].resource.author[0]']);
    const deep = composition({ subject: { reference: '#s' }, contained: [{ resourceType: 'Patient', id: 's' }] });
    expect(made(at(deep), author)).toEqual([]);
    expect(made(at(composition({ section: section([{ reference: 'Observation/o' }]) })), author)).toEqual([
      'bundle-document Bundle.entry[0].resource.section[0].section[0].entry[0]',
    ]);
  });
  it('holds nothing that it does not lead to', () => {
    const basic = at({ resourceType: 'Basic', id: 'b', code: { text: 'x' } });
    expect(made(at(composition()), author, basic)).toEqual(['bundle-document Bundle.entry[2]']);
    const organization = at({ resourceType: 'Organization', id: 'o', name: 'n' });
    const leading = at({
      resourceType: 'Practitioner',
      id: 'a',
      qualification: [{ code: { text: 'x' }, issuer: { reference: 'Organization/o' } }],
    });
    expect(made(at(composition()), leading, organization)).toEqual([]);
  });
  it('may hold what leads to a part of it', () => {
    const provenance = at({
      resourceType: 'Provenance',
      id: 'p',
      target: [{ reference: 'Composition/c' }],
      recorded: '2024-01-01T00:00:00Z',
      agent: [{ who: { reference: 'Practitioner/a' } }],
    });
    expect(made(at(composition()), author, provenance)).toEqual([]);
  });
  it('begins with a Composition, and has entries', () => {
    expect(made(author, at(composition()))).toContain('invariant-failed Bundle');
    expect(made()).toContain('bundle-entry Bundle.entry');
  });
});

describe('a message', () => {
  it('begins with a MessageHeader, and has entries', () => {
    expect(faults('message', { entry: [at(patient())] })).toEqual(['invariant-failed Bundle']);
    expect(faults('message', {})).toContain('bundle-entry Bundle.entry');
  });
});
