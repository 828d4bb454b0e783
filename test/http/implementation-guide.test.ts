import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTar } from 'nanotar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';
import { expectOutcome } from './expect-outcome.ts';
import { startServer, type TestServer } from './start-server.ts';

/** Two published packages as a country would write them: a base guide, and a guide of its insurance that builds on it. */

const R4 = 'http://hl7.org/fhir';
const LAND = 'https://ministry.example/fhir';
const FUND = 'https://fund.example/fhir';

const structure = (
  base: string,
  id: string,
  type: string,
  baseDefinition: string,
  element: JsonObject[],
): JsonObject => ({
  resourceType: 'StructureDefinition',
  id,
  url: `${base}/StructureDefinition/${id}`,
  version: '1.0.0',
  name: id.replaceAll('-', ''),
  status: 'active',
  kind: type === 'Extension' ? 'complex-type' : 'resource',
  abstract: false,
  type,
  baseDefinition,
  derivation: 'constraint',
  ...(type === 'Extension' ? { context: [{ type: 'element', expression: 'Patient' }] } : {}),
  differential: { element },
});

const village = `${LAND}/StructureDefinition/village`;
const landGuide = [
  structure(LAND, 'village', 'Extension', `${R4}/StructureDefinition/Extension`, [
    { id: 'Extension.extension', path: 'Extension.extension', max: '0' },
    { id: 'Extension.url', path: 'Extension.url', fixedUri: village },
    { id: 'Extension.value[x]', path: 'Extension.value[x]', min: 1, type: [{ code: 'string' }] },
  ]),
  structure(LAND, 'land-patient', 'Patient', `${R4}/StructureDefinition/Patient`, [
    {
      id: 'Patient.extension:village',
      path: 'Patient.extension',
      sliceName: 'village',
      min: 1,
      max: '1',
      type: [{ code: 'Extension', profile: [`${village}|1.0.0`] }],
    },
    {
      id: 'Patient.identifier',
      path: 'Patient.identifier',
      slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' },
    },
    { id: 'Patient.identifier:national', path: 'Patient.identifier', sliceName: 'national', max: '1' },
    {
      id: 'Patient.identifier:national.system',
      path: 'Patient.identifier.system',
      min: 1,
      fixedUri: `${LAND}/national-number`,
    },
  ]),
];

const fundGuide = [
  {
    resourceType: 'CodeSystem',
    id: 'membership',
    url: `${FUND}/CodeSystem/membership`,
    status: 'active',
    caseSensitive: true,
    content: 'complete',
    concept: [{ code: 'payer' }, { code: 'dependant' }],
  },
  {
    resourceType: 'ValueSet',
    id: 'membership',
    url: `${FUND}/ValueSet/membership`,
    status: 'active',
    compose: { include: [{ system: `${FUND}/CodeSystem/membership` }] },
  },
  structure(FUND, 'fund-member', 'Patient', `${LAND}/StructureDefinition/land-patient`, [
    { id: 'Patient.identifier:national', path: 'Patient.identifier', sliceName: 'national', min: 1 },
    { id: 'Patient.identifier:national.value', path: 'Patient.identifier.value', min: 1 },
    {
      id: 'Patient.maritalStatus',
      path: 'Patient.maritalStatus',
      binding: { strength: 'required', valueSet: `${FUND}/ValueSet/membership` },
    },
    { id: 'Patient.gender', path: 'Patient.gender', min: 1 },
  ]),
  structure(FUND, 'unfinished', 'Patient', `${LAND}/StructureDefinition/land-patient`, [
    { id: 'Patient.colour', path: 'Patient.colour', min: 1 },
  ]),
];

const member = (more: JsonObject = {}): Resource => ({
  resourceType: 'Patient',
  meta: { profile: [`${FUND}/StructureDefinition/fund-member|1.0.0`] },
  extension: [{ url: village, valueString: 'Mwanga' }],
  identifier: [{ system: `${LAND}/national-number`, value: '1' }],
  maritalStatus: { coding: [{ system: `${FUND}/CodeSystem/membership`, code: 'payer' }] },
  gender: 'female',
  ...more,
});

const folder = mkdtempSync(join(tmpdir(), 'guides-'));
const pack = (manifest: { name: string } & JsonObject, resources: readonly JsonObject[]): string => {
  const file = join(folder, `${manifest.name}.tgz`);
  const entries = resources.map(resource => ({
    name: `package/${resource.resourceType}-${resource.id}.json`,
    data: JSON.stringify(resource),
  }));
  const said = { version: '1.0.0', fhirVersions: ['4.0.1'], ...manifest };
  writeFileSync(file, gzipSync(createTar([{ name: 'package/package.json', data: JSON.stringify(said) }, ...entries])));
  return file;
};
const land = pack({ name: 'land', dependencies: { 'hl7.fhir.r4.core': '4.0.1' } }, landGuide);
const fund = pack({ name: 'fund', dependencies: { land: '1.0.0', 'hl7.terminology.r4': '5.0.0' } }, fundGuide);

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ KIUNGO_CAPABILITIES: 'r4', KIUNGO_PACKAGES: `${fund},${land}` });
});
afterAll(async () => {
  await server.app.close();
  rmSync(folder, { recursive: true });
});

describe('implementation guides', () => {
  test('are judged by, whatever order their packages are named in', async () => {
    const { status, text } = await server.post('Patient', member());
    expect(status, text).toBe(201);
  });

  test.each<[string, JsonObject, string]>([
    ['the base profile of the other package', { extension: [] }, 'Patient.extension'],
    ['its extension', { extension: [{ url: village, valueCode: 'x' }] }, 'Patient.extension[0].value'],
    [
      'a slice that both speak of',
      { identifier: [{ system: `${LAND}/national-number` }] },
      'Patient.identifier[0].value',
    ],
    ['its value set', { maritalStatus: { coding: [{ code: 'M' }] } }, 'Patient.maritalStatus'],
    ['itself', { gender: 'women' }, 'Patient.gender'],
  ])('refuse by %s', async (_, more, expression) => {
    const { status, body } = await server.post('Patient', member(more));
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain(`"${expression}"`);
  });

  test('have schemas with what all of them ask', async () => {
    const { body } = await server.get('StructureDefinition/fund-member/$json-schema');
    expect(body).toMatchObject({
      required: ['resourceType', 'extension', 'identifier'],
      properties: { gender: { enum: ['male', 'female', 'other', 'unknown'] } },
    });
  });

  test('say at start which packages are missing', () => {
    expect(server.log.filter(line => line.includes('"level":40')).map(line => JSON.parse(line).msg)).toEqual([
      `${fund} builds on package hl7.terminology.r4 5.0.0, which is not loaded: what it defines is not known here`,
    ]);
  });

  test('with a broken profile start, and refuse what claims it with the reason', async () => {
    const url = `${FUND}/StructureDefinition/unfinished`;
    const answer = await server.post('Patient', member({ meta: { profile: [url] } }));
    expectOutcome(answer, 422, 'profile-unusable');
    expect(answer.text).toContain(`${url}: Patient.colour: there is no element colour`);
    const schema = await server.get('StructureDefinition/unfinished/$json-schema');
    expectOutcome(schema, 422, 'definition-unusable');
  });

  test('without their base stop the start, and the package to add is named', async () => {
    await expect(startServer({ KIUNGO_PACKAGES: fund })).rejects.toThrow(
      /land-patient is not loaded. Load package land /,
    );
  });
});
