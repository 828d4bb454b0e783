import { compareBirthDates } from './compare-birth-dates.ts';
import { compareNames } from './compare-names.ts';
import {
  type Agreement,
  FULL_SCORE,
  MATCH_GRADES,
  MATCH_WEIGHTS,
  type MatchField,
  type MatchGrade,
} from './match-weights.ts';
import type { Person, PersonNumber } from './read-person.ts';

/** What one field said. */
export interface FieldPoints {
  field: MatchField;
  agreement: Agreement;
  points: number;
}

/** How much speaks for two records being of one person. */
export interface Likeness {
  points: number;
  /** From 0 to 1. */
  score: number;
  /** Undefined where too little speaks for it. */
  grade: MatchGrade | undefined;
  fields: readonly FieldPoints[];
}

const compareNumbers = (left: Person, right: Person): Agreement<'identifier'> => {
  const isSame = (a: PersonNumber, b: PersonNumber): boolean =>
    a.value === b.value && (a.kind === b.kind || a.kind === undefined || b.kind === undefined);
  return left.numbers.some(a => right.numbers.some(b => isSame(a, b))) ? 'same' : 'differs';
};

const bestName = (left: Person, right: Person): Agreement<'name'> => {
  const found = new Set(left.names.flatMap(a => right.names.map(b => compareNames(a, b))));
  return (['same', 'near', 'some'] as const).find(each => found.has(each)) ?? 'differs';
};

const overlap = (left: readonly string[], right: readonly string[]): 'same' | 'differs' =>
  left.some(each => right.includes(each)) ? 'same' : 'differs';

/** Each field of which both have something. */
const COMPARISONS: {
  readonly [F in MatchField]: { has(person: Person): boolean; compare(left: Person, right: Person): Agreement<F> };
} = {
  identifier: { has: ({ numbers }) => numbers.length > 0, compare: compareNumbers },
  name: { has: ({ names }) => names.length > 0, compare: bestName },
  birthDate: {
    has: ({ birthDate }) => birthDate !== undefined,
    compare: (left, right) => compareBirthDates(left.birthDate!, right.birthDate!),
  },
  gender: {
    has: ({ gender }) => gender !== undefined,
    compare: (left, right) => (left.gender === right.gender ? 'same' : 'differs'),
  },
  phone: { has: ({ phones }) => phones.length > 0, compare: (left, right) => overlap(left.phones, right.phones) },
  place: { has: ({ places }) => places.length > 0, compare: (left, right) => overlap(left.places, right.places) },
};

const FIELDS = Object.keys(MATCH_WEIGHTS) as MatchField[];
const GRADES = Object.keys(MATCH_GRADES) as MatchGrade[];

/** Weighs what two records say of a person, field by field. */
export const comparePersons = (left: Person, right: Person): Likeness => {
  const fields = FIELDS.flatMap((field): FieldPoints[] => {
    const { has, compare } = COMPARISONS[field];
    if (!has(left) || !has(right)) return [];
    const agreement = compare(left, right);
    const weights: Readonly<Record<string, number>> = MATCH_WEIGHTS[field];
    return [{ field, agreement, points: weights[agreement]! }];
  });
  const points = fields.reduce((sum, each) => sum + each.points, 0);
  const score = Math.round(100 * Math.min(1, Math.max(0, points / FULL_SCORE))) / 100;
  return { points, score, grade: GRADES.find(grade => points >= MATCH_GRADES[grade]), fields };
};
