import { describe, expect, it } from 'vitest';
import { leastResource } from '../../test/fixtures/least-resource.ts';
import { BASE_URL } from '../../test/fixtures/parameter-use.ts';
import type { Definitions, SearchParameter } from '../definitions/definitions.ts';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import type { Json, JsonObject, Resource } from '../fhir/resource.ts';
import { alternativesFor, elementPaths, type Step } from './element-path.ts';
import { createExtractor } from './extract.ts';
import { codeOf, type IndexEntry } from './index-entry.ts';
import { SEARCH_TYPES, whyNotSearchable } from './search-types.ts';

const definitions = loadDefinitions({ folders: ['profiles/r4'], packages: [] });
const context = { baseUrl: BASE_URL, timeZone: 'UTC' };
const extract = createExtractor(definitions, context);

const found = (resource: Resource, parameter: string): unknown[] =>
  extract(resource)
    .filter(entry => entry.parameter === parameter)
    .map(({ kind: _kind, parameter: _parameter, ...entry }) => ('folded' in entry ? entry.text : entry));

describe('createExtractor', () => {
  it('takes repeated elements at every level', () => {
    const claim: Resource = {
      resourceType: 'Claim',
      item: [
        { encounter: [{ reference: 'Encounter/1' }, { reference: 'Encounter/2' }] },
        { encounter: [{ reference: 'Encounter/3' }] },
        {},
      ],
    };
    expect(found(claim, 'encounter')).toEqual([1, 2, 3].map(id => ({ type: 'Encounter', id: `${id}` })));
  });

  it('keeps the first of equal values', () => {
    const patient: Resource = {
      resourceType: 'Patient',
      name: [
        { family: 'Doe', given: ['Ana'] },
        { family: 'Doe', given: ['Maria', 'Ana'] },
      ],
    };
    expect(found(patient, 'name')).toEqual(['Doe', 'Ana', 'Maria']);
    const [doe] = patient.name as Json[];
    expect(found({ resourceType: 'Patient', name: [doe!, doe!] }, 'family')).toEqual(['Doe']);
  });

  it('tells tokens apart that only look the same when joined', () => {
    const identifier = [
      { system: 'a', value: 'b' },
      { value: 'a|b' },
      { system: 'a' },
      { value: 'a' },
      { system: '', value: 'a' },
    ];
    expect(found({ resourceType: 'Patient', identifier }, 'identifier')).toHaveLength(5);
  });

  it('takes a reference only where its target is of the type that the parameter asks for', () => {
    const flag = (subject: JsonObject): Resource => ({ resourceType: 'Flag', subject });
    expect(found(flag({ reference: 'Patient/1' }), 'patient')).toEqual([{ type: 'Patient', id: '1' }]);
    expect(found(flag({ reference: 'Group/1' }), 'patient')).toEqual([]);
    expect(found(flag({ reference: 'Group/1' }), 'subject')).toEqual([{ type: 'Group', id: '1' }]);
    expect(found(flag({ reference: 'http://a.example/Patient/1' }), 'patient')).toHaveLength(1);
    expect(found(flag({ reference: 'urn:oid:1.2', type: 'Patient' }), 'patient')).toEqual([{ url: 'urn:oid:1.2' }]);
  });

  it('takes of contact points those of the kind', () => {
    const telecom = [
      { system: 'phone', value: '1' },
      { system: 'email', value: 'a@b' },
    ];
    expect(found({ resourceType: 'Patient', telecom }, 'phone')).toEqual([{ system: 'phone', code: '1' }]);
    expect(found({ resourceType: 'Patient', telecom }, 'telecom')).toHaveLength(2);
  });

  it.each<[JsonObject, string]>([
    [{}, 'false'],
    [{ deceasedBoolean: false }, 'false'],
    [{ deceasedBoolean: true }, 'true'],
    [{ deceasedDateTime: '2024' }, 'true'],
  ])('knows from %j whether a patient is deceased: %s', (elements, code) => {
    expect(found({ resourceType: 'Patient', ...elements }, 'deceased')).toEqual([{ code }]);
  });

  it('takes tags, and neither id nor last update', () => {
    const meta = { lastUpdated: '2024-01-01T00:00:00Z', tag: [{ system: 's', code: 't' }] };
    expect(extract({ resourceType: 'Basic', id: 'b', meta })).toEqual([
      { kind: 'token', parameter: '_tag', system: 's', code: 't' },
    ]);
  });

  it('passes over nulls and values of another shape', () => {
    expect(
      extract({ resourceType: 'Patient', name: [{ given: [null] }], birthDate: 7, identifier: 'x', link: [null] }),
    ).toEqual([
      { kind: 'token', parameter: 'deceased', code: 'false' },
      ...['identifier', 'name', 'birthdate', 'phonetic'].map(parameter => ({ kind: 'present', parameter })),
    ]);
  });

  it('takes the second value of a composite under each form of the first', () => {
    const observation: Resource = {
      resourceType: 'Observation',
      code: { coding: [{ system: 'urn:s', code: 'panel' }] },
      component: [
        {
          code: { coding: [{ system: 'urn:s', code: 'sys' }] },
          valueQuantity: { value: 120, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
        },
        { code: { coding: [{ code: 'dia' }], text: 'Diastolic' }, valueQuantity: { value: 80 } },
      ],
    };
    const names = (code: string): string[] =>
      extract(observation).flatMap(({ parameter }) => (parameter.startsWith(`${code}$`) ? [parameter] : []));
    const ofSys = ['$1 sys', '$2 urn:s|sys', '$3 urn:s'].flatMap(form =>
      ['', '$unit =g.m-1.s-2', '$unit |mm[Hg]', '$unit |mmHg'].map(
        unit => `component-code-value-quantity${form}${unit}`,
      ),
    );
    const ofDia = ['$1 dia', '$2 |dia'].map(form => `component-code-value-quantity${form}`);
    expect(names('component-code-value-quantity')).toEqual([...ofSys, ...ofDia]);
    expect(names('combo-code-value-quantity')).toHaveLength(14);
    expect(names('code-value-quantity')).toEqual([]);
  });

  it('marks what is there and has nothing to search by', () => {
    expect(extract({ resourceType: 'Claim', patient: { display: 'Zuri' } })).toEqual([
      { kind: 'present', parameter: 'patient' },
    ]);
  });

  it('names the search parameter whose expression is not FHIRPath', () => {
    const broken = {
      ...definitions.searchParameters('Claim').get('status')!,
      url: 'http://x/broken',
      expression: 'Claim.status.(',
    };
    const withBroken: Definitions = { ...definitions, searchParameters: () => new Map([['status', broken]]) };
    expect(() => createExtractor(withBroken, context)({ resourceType: 'Claim' })).toThrow('http://x/broken');
  });
});

/** What plain paths do not reach. The two of Bundle lead to resources, not to references, so that they have no entries. */
const EVALUATED = ['Bundle composition', 'Bundle message', 'Patient deceased'];
/** Choices of a type that the parameter's own type cannot be searched by. */
const NOT_TAKEN = [
  'CarePlan activity-date string',
  'Consent source-reference Attachment',
  'Immunization date string',
  'Observation combo-value-quantity SampledData',
  'Observation combo-value-quantity SampledData',
  'Observation component-value-quantity SampledData',
  'Observation value-quantity SampledData',
  'Procedure date Age',
  'Procedure date Range',
  'Procedure date string',
];

describe('the search parameters of R4', () => {
  const cases = definitions.resourceTypes.flatMap(resourceType =>
    [...definitions.searchParameters(resourceType).values()]
      .filter(
        ({ code, type, ...rest }) =>
          whyNotSearchable({ ...rest, code, type }) === undefined &&
          !['_id', '_lastUpdated', '_text', '_content'].includes(code) &&
          type !== 'composite',
      )
      .map(parameter => [resourceType, parameter] as const),
  );

  it('are all there', () => {
    expect(cases.length).toBeGreaterThan(1500);
  });

  it('are taken from every element that their expression names, but for those that FHIRPath evaluates', () => {
    const evaluated = new Set<string>();
    const untaken: string[] = [];
    for (const [resourceType, parameter] of cases) {
      const alternatives = alternativesFor(resourceType, parameter.expression!);
      if (alternatives.length === 0) untaken.push(`${resourceType} ${parameter.code}`);
      for (const alternative of alternatives) {
        const paths = elementPaths(alternative, resourceType, definitions);
        if (paths === undefined) evaluated.add(`${resourceType} ${parameter.code}`);
        for (const path of paths ?? []) {
          if (!hasEntry(resourceType, parameter, path)) untaken.push(`${resourceType} ${parameter.code} ${path.type}`);
        }
      }
    }
    expect([...evaluated].sort()).toEqual(EVALUATED);
    expect(untaken.sort()).toEqual(NOT_TAKEN);
  });
});

function hasEntry(
  resourceType: string,
  parameter: SearchParameter,
  path: { steps: readonly Step[]; type: string },
): boolean {
  if (SEARCH_TYPES[parameter.type]!.entries[path.type] === undefined) return false;
  const entries: IndexEntry[] = extract(leastResource(resourceType, path.steps, path.type));
  const kinds: Record<string, IndexEntry['kind']> = { uri: 'token', quantity: 'number', special: 'number' };
  const kind = parameter.code === 'phonetic' ? 'token' : (kinds[parameter.type] ?? parameter.type);
  return entries.some(entry => codeOf(entry.parameter) === parameter.code && entry.kind === kind);
}
