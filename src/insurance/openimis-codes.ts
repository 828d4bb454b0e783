import type { CodeableConcept, Identifier } from 'fhir/r4.js';

/** Base of everything that openIMIS publishes. https://openimis.github.io/openimis_fhir_r4_ig */
export const OPENIMIS = 'https://openimis.github.io/openimis_fhir_r4_ig';

/** The extension by which a claim's line names the service or drug that it is for. */
export const CLAIM_ITEM_REFERENCE = `${OPENIMIS}/StructureDefinition/claim-item-reference`;

/** Code systems of openIMIS that the rules use, by the end of their URL. */
export type OpenimisSystem =
  | 'bill-charge-item'
  | 'bill-type'
  | 'openimis-identifiers'
  | 'claim-status'
  | 'claim-rejection-reasons'
  | 'claim-item-category'
  | 'claim-supporting-info-category'
  | 'coverage-item-category'
  | 'feedback-status'
  | 'coverage-item-benefit-type';

/** A concept with one code of an openIMIS code system. */
export const openimisConcept = (system: OpenimisSystem, code: string): CodeableConcept => ({
  coding: [{ system: `${OPENIMIS}/CodeSystem/${system}`, code }],
});

/** An identifier whose type says what it is: `Code` the business code, `UUID` the id in the register. */
export const openimisIdentifier = (type: 'Code' | 'UUID', value: string, system?: string): Identifier => ({
  type: openimisConcept('openimis-identifiers', type),
  ...(system === undefined ? {} : { system }),
  value,
});

/** The identifier that people use: of type code `Code`, else the first with a value. */
export const businessIdentifier = (
  identifiers: readonly Identifier[] | undefined,
): (Identifier & { value: string }) | undefined => {
  const valued = (identifiers ?? []).filter(hasValue);
  return valued.find(({ type }) => type?.coding?.some(({ code }) => code === 'Code')) ?? valued[0];
};

const hasValue = (identifier: Identifier): identifier is Identifier & { value: string } =>
  identifier.value !== undefined && identifier.value !== '';
