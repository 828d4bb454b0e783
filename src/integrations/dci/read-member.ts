import type { Address, ContactPoint, HumanName, Identifier, Patient } from 'fhir/r4.js';
import { parseDateRange } from '../../fhir/datetime.ts';
import { isJsonObject, type Json, type JsonObject } from '../../fhir/resource.ts';

const IDENTIFIER_TYPE = 'https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem/openimis-identifiers';

const GENDERS: Readonly<Record<string, Patient['gender']>> = {
  ...{ male: 'male', m: 'male', female: 'female', f: 'female' },
  ...{ others: 'other', other: 'other', unknown: 'unknown' },
};

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});

const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const identifiersOf = (value: Json | undefined, types: Readonly<Record<string, string>>): Identifier[] =>
  listOf(value).flatMap((each): Identifier[] => {
    const { identifier_type: type, identifier_value: number } = objectOf(each);
    const name = textOf(type);
    const to = name !== undefined && Object.hasOwn(types, name) ? types[name] : undefined;
    const text = textOf(number);
    if (to === undefined || text === undefined) return [];
    if (to.includes(':')) return [{ system: to, value: text }];
    return [{ type: { coding: [{ system: IDENTIFIER_TYPE, code: to }] }, value: text }];
  });

/** The specification, samples and openIMIS call the parts of a name differently. */
const nameOf = (value: Json | undefined): HumanName | undefined => {
  const { given_name: given, first_name: first, second_name: second, surname, family_name: family } = objectOf(value);
  const names = [textOf(given) ?? textOf(first), textOf(second)].filter(each => each !== undefined);
  const last = textOf(surname) ?? textOf(family);
  if (names.length > 0 && last !== undefined) return { use: 'official', family: last, given: names };
  const text = textOf(value) ?? [...names, last].filter(each => each !== undefined).join(' ');
  return text === '' ? undefined : { use: 'official', text };
};

/** The day as it is written, in whatever zone. */
const dayOf = (value: Json | undefined): string | undefined => {
  const day = textOf(value)?.slice(0, 10);
  return day !== undefined && parseDateRange(day) !== undefined ? day : undefined;
};

const telecomOf = (system: 'phone' | 'email', value: Json | undefined): ContactPoint[] =>
  listOf(value).flatMap(each => {
    const text = textOf(each) ?? textOf(objectOf(each)[`${system}_number`]);
    return text === undefined ? [] : [{ system, value: text }];
  });

const addressesOf = (value: Json | undefined): Address[] =>
  listOf(value).flatMap(each => {
    const { address_line1: line, street_address: street, locality, city, postal_code: postalCode } = objectOf(each);
    const place = textOf(locality) ?? textOf(city);
    const first = textOf(line) ?? textOf(street);
    if (place === undefined) return [];
    const code = textOf(postalCode);
    return [
      {
        city: place,
        ...(first === undefined ? {} : { line: [first] }),
        ...(code === undefined ? {} : { postalCode: code }),
      },
    ];
  });

/** A list that has something in it, as a member. */
const some = <Name extends string, Value>(name: Name, values: readonly Value[]) =>
  (values.length === 0 ? {} : { [name]: values }) as { [N in Name]?: Value[] };

/** Where of a record the person stands, whichever record it is. */
const personOf = (record: JsonObject): JsonObject => {
  const member = isJsonObject(record.member) ? record.member : record;
  const info = isJsonObject(member.demographic_info) ? member.demographic_info : member;
  return isJsonObject(info.person) ? info.person : info;
};

/**
 * The person that a record of a registry is of; undefined where it has no number of a kind that the operator has named, or no name: nobody
 * could be told again by it.
 */
export const readMember = (record: JsonObject, types: Readonly<Record<string, string>>): Patient | undefined => {
  const person = personOf(record);
  const identifier = [
    ...identifiersOf(person.identifier, types),
    ...identifiersOf(record.member_identifier, types),
    ...identifiersOf(person, types),
  ].filter((each, index, all) => all.findIndex(other => JSON.stringify(other) === JSON.stringify(each)) === index);
  const name = nameOf(person.name);
  if (identifier.length === 0 || name === undefined) return undefined;
  const gender = GENDERS[textOf(person.sex)?.toLowerCase() ?? ''];
  const birthDate = dayOf(person.birth_date);
  const died = dayOf(person.death_date);
  const telecom = [...telecomOf('phone', person.phone_number), ...telecomOf('email', person.email)];
  return {
    ...{ resourceType: 'Patient', identifier, name: [name] },
    ...(gender === undefined ? {} : { gender }),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(died === undefined ? {} : { deceasedDateTime: died }),
    ...some('telecom', telecom),
    ...some('address', addressesOf(person.address)),
  };
};
