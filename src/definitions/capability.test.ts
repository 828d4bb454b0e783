import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CapabilityStatement, SearchParameter, StructureDefinition } from 'fhir/r4.js';
import fhirpath from 'fhirpath';
import { afterAll, describe, expect, test } from 'vitest';
import { type Capability, loadCapability } from './capability.ts';
import { loadDefinitions } from './load-definitions.ts';
import type { OperationLevel } from './operation-levels.ts';

const definitions = loadDefinitions({ folders: ['profiles/r4', 'profiles/openimis', 'profiles/kiungo'], packages: [] });
const choices = {
  references: 'enforce',
  deleteReferenced: 'refuse',
  conditionalDelete: 'single',
  purge: 'no',
} as const;
const implemented = {
  interactions: new Set([
    ...['read', 'vread', 'create', 'update', 'patch', 'delete', 'search-type', 'search-system'],
    ...['history-instance', 'history-type', 'history-system', 'batch', 'transaction'],
  ]),
  operations: new Map([
    ['json-schema', { levels: new Set<OperationLevel>(['instance']), affectsState: false }],
    ['submit', { levels: new Set<OperationLevel>(['type']), affectsState: true }],
    ['unmatched', { levels: new Set<OperationLevel>(['type']), affectsState: false }],
    ['batch-run', { levels: new Set<OperationLevel>(['type']), affectsState: true }],
    ['evaluate-measure', { levels: new Set<OperationLevel>(['type']), affectsState: false }],
    ['ihe-pix', { levels: new Set<OperationLevel>(['type']), affectsState: false }],
    ['health-cards-issue', { levels: new Set<OperationLevel>(['instance']), affectsState: false }],
    ['premium', { levels: new Set<OperationLevel>(['instance']), affectsState: false }],
    ['process', { levels: new Set<OperationLevel>(['instance']), affectsState: true }],
    ['match', { levels: new Set<OperationLevel>(['type']), affectsState: false }],
    ...['duplicates', 'merge', 'unmerge'].map(
      code => [code, { levels: new Set<OperationLevel>(['type']), affectsState: true }] as const,
    ),
    ['cancel', { levels: new Set<OperationLevel>(['instance']), affectsState: true }],
    ['reverse', { levels: new Set<OperationLevel>(['instance']), affectsState: true }],
    ['screen', { levels: new Set<OperationLevel>(['type', 'instance']), affectsState: true }],
    ['review', { levels: new Set<OperationLevel>(['instance']), affectsState: true }],
    ['lookup', { levels: new Set<OperationLevel>(['type']), affectsState: false }],
    ...['everything', 'expand', 'subsumes', 'validate-code'].map(
      code => [code, { levels: new Set<OperationLevel>(['type', 'instance']), affectsState: false }] as const,
    ),
    ['snapshot', { levels: new Set<OperationLevel>(['type', 'instance']), affectsState: false }],
    ['meta', { levels: new Set<OperationLevel>(['system', 'type', 'instance']), affectsState: false }],
    ...['meta-add', 'meta-delete'].map(
      code => [code, { levels: new Set<OperationLevel>(['instance']), affectsState: true }] as const,
    ),
    ['status', { levels: new Set<OperationLevel>(['type', 'instance']), affectsState: false }],
    ['events', { levels: new Set<OperationLevel>(['instance']), affectsState: false }],
    ['topics', { levels: new Set<OperationLevel>(['type']), affectsState: false }],
    ['translate', { levels: new Set<OperationLevel>(['type']), affectsState: false }],
    ['validate', { levels: new Set<OperationLevel>(['system', 'type', 'instance']), affectsState: false }],
  ]),
  patchFormats: new Map([
    ['application/json-patch+json', undefined],
    ['application/merge-patch+json', undefined],
    ['application/fhir+json', undefined],
  ]),
  whyNotSearchable: ({ type, expression }: SearchParameter) =>
    ['token', 'reference', 'string', 'date'].includes(type) && expression !== undefined ? undefined : 'not supported',
};
const software = { baseUrl: 'http://localhost:8080/fhir', version: '0.1.0', date: Date.UTC(2026, 10, 1) };

