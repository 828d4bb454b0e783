import { rawNumber } from '../../src/fhir/exact-json.ts';
import type { JsonObject, Resource } from '../../src/fhir/resource.ts';

const CODE: JsonObject = {
  coding: [{ system: 'https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem/openimis-identifiers', code: 'Code' }],
};

/** An insured person that the required profile takes. */
export const patient = (number: string, more: JsonObject = {}): Resource => ({
  resourceType: 'Patient',
  identifier: [{ type: CODE, value: number }],
  name: [{ family: 'Mwamba', given: ['Asha'] }],
  gender: 'female',
  birthDate: '1990-05-17',
  ...more,
});

/** A number that is to be sent as it is written here: `1.0E2`. */
export const written = (text: string): number => rawNumber(text) as unknown as number;
