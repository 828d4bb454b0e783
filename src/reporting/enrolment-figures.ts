import type { Coverage, Patient } from 'fhir/r4.js';
import type { Day } from '../fhir/calendar.ts';
import { isInForce } from '../insurance/coverage-in-force.ts';
import type { Figure } from './figure.ts';
import { personComponents } from './person-components.ts';

/** Where a person lives, as openIMIS' profile has it in the address. */
const LOCATION = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/address-location-reference';

const placeOf = ({ address = [] }: Patient): string | undefined =>
  address.flatMap(({ extension = [] }) => extension).find(({ url }) => url === LOCATION)?.valueReference?.reference;

/**
 * What a person adds to the report ENROLMENT of the place where they live, by a coverage that is in force on the day: themselves and, where they hold
 * the policy, their family. Nothing by a coverage that is not in force.
 */
export const enrolmentFigures = (
  patient: Patient,
  coverage: Coverage,
  { day, timeZone }: { day: Day; timeZone: string },
): Figure[] => {
  const subject = placeOf(patient);
  if (subject === undefined || !isInForce(coverage, day, timeZone)) return [];
  const insured = { dataElement: 'NB_INSUREES', subject, components: personComponents(patient, day), count: 1 };
  if (coverage.policyHolder?.reference !== `Patient/${patient.id}`) return [insured];
  const components = { product: coverage.class?.[0]?.value ?? 'OTHER' };
  return [insured, { dataElement: 'NB_FAMILY', subject, components, count: 1 }];
};
