import type { Address, HumanName, Identifier, Patient } from 'fhir/r4.js';
import type { JsonObject } from '../../fhir/resource.ts';

const IS_HEAD = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/patient-is-head';
const SEXES: Readonly<Record<string, string>> = { male: 'male', female: 'female', other: 'others', unknown: 'unknown' };

/** What kinds of numbers are called by DCI, by their systems or the codes of their types. */
export type IdentifierNames = ReadonlyMap<string, string>;

/** The other way round than the operator has written it. */
export const identifierNames = (types: Readonly<Record<string, string>>): IdentifierNames =>
  new Map(Object.entries(types).map(([name, to]) => [to, name]));

/** Numbers of kinds that the operator has named; the others are of no use to a peer. */
export const identifiersOf = (identifiers: readonly Identifier[] = [], names: IdentifierNames): JsonObject[] =>
  identifiers.flatMap(({ system, type, value }) => {
    const name = names.get(system ?? '') ?? names.get(type?.coding?.[0]?.code ?? '');
    return name === undefined || value === undefined ? [] : [{ identifier_type: name, identifier_value: value }];
  });

const nameOf = ([name]: readonly HumanName[] = []): JsonObject | undefined => {
  if (name === undefined) return undefined;
  const [first, ...others] = name.given ?? [];
  return {
    ...(first === undefined ? {} : { given_name: first }),
    ...(others.length === 0 ? {} : { second_name: others.join(' ') }),
    ...(name.family === undefined ? {} : { surname: name.family }),
    ...(name.given === undefined && name.family === undefined && name.text !== undefined
      ? { given_name: name.text }
      : {}),
  };
};

/** An address as DCI has it. */
export const addressOf = ({ line, city, district, state, postalCode, country, text }: Address): JsonObject => ({
  ...(line === undefined && text === undefined ? {} : { address_line1: line?.join(', ') ?? text! }),
  ...(city === undefined ? {} : { locality: city }),
  ...(district === undefined ? {} : { sub_region_code: district }),
  ...(state === undefined ? {} : { region_code: state }),
  ...(postalCode === undefined ? {} : { postal_code: postalCode }),
  ...(country === undefined ? {} : { country_code: country }),
});

/** A day as DCI writes it; a part of one stays as it is. */
export const dateTimeOf = (date: string | undefined): string | undefined =>
  date !== undefined && /^\d{4}-\d\d-\d\d$/.test(date) ? `${date}T00:00:00Z` : date;

const telecomOf = ({ telecom = [] }: Patient, system: string): string[] =>
  telecom.flatMap(each => (each.system === system && each.value !== undefined ? [each.value] : []));

const isHead = ({ extension = [] }: Patient): boolean =>
  extension.some(({ url, valueBoolean }) => url === IS_HEAD && valueBoolean === true);

/** Each as one value, or undefined where the person has none. */
const PERSON_PARTS: Readonly<Record<string, (patient: Patient) => unknown>> = {
  name: ({ name }) => nameOf(name),
  sex: ({ gender }) => SEXES[gender ?? ''],
  birth_date: ({ birthDate }) => dateTimeOf(birthDate),
  death_date: ({ deceasedDateTime }) => dateTimeOf(deceasedDateTime),
  address: ({ address }) => address?.map(addressOf),
  phone_number: patient => telecomOf(patient, 'phone'),
  email: patient => telecomOf(patient, 'email'),
};

const MEMBER_PARTS: Readonly<Record<string, (patient: Patient) => unknown>> = {
  marital_status: ({ maritalStatus }) => maritalStatus?.coding?.[0]?.code ?? maritalStatus?.text,
  relationship_head: patient => (isHead(patient) ? 'head' : undefined),
  last_update: ({ meta }) => meta?.lastUpdated,
};

const isSomething = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

const partsOf = (
  parts: Readonly<Record<string, (patient: Patient) => unknown>>,
  patient: Patient,
  attributes: ReadonlySet<string>,
): JsonObject =>
  Object.fromEntries(
    Object.entries(parts)
      .filter(([name]) => attributes.has(name))
      .map(([name, of]) => [name, of(patient)])
      .filter(([, value]) => isSomething(value)),
  ) as JsonObject;

/** What a peer is told of a person: of what is known of it, only these attributes. */
export const memberRecord = (patient: Patient, attributes: ReadonlySet<string>, names: IdentifierNames): JsonObject => {
  const identifiers = attributes.has('identifier') ? identifiersOf(patient.identifier, names) : [];
  return {
    '@type': 'Member',
    ...(identifiers.length === 0 ? {} : { member_identifier: identifiers }),
    demographic_info: {
      ...(identifiers.length === 0 ? {} : { identifier: identifiers }),
      ...partsOf(PERSON_PARTS, patient, attributes),
    },
    ...partsOf(MEMBER_PARTS, patient, attributes),
  };
};
