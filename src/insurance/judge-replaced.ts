import type { Patient } from 'fhir/r4.js';
import type { Issue } from '../fhir/issue.ts';
import { replacedBy } from '../matching/merged-records.ts';
import { refusal } from './insurance-refusals.ts';
import type { Found } from './insurance-rule.ts';
import { say } from './texts/say.ts';

/** Refuses what is new for a record of a person that was merged into another one, where the patient was looked up. */
export const judgeReplaced = ({ patient = [] }: Found, expression: string): Issue[] => {
  const other = patient[0] === undefined ? undefined : replacedBy(patient[0] as unknown as Patient);
  if (other === undefined) return [];
  return [refusal('patient-replaced', expression, say('patient-replaced', { patient: other }))];
};
