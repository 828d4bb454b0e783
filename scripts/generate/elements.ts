import { type RawNumber, rawNumber } from '../../src/fhir/exact-json.ts';

/** A resource that is generated. Amounts are raw numbers, so that 4.50 is written 4.50. */
export type Generated = { resourceType: string; id: string } & Record<string, unknown>;

const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';
const KIUNGO = 'https://kiungo.example/fhir';

/** Canonical URLs of extensions and code systems. */
export const openimis = (name: string): string => `${OPENIMIS}/StructureDefinition/${name}`;
export const kiungo = (name: string): string => `${KIUNGO}/StructureDefinition/${name}`;
export const openimisCodes = (name: string): string => `${OPENIMIS}/CodeSystem/${name}`;
export const PLAN_BENEFIT = `${KIUNGO}/CodeSystem/plan-benefit`;
export const USAGE_CONTEXT = 'http://terminology.hl7.org/CodeSystem/usage-context-type';

export const concept = (system: string, ...codes: readonly string[]) => ({
  coding: codes.map(code => ({ system, code })),
});

/** The identifier by which openIMIS knows a thing. */
export const codeIdentifier = (value: string) => [
  { type: concept(openimisCodes('openimis-identifiers'), 'Code'), value },
];

export const reference = (resourceType: string, id: string) => ({ reference: `${resourceType}/${id}` });

const CURRENCY = 'USD';

/** Whole hundredths as a number with two places. */
export const hundredths = (cents: number): RawNumber =>
  rawNumber(`${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);

export const money = (cents: number) => ({ value: hundredths(cents), currency: CURRENCY });

/** An amount where FHIR wants a Quantity. */
export const amount = (cents: number) => ({
  value: hundredths(cents),
  unit: CURRENCY,
  system: 'urn:iso:std:iso:4217',
  code: CURRENCY,
});
