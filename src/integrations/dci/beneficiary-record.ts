import type { Coverage, Patient } from 'fhir/r4.js';
import type { JsonObject } from '../../fhir/resource.ts';
import { dateTimeOf } from './member-record.ts';

const POLICY_STATUS = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/coverage-policy-status';

/** DCI's states of an enrolment: 1 active, 2 deceased, 3 graduated, 4 suspended. */
const stateOf = ({ status, extension = [] }: Coverage, patient: Patient | undefined): string => {
  if (status === 'active') return '1';
  if (patient?.deceasedDateTime !== undefined || patient?.deceasedBoolean === true) return '2';
  const isSuspended = extension.some(
    ({ url, valueCodeableConcept }) =>
      url === POLICY_STATUS && valueCodeableConcept?.coding?.some(({ code }) => code === 'suspended') === true,
  );
  return isSuspended ? '4' : '3';
};

/**
 * What a peer is told of an enrolment: only these attributes.
 * @param patient who is covered, where the peer may see that
 * @param member the record of that person
 */
export const beneficiaryRecord = (
  coverage: Coverage,
  {
    patient,
    member,
    attributes,
  }: { patient: Patient | undefined; member: JsonObject; attributes: ReadonlySet<string> },
): JsonObject => {
  const plan = coverage.class?.find(({ type }) => type.coding?.some(({ code }) => code === 'plan') === true);
  const parts: Readonly<Record<string, unknown>> = {
    member: patient === undefined ? undefined : member,
    programme:
      plan === undefined ? undefined : { programme_identifier: plan.value, programme_name: plan.name ?? plan.value },
    enrolment_date: dateTimeOf(coverage.period?.start),
    enrolment_status: stateOf(coverage, patient),
    status_change_date: coverage.meta?.lastUpdated,
  };
  const told = Object.entries(parts).filter(([name, value]) => attributes.has(name) && value !== undefined);
  return { '@type': 'Beneficiary', ...(Object.fromEntries(told) as JsonObject) };
};
