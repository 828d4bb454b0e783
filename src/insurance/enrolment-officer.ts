import type { Patient, Practitioner, PractitionerRole } from 'fhir/r4.js';
import { dayOf } from '../fhir/datetime.ts';
import { lastDayOf } from './coverage-in-force.ts';
import type { Found, InsuranceContext, Lookups } from './insurance-rule.ts';
import { targetOf } from './insured-reference.ts';
import { codesOf } from './kiungo-codes.ts';
import { OPENIMIS } from './openimis-codes.ts';
import { spread } from './spread.ts';

const VILLAGE = `${OPENIMIS}/StructureDefinition/address-location-reference`;
const ENROLMENT_OFFICER = 'EO';

const villageOf = ({ address = [] }: Patient): string | undefined =>
  address
    .flatMap(({ extension = [] }) => extension)
    .filter(({ url }) => url === VILLAGE)
    .flatMap(({ valueReference }) => targetOf(valueReference) ?? [])[0];

const rolesOf = (found: Found): PractitionerRole[] =>
  ((found.officerRoles ?? []) as unknown as PractitionerRole[]).filter(({ code = [] }) =>
    code.some(concept => codesOf(concept).includes(ENROLMENT_OFFICER)),
  );

/** Who works as an enrolment officer in the patient's village, asked for in rounds; the patient was looked up before. */
export const officerLookups = (found: Found): Lookups => {
  const patient = found.patient?.[0] as unknown as Patient | undefined;
  const village = patient && villageOf(patient);
  if (village === undefined) return {};
  const officerRoles = { resourceType: 'PractitionerRole', parameters: [['location', village]] as const };
  if (found.officerRoles === undefined) return { officerRoles };
  const people = rolesOf(found).flatMap(({ practitioner }) => targetOf(practitioner) ?? []);
  return { officerRoles, officers: { references: [...new Set(people)] } };
};

const hasPhone = ({ telecom = [] }: Pick<Practitioner, 'telecom'>): boolean =>
  telecom.some(({ system, value }) => system === 'phone' && value !== undefined);

/**
 * The enrolment officer (`Practitioner/id`) of the patient's village, at work today, with a phone. Of several, the same one for the same
 * `key`.
 */
export const enrolmentOfficer = (key: string, { found, now, timeZone }: InsuranceContext): string | undefined => {
  const today = dayOf(now, timeZone);
  const people = (found.officers ?? []) as unknown as Practitioner[];
  const officers = rolesOf(found)
    .filter(({ active, period }) => active !== false && (lastDayOf(period?.end ?? '', timeZone) ?? today) >= today)
    .flatMap(role => {
      const target = targetOf(role.practitioner);
      const person = people.find(({ id }) => `Practitioner/${id}` === target);
      return person !== undefined && person.active !== false && (hasPhone(person) || hasPhone(role)) ? [target!] : [];
    });
  const choices = [...new Set(officers)].toSorted();
  return choices[Math.floor(spread(key) * choices.length)];
};
