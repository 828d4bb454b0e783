import type { Parameters } from 'fhir/r4.js';
import { beforeAll, expect, test } from 'vitest';
import { expectOutcome } from './expect-outcome.ts';
import { useServer } from './start-server.ts';

const server = useServer({ KIUNGO_CAPABILITIES: 'openimis' });
const MRN = 'https://hospital.example/mrn';
const MEMBERS = 'https://scheme.example/members';
const NATIONAL = 'https://country.example/id';

const person = (id: string, identifier: readonly (readonly [string, string])[], more = {}) => ({
  resourceType: 'Patient',
  id,
  name: [{ family: 'Lungu', given: ['Zawadi'] }],
  gender: 'female',
  birthDate: '1990-01-01',
  identifier: identifier.map(([system, value]) => ({ system, value })),
  ...more,
});

beforeAll(async () => {
  const { status, text } = await server.put(
    'Patient/zawadi',
    person('zawadi', [
      [MRN, '4711'],
      [MEMBERS, 'M-1'],
    ]),
  );
  expect(status, text).toBe(201);
  const link = [{ other: { reference: 'Patient/zawadi' }, type: 'seealso' }];
  await server.put('Patient/zawadi-2', person('zawadi-2', [[NATIONAL, 'N-1']], { link }));
  await server.put('Patient/other', person('other', [[MRN, '4712']]));
});

const told = async (query: string): Promise<string[]> => {
  const { status, text, body } = await server.get(`Patient/$ihe-pix?${query}`);
  expect(status, text).toBe(200);
  const { parameter = [] } = body as unknown as Parameters;
  return parameter.map(({ name, valueIdentifier, valueReference }) =>
    name === 'targetId' ? valueReference!.reference! : `${valueIdentifier!.system}|${valueIdentifier!.value}`,
  );
};

test('tells the other identifiers and the ids of a person', async () => {
  expect(await told(`sourceIdentifier=${MRN}|4711`)).toEqual([`${MEMBERS}|M-1`, 'Patient/zawadi']);
});

test('of linked records together, and of the systems that are wanted', async () => {
  const all = [`${MRN}|4711`, `${MEMBERS}|M-1`, 'Patient/zawadi-2', 'Patient/zawadi'];
  expect(await told(`sourceIdentifier=${NATIONAL}|N-1`)).toEqual(all);
  expect(await told(`sourceIdentifier=${NATIONAL}|N-1&targetSystem=${MEMBERS}`)).toEqual([all[1], all[2], all[3]]);
  expect(await told(`sourceIdentifier=${MRN}|4712&targetSystem=${MEMBERS}`)).toEqual(['Patient/other']);
});

test.each([
  ['', 400, 'operation-parameter-missing'],
  ['sourceIdentifier=4711', 400, 'operation-parameter-invalid'],
  ['sourceIdentifier=https://nowhere.example|1', 400, 'operation-parameter-invalid'],
  [`sourceIdentifier=${MRN}|none`, 404, 'identifier-unknown'],
])('refuses %j with %i %s', async (query, status, rule) => {
  expectOutcome(await server.get(`Patient/$ihe-pix?${query}`), status, rule);
});
