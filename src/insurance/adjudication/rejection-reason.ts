/**
 * Why a line is not paid, by openIMIS' codes; `0` is accepted, `-1` a medical officer's word.
 * https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem-claim-rejection-reasons.html
 */
export type RejectionReason =
  | '-1'
  | '0'
  | '1'
  | '2'
  | '3'
  | '4'
  | '5'
  | '7'
  | '9'
  | '10'
  | '11'
  | '12'
  | '13'
  | '14'
  | '15'
  | '16'
  | '17'
  | '19';
