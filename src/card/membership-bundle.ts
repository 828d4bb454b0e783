import type { Coverage, HumanName, Organization, Patient } from 'fhir/r4.js';
import type { JsonObject } from '../fhir/resource.ts';

/** What a card is made of, as it is stored. */
export interface Membership {
  coverage: Coverage;
  patient: Patient;
  insurer: Organization;
}

/** Types of the number that the insurer gives: openIMIS' own, and HL7's. Numbers of passports and the like do not go on a card. */
const MEMBER_NUMBERS: readonly (string | undefined)[] = ['Code', 'MB'];

const nameOf = ({ family, given }: HumanName) => ({ family, given });

/**
 * What a card tells, and no more: who is covered, by which number, by whom, and from when until when. Nothing of health, family or place.
 * References go from entry to entry. https://spec.smarthealth.cards/#data-model
 */
export const membershipBundle = ({ coverage, patient, insurer }: Membership): JsonObject => {
  const { status, period, subscriberId } = coverage;
  const numbers = (patient.identifier ?? [])
    .filter(({ type }) => (type?.coding ?? []).some(({ code }) => MEMBER_NUMBERS.includes(code)))
    .map(({ system, value }) => ({ system, value }));
  const plans = (coverage.class ?? []).map(({ type, value, name }) => ({
    type: { coding: (type.coding ?? []).map(({ system, code }) => ({ system, code })) },
    value,
    name,
  }));
  const resources = [
    {
      resourceType: 'Patient',
      identifier: numbers.length === 0 ? undefined : numbers,
      name: (patient.name ?? []).slice(0, 1).map(nameOf),
      birthDate: patient.birthDate,
    },
    {
      resourceType: 'Coverage',
      status,
      subscriberId,
      beneficiary: { reference: 'resource:0' },
      period: period && { start: period.start, end: period.end },
      payor: [{ reference: 'resource:2' }],
      class: plans.length === 0 ? undefined : plans,
    },
    { resourceType: 'Organization', name: insurer.name },
  ];
  const entry = resources.map((resource, index) => ({ fullUrl: `resource:${index}`, resource }));
  // What is undefined is left out.
  return JSON.parse(JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry })) as JsonObject;
};