const folder = mkdtempSync(join(tmpdir(), 'capability-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SUBMIT = {
  name: 'submit',
  definition: 'https://kiungo.example/fhir/OperationDefinition/kiungo-claim-submit',
};

const TRANSLATE = {
  name: 'translate',
  definition: 'http://hl7.org/fhir/OperationDefinition/ConceptMap-translate',
};

const load = (claim: object, more: object = {}) => {
  const file = join(folder, 'tried.json');
  const rest = [
    {
      mode: 'server',
      resource: [
        { type: 'Patient', interaction: [{ code: 'read' }] },
        { type: 'Claim', ...claim },
      ],
    },
  ];
  const statement = { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', format: ['json'], rest, ...more };
  writeFileSync(file, JSON.stringify(statement));
  return loadCapability(file, definitions, implemented, choices);
};

/** What a capability says of itself where all that it offers is indexed. */
const statementOf = ({ types, statement }: Capability): CapabilityStatement => {
  const parametersOf = (type: string) => types.get(type)!.searchParameters;
  const search = { state: 1, parametersOf, indexing: () => [] };
  return statement({ ...software, search }) as unknown as CapabilityStatement;
};

const served = (name: string): CapabilityStatement =>
  statementOf(loadCapability(name, definitions, implemented, choices));

describe('openimis.json', () => {
  const { types, insuranceRules } = loadCapability('openimis', definitions, implemented, choices);

  test('switches insurance rules and referential integrity on', () => {
    expect(insuranceRules).toBe(true);
    expect(types.get('Claim')).toMatchObject({
      profile: 'https://kiungo.example/fhir/StructureDefinition/kiungo-claim',
      enforceReferences: true,
      conditionalCreate: true,
      updateCreate: true,
      operations: new Map([
        ['cancel', new Set(['instance'])],
        ['process', new Set(['instance'])],
        ['reverse', new Set(['instance'])],
        ['review', new Set(['instance'])],
        ['screen', new Set(['type', 'instance'])],
        ['submit', new Set(['type'])],
        ['validate', new Set(['type', 'instance'])],
        ['meta', new Set(['type', 'instance'])],
        ['meta-add', new Set(['instance'])],
        ['meta-delete', new Set(['instance'])],
      ]),
    });
  });

  test('requires the kiungo profile of each type, and supports every openimis profile and those of complaints', () => {
    const shipped = (set: string) =>
      readdirSync(`profiles/${set}`)
        .filter(name => name.startsWith('StructureDefinition-'))
        .map(name => JSON.parse(readFileSync(`profiles/${set}/${name}`, 'utf8')) as StructureDefinition)
        .filter(({ type }) => types.has(type))
        .map(({ type, url }) => `${type} ${url}`)
        .sort();
    const named = [...types.values()];
    const required = named.flatMap(({ resourceType, profile }) => (profile ? [`${resourceType} ${profile}`] : []));
    const supported = named.flatMap(({ resourceType, supportedProfiles }) =>
      supportedProfiles.map(url => `${resourceType} ${url}`),
    );
    expect([...required, ...supported].sort()).toEqual([...shipped('kiungo'), ...shipped('openimis')].sort());
    expect(required).toHaveLength(20);
  });

  test('lets conformance resources be read only', () => {
    expect(types.get('StructureDefinition')?.interactions).toEqual(new Set(['read']));
    expect(types.get('StructureDefinition')?.searchParameters.size).toBe(0);
  });

  test('finds by the loaded search parameters that the code can do', () => {
    const codes = types.get('Claim')?.searchParameters;
    expect(codes?.get('patient')?.url).toBe('http://hl7.org/fhir/SearchParameter/Claim-patient');
    expect(codes?.has('_id')).toBe(true);
    expect(codes?.has('_lastUpdated')).toBe(true);
    expect(types.get('Location')?.searchParameters.has('near')).toBe(false);
    expect(types.get('Patient')?.searchParameters.has('_content')).toBe(false);
  });
});

test('r4.json enables every resource type of R4, on its own definition, without insurance', () => {
  const { types, insuranceRules } = loadCapability('r4', definitions, implemented, choices);
  expect([...types.keys()]).toEqual(definitions.resourceTypes);
  expect(insuranceRules).toBe(false);
  expect(types.get('Claim')).toMatchObject({
    enforceReferences: false,
    operations: new Map([
      ['validate', new Set(['type', 'instance'])],
      ['meta', new Set(['type', 'instance'])],
      ['meta-add', new Set(['instance'])],
      ['meta-delete', new Set(['instance'])],
    ]),
  });
  expect(types.get('Claim')).not.toHaveProperty('profile');
});

describe.each(['openimis', 'r4'])('the statement served for %s', name => {
  const statement = served(name);

  test('tells of this server', () => {
    expect(statement).toMatchObject({
      kind: 'instance',
      status: 'active',
      date: '2026-11-01T00:00:00.000Z',
      software: { name: 'Kiungo', version: '0.1.0' },
      implementation: { url: 'http://localhost:8080/fhir' },
    });
  });

  test('holds the invariants of a CapabilityStatement', () => {
    const elements = definitions.structureDefinition('CapabilityStatement')?.snapshot.element ?? [];
    const broken = elements.flatMap(({ path, constraint = [] }) =>
      constraint
        .filter(({ key, severity }) => severity === 'error' && key.startsWith('cpb-'))
        .filter(({ expression }) => {
          const [holds] = fhirpath.evaluate(statement, `${path}.all(${expression})`) as boolean[];
          return holds !== true;
        })
        .map(({ key }) => key),
    );
    expect(broken).toEqual([]);
  });
});

test('a listed search parameter is the only one', () => {
  const listed = { interaction: [{ code: 'search-type' }], searchParam: [{ name: 'patient', type: 'reference' }] };
  const capability = load(listed);
  expect([...(capability.types.get('Claim')?.searchParameters.keys() ?? [])]).toEqual(['patient']);
  const [, claim] = statementOf(capability).rest![0]!.resource!;
  expect(claim?.searchParam).toEqual([
    { name: 'patient', definition: 'http://hl7.org/fhir/SearchParameter/Claim-patient', type: 'reference' },
  ]);
});

test.each([
  [
    { interaction: [{ code: 'read' }, { code: 'vanish' }] },
    'rest[0].resource[1].interaction[1]: vanish is not implemented',
  ],
  [{ interaction: [{ code: 'patch' }] }, 'rest[0].resource[1].interaction: patch needs a patchFormat'],
  [{ conditionalDelete: 'many' }, 'rest[0].resource[1].conditionalDelete: many is not implemented'],
  [{ versioning: 'no-version' }, 'rest[0].resource[1].versioning: no-version is not implemented'],
  [{ searchInclude: ['Claim:patient'] }, 'rest[0].resource[1].searchInclude: is not implemented'],
  [{ referencePolicy: ['resolves'] }, 'rest[0].resource[1].referencePolicy[0]: resolves is not implemented'],
  [{ profile: 'https://example.org/none' }, 'rest[0].resource[1].profile: https://example.org/none is not loaded'],
  [
    { supportedProfile: ['https://kiungo.example/fhir/StructureDefinition/kiungo-patient'] },
    'rest[0].resource[1].supportedProfile[0]: https://kiungo.example/fhir/StructureDefinition/kiungo-patient is not loaded, or not a profile of Claim',
  ],
  [
    { interaction: [{ code: 'search-type' }], searchParam: [{ name: 'colour', type: 'token' }] },
    'rest[0].resource[1].searchParam[0]: Claim has no search parameter colour',
  ],
  [
    { interaction: [{ code: 'search-type' }], searchParam: [{ name: '_profile', type: 'uri' }] },
    'rest[0].resource[1].searchParam[0]: _profile of type uri is not implemented',
  ],
  [{ operation: [{ name: 'bill', definition: 'x' }] }, 'rest[0].resource[1].operation[0]: bill is not implemented'],
  [
    { operation: [{ name: 'submit', definition: 'https://kiungo.example/fhir/OperationDefinition/none' }] },
    'rest[0].resource[1].operation[0].definition: https://kiungo.example/fhir/OperationDefinition/none is not loaded',
  ],
  [
    { operation: [{ name: 'lookup', definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup' }] },
    'rest[0].resource[1].operation[0].definition: http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup is not loaded, or not operation lookup of Claim',
  ],
  [
    { type: 'ConceptMap', operation: [TRANSLATE] },
    'rest[0].resource[1].operation[0].definition: translate on the instance is not implemented',
  ],
  [{ operation: [SUBMIT, SUBMIT] }, 'rest[0].resource[1].operation[1]: submit is there twice'],
  [{ type: 'Invoce' }, 'rest[0].resource[1].type: Invoce is not a resource type of R4'],
  [{ type: 'Patient' }, 'rest[0].resource[1].type: Patient is there twice'],
])('a file that asks for too much is refused with the element: %j', (claim, message) => {
  expect(() => load(claim)).toThrow(message);
  expect(() => load(claim)).toThrow('tried.json');
});

test.each([
  [{ fhirVersion: '5.0.0' }, 'fhirVersion: must be 4.0.1'],
  [{ format: ['json', 'text/turtle'] }, 'format[1]: text/turtle is not implemented'],
  [{ patchFormat: ['application/xml-patch+xml'] }, 'patchFormat[0]: application/xml-patch+xml is not implemented'],
  [{ rest: [] }, 'rest: must be one, of mode server'],
  [
    { rest: [{ mode: 'server', interaction: [{ code: 'vanish' }] }] },
    'rest[0].interaction[0]: vanish is not implemented',
  ],
  [
    { rest: [{ mode: 'server', operation: [SUBMIT] }] },
    `rest[0].operation[0].definition: ${SUBMIT.definition} is not loaded, or not operation submit of the system`,
  ],
  [{ resourceType: 'Patient' }, 'is not a CapabilityStatement'],
])('a statement that is not of this server is refused: %j', (more, message) => {
  expect(() => load({}, more)).toThrow(message);
});

test('a file that is not there is named', () => {
  expect(() => loadCapability('nowhere', definitions, implemented, choices)).toThrow(
    'capability-statements/nowhere.json',
  );
});
