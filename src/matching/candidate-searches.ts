import type { Patient } from 'fhir/r4.js';
import { parseDateRange } from '../fhir/datetime.ts';
import type { Condition, StringValue } from '../search/query.ts';
import { isYearOnly, swappedDate } from './compare-birth-dates.ts';
import type { NameWord, Person } from './read-person.ts';

/** Letters of a word of a name by which others are found. */
const PREFIX = 4;

/** Words of one name that are searched by, two and two. */
const MOST_WORDS = 4;

type Search = readonly Condition[];

const isText = (value: string | undefined): value is string => value !== undefined && value !== '';

const tokens = (parameter: string, values: readonly (string | undefined)[]): Search[] => {
  const codes = [...new Set(values.filter(isText))];
  return codes.length === 0 ? [] : [[{ kind: 'token', parameter, anyOf: codes.map(code => ({ code })) }]];
};

const begins = (word: string): StringValue => ({ match: 'starts', text: [...word].slice(0, PREFIX).join('') });

/** A name with a word that begins like this one, as it is written or in Latin letters. */
const named = ({ written, latin }: NameWord): Condition => ({
  kind: 'string',
  parameter: 'name',
  anyOf: latin === written || latin === '' ? [begins(written)] : [begins(written), begins(latin)],
});

const born = (dates: readonly string[], timeZone: string): Condition => ({
  kind: 'date',
  parameter: 'birthdate',
  anyOf: dates.flatMap(date => {
    const range = parseDateRange(date, timeZone);
    return range === undefined ? [] : [{ prefix: 'eq' as const, ...range }];
  }),
});

const byName = (words: readonly NameWord[], { birthDate }: Person, timeZone: string): Search[] => {
  const [first, ...others] = words.slice(0, MOST_WORDS);
  if (first === undefined) return [];
  if (others.length === 0) {
    return birthDate === undefined ? [] : [[named(first), born([birthDate.slice(0, 4)], timeZone)]];
  }
  const all = [first, ...others];
  return all.flatMap((word, index) => all.slice(index + 1).map(other => [named(word), named(other)]));
};

/**
 * The searches by which patients are found that may be the same person, so that nobody else is looked at: those with one of the numbers, with
 * one of the phones, born on the same day (day and month swapped, too), or with two words of a name that begin alike.
 */
export const candidateSearches = (patient: Patient, person: Person, timeZone: string): readonly Search[] => {
  const { birthDate } = person;
  const dates = birthDate === undefined || isYearOnly(birthDate) ? [] : [birthDate, swappedDate(birthDate)];
  return [
    ...tokens(
      'identifier',
      (patient.identifier ?? []).map(({ value }) => value),
    ),
    ...tokens(
      'phone',
      (patient.telecom ?? []).filter(({ system }) => system === 'phone').map(({ value }) => value),
    ),
    ...(dates.length === 0 ? [] : [[born(dates, timeZone)]]),
    ...person.names.flatMap(words => byName(words, person, timeZone)),
  ];
};
