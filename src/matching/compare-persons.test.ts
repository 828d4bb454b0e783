import type { Patient } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { compareBirthDates } from './compare-birth-dates.ts';
import { compareNames } from './compare-names.ts';
import { comparePersons } from './compare-persons.ts';
import { readPerson } from './read-person.ts';

const person = (more: Partial<Patient>) => readPerson({ resourceType: 'Patient', ...more });
const words = (text: string) => person({ name: [{ text }] }).names[0]!;

describe('compareNames', () => {
  it.each([
    ['Asha Mwamba', 'MWAMBA, Asha', 'same'],
    ['Ébène N’Diaye', 'Ebene Ndiaye', 'same'],
    ['Mohamed Diallo', 'Muhammad Dialo', 'near'],
    ['Joseph Ouedraogo', 'Yusuf Wedraogo', 'some'],
    ['Asha Mwamba', 'Ahsa Mwamba', 'near'],
    ['Asha Rehema Komba', 'Asha Komba', 'near'],
    ['A. Komba', 'Asha Komba', 'near'],
    ['राम बहादुर', 'Ram Bahadur', 'near'],
    ['Фатима Ахмедова', 'Fatima Akhmedova', 'near'],
    ['محمد علي', 'Mhmd Aly', 'near'],
    ['Hassan Swai', 'Hussein Swai', 'some'],
    ['Asha Mwamba', 'Neema Mwamba', 'some'],
    ['Asha Mwamba', 'Juma Otieno', 'differs'],
  ])('%s and %s: %s', (left, right, agreement) => {
    expect(compareNames(words(left), words(right))).toBe(agreement);
    expect(compareNames(words(right), words(left))).toBe(agreement);
  });
});

describe('compareBirthDates', () => {
  it.each([
    ['1990-05-17', '1990-05-17', 'same'],
    ['1990-05-07', '1990-07-05', 'near'],
    ['1990-05-17', '1990-05-11', 'near'],
    ['1990-05-17', '1909-05-17', 'near'],
    ['1990-05-17', '1990-05-71', 'near'],
    ['1990-01-01', '1990-01-01', 'year'],
    ['1990-05-17', '1990', 'year'],
    ['1990-05', '1991', 'some'],
    ['1990-05-17', '1996-02-21', 'differs'],
  ])('%s and %s: %s', (left, right, agreement) => {
    expect(compareBirthDates(left, right)).toBe(agreement);
  });
});

describe('comparePersons', () => {
  it('passes over what one of the two lacks', () => {
    const likeness = comparePersons(
      person({ gender: 'female', birthDate: '1990' }),
      person({ birthDate: '1990-05-17' }),
    );
    expect(likeness.fields.map(({ field }) => field)).toEqual(['birthDate']);
  });

  it('takes numbers of two kinds for two numbers, and passes over how they are written', () => {
    const number = (system: string, value: string) => person({ identifier: [{ system, value }] });
    const agreement = (left: string, right: string): unknown =>
      comparePersons(number('urn:a', '12-34'), number(left, right)).fields[0]?.agreement;
    expect([agreement('urn:a', '1234'), agreement('urn:b', '1234')]).toEqual(['same', 'differs']);
  });

  it('keeps within 0 and 1', () => {
    const all: Partial<Patient> = {
      identifier: [{ value: '1' }],
      name: [{ text: 'Asha Komba' }],
      birthDate: '1990-05-17',
      gender: 'female',
    };
    expect(comparePersons(person(all), person(all))).toMatchObject({ score: 1, grade: 'certain' });
    const other = person({ name: [{ text: 'Juma Swai' }], birthDate: '1950-01-02', gender: 'male' });
    expect(comparePersons(person(all), other)).toMatchObject({ score: 0, grade: undefined });
  });
});
