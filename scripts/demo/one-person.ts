import type { Bundle, CoverageEligibilityResponse, Parameters } from 'fhir/r4.js';
import type { Client } from 'fhir-kit-client';
import type { Resource } from '../../src/fhir/resource.ts';
import { check, errorsOf, printErrors, say, send, step } from './report.ts';
import { eligibilityRequest, malariaClaim, secondRecord } from './requests.ts';

const isFound = async (client: Client): Promise<void> => {
  step('A dispensary has enrolled the child a second time. Is somebody there already?');
  await send(
    'PUT /fhir/Patient/zuri-again',
    client.update({ resourceType: 'Patient', id: secondRecord.id!, body: secondRecord }),
  );
  const { id: _id, ...described } = secondRecord;
  const { status, body } = await send(
    'POST /fhir/Patient/$match',
    client.operation({ name: '$match', resourceType: 'Patient', input: described as Resource }),
  );
  const found = (body as Bundle).entry?.find(({ resource }) => resource?.id === 'zuri-sadiki')?.search;
  const [grade, ...weights] = found?.extension ?? [];
  const points = weights.map(({ extension = [] }) => `${extension[0]?.valueCode} ${extension[1]?.valueCode}`);
  say(`Patient/zuri-sadiki, ${grade?.valueCode} (${found?.score}): ${points.join(', ')}`);
  check(status === 200 && grade?.valueCode === 'probable', 'the first record is found, and why is told field by field');
};

const areMerged = async (client: Client, today: string): Promise<void> => {
  step('The two records are made one, and what came for the second goes along');
  await send(
    'POST /fhir/CoverageEligibilityRequest/$submit  (Patient/zuri-again)',
    client.operation({
      name: '$submit',
      resourceType: 'CoverageEligibilityRequest',
      input: eligibilityRequest('zuri-again', today),
    }),
  );
  const parameter = ['source-patient', 'target-patient'].map((name, index) => ({
    name,
    valueReference: { reference: `Patient/${['zuri-again', 'zuri-sadiki'][index]}` },
  }));
  const { status, body } = await send(
    'POST /fhir/Patient/$merge  (zuri-again into zuri-sadiki)',
    client.operation({
      name: '$merge',
      resourceType: 'Patient',
      input: { resourceType: 'Parameters', parameter } as unknown as Resource,
    }),
  );
  const changed = ((body as Parameters).parameter ?? []).filter(({ name }) => name === 'changed');
  check(status === 200 && changed.length === 2, 'the question about cover and its answer are of the first record now');
};

const isAskedByEitherNumber = async (client: Client, today: string): Promise<void> => {
  step('Whoever asks by the number of the second record is told of the first; a claim for the second is refused');
  const asked = eligibilityRequest('zuri-again', today);
  const { body } = await send(
    'POST /fhir/CoverageEligibilityRequest/$submit  (number 100000873)',
    client.operation({
      name: '$submit',
      resourceType: 'CoverageEligibilityRequest',
      input: { ...asked, patient: { identifier: { value: '100000873' } } },
    }),
  );
  const { disposition = '', patient } = body as CoverageEligibilityResponse;
  say(`${patient.reference}: "${disposition}"`);
  check(disposition.startsWith('Covered') && patient.reference === 'Patient/zuri-sadiki', 'the child is covered');
  const claim = {
    ...malariaClaim(today),
    patient: { reference: 'Patient/zuri-again' },
    identifier: [{ value: 'KEL-1' }],
  };
  const refused = await send(
    'POST /fhir/Claim  (Patient/zuri-again, Accept-Language: sw)',
    client.create({ resourceType: 'Claim', body: claim, options: { headers: { 'accept-language': 'sw' } } }),
  );
  printErrors(refused.body);
  check(
    refused.status === 422 && errorsOf(refused.body)[0]?.diagnostics?.startsWith('Rekodi hii') === true,
    'the refusal says in Swahili which record to name',
  );
};

/** A person who was enrolled twice is found, and becomes one. */
export const personIsOne = async (client: Client, today: string): Promise<void> => {
  await isFound(client);
  await areMerged(client, today);
  await isAskedByEitherNumber(client, today);
};
