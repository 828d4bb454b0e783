import type { CodeableConcept } from 'fhir/r4.js';

/** Base of what this project publishes. */
export const KIUNGO = 'https://kiungo.example/fhir';

/** Extensions for what neither R4 nor openIMIS has a place for, by the end of their URL. */
export type KiungoExtension =
  | 'capitation'
  | 'ceiling-interpretation'
  | 'claim-adjudication'
  | 'claim-line-adjudication'
  | 'claim-mode'
  | 'coverage-policy'
  | 'coverage-use'
  | 'feedback-share'
  | 'invoice-balance'
  | 'maximum-quantity'
  | 'medication-validity'
  | 'plan-discount'
  | 'plan-distribution'
  | 'plan-period'
  | 'policy-enforced'
  | 'price-list';

/** The URL of such an extension. */
export const kiungoExtension = (name: KiungoExtension): string => `${KIUNGO}/StructureDefinition/${name}`;

/** The codes that a plan's costs and limits are said with. */
export const PLAN_BENEFIT = `${KIUNGO}/CodeSystem/plan-benefit`;

/** The first code of a concept, of that system where one is given. */
export const codeOf = (concept: CodeableConcept | undefined, system?: string): string | undefined =>
  concept?.coding?.find(coding => system === undefined || coding.system === system)?.code;

/** All codes of a concept. */
export const codesOf = (concept: CodeableConcept | undefined): string[] =>
  (concept?.coding ?? []).flatMap(({ code }) => (code === undefined ? [] : [code]));
