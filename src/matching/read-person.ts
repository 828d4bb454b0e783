import type { Address, HumanName, Patient } from 'fhir/r4.js';
import { foldText } from '../search/fold-text.ts';
import { latinLetters } from './latin-letters.ts';

/** An identifier as it is compared: what kind of number it is, where that is said, and its letters and digits. */
export interface PersonNumber {
  kind: string | undefined;
  value: string;
}

/** What of a patient is compared, in the forms in which it compares. */
export interface Person {
  numbers: readonly PersonNumber[];
  /** The words of each name, folded, as they are written and in Latin letters. */
  names: readonly (readonly NameWord[])[];
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. */
  birthDate: string | undefined;
  gender: string | undefined;
  /** The last digits of each, so that a number with the country's code is the one without. */
  phones: readonly string[];
  /** Where the person lives: the Location, the names of town or village. */
  places: readonly string[];
}

/** A word of a name. */
export interface NameWord {
  written: string;
  latin: string;
}

const LOCATION = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/address-location-reference';
const PAPER = 'https://openimis.github.io/openimis_fhir_r4_ig/StructureDefinition/patient-identification';

const PHONE_DIGITS = 8;
const LEAST_DIGITS = 6;

/** A number without what is only put between its letters and digits. */
export const bareNumber = (text: string): string => foldText(text).replaceAll(' ', '');

/** The digits of a phone number that tell it apart; undefined where there are too few. */
export const bareDigits = (text: string): string | undefined => {
  const digits = text.normalize('NFKC').replaceAll(/\D/g, '').slice(-PHONE_DIGITS);
  return digits.length < LEAST_DIGITS ? undefined : digits;
};

const isText = (value: string | undefined): value is string => value !== undefined && value !== '';

const numbersOf = ({ identifier = [], extension = [] }: Patient): PersonNumber[] => {
  const papers = extension
    .filter(({ url }) => url === PAPER)
    .flatMap(({ extension: parts = [] }) => {
      const value = parts.find(({ url }) => url === 'number')?.valueString;
      const kind = parts.find(({ url }) => url === 'type')?.valueCodeableConcept?.coding?.[0]?.code;
      return value === undefined ? [] : [{ kind, value: bareNumber(value) }];
    });
  return [
    ...identifier.flatMap(({ system, type, value }) =>
      value === undefined ? [] : [{ kind: system ?? type?.coding?.[0]?.code, value: bareNumber(value) }],
    ),
    ...papers,
  ].filter(({ value }) => value !== '');
};

const wordsOf = ({ family, given = [], text }: HumanName): NameWord[] => {
  const parts = [...given, family].filter(isText);
  const words = foldText((parts.length === 0 ? [text].filter(isText) : parts).join(' ')).split(' ');
  return words.filter(word => word !== '').map(written => ({ written, latin: latinLetters(written) }));
};

const placesOf = ({ extension = [], city, district, text }: Address): string[] => {
  const location = extension.find(({ url }) => url === LOCATION)?.valueReference?.reference;
  const name = city ?? district ?? text;
  return [...(isText(location) ? [location] : []), ...(isText(name) ? [foldText(name)] : [])];
};

/**
 * Reads what of a patient is compared. Nothing of it is required: what is not there is not compared.
 * https://hl7.org/fhir/R4/patient.html
 */
export const readPerson = (patient: Patient): Person => ({
  numbers: numbersOf(patient),
  names: (patient.name ?? []).map(wordsOf).filter(words => words.length > 0),
  birthDate: patient.birthDate,
  gender: patient.gender === 'male' || patient.gender === 'female' ? patient.gender : undefined,
  phones: (patient.telecom ?? [])
    .filter(({ system }) => system === 'phone' || system === 'sms')
    .flatMap(({ value }) => bareDigits(value ?? '') ?? []),
  places: (patient.address ?? []).flatMap(placesOf),
});
