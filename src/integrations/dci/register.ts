import type { JsonObject } from '../../fhir/resource.ts';

/** What is searched: persons, families, or what persons are enrolled in. */
export type Register = 'Member' | 'Group' | 'Beneficiary';

/** The resource that a record is made of. */
export const RESOURCE_TYPES = { Member: 'Patient', Group: 'Group', Beneficiary: 'Coverage' } as const satisfies Record<
  Register,
  string
>;

/** What of a record may be agreed to be told, by register. */
export const RECORD_ATTRIBUTES: Readonly<Record<Register, readonly string[]>> = {
  Member: [
    ...['identifier', 'name', 'sex', 'birth_date', 'death_date', 'address', 'phone_number', 'email'],
    ...['marital_status', 'relationship_head', 'last_update'],
  ],
  Group: ['group_identifier', 'group_type', 'group_size', 'address', 'poverty_status', 'member_list', 'last_update'],
  Beneficiary: ['member', 'programme', 'enrolment_date', 'enrolment_status', 'status_change_date'],
};

/** What is told where nothing is agreed: who it is, who belongs together, and what they are enrolled in. */
export const LEAST_ATTRIBUTES: Readonly<Record<Register, readonly string[]>> = {
  Member: ['identifier', 'name', 'sex', 'birth_date'],
  Group: ['group_identifier', 'group_type', 'group_size', 'member_list'],
  Beneficiary: ['member', 'programme', 'enrolment_date', 'enrolment_status', 'status_change_date'],
};

const NAMES: ReadonlyMap<string, Register> = new Map<string, Register>([
  ['group', 'Group'],
  ['srgroup', 'Group'],
  ['household', 'Group'],
  ['beneficiary', 'Beneficiary'],
  ['enrolment', 'Beneficiary'],
]);

const named = (value: unknown): Register | undefined =>
  typeof value === 'string' ? NAMES.get(value.split(':').at(-1)!.toLowerCase()) : undefined;

/** Which register a search is on, by what it says of it; persons where it says nothing. @param collection that of an expression */
export const registerOf = (criteria: JsonObject, collection?: unknown): Register => {
  const { response_entity: entity, reg_record_type: recordType, reg_type: registryType } = criteria;
  const isBeneficiaries = typeof registryType === 'string' && /(^|:)ibr$/i.test(registryType);
  return named(entity) ?? named(recordType) ?? named(collection) ?? (isBeneficiaries ? 'Beneficiary' : 'Member');
};
