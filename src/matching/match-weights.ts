/**
 * What each field says for or against two records being of one person, in points. Points of all fields are added up: two persons who
 * agree by chance get few, since what many people share (a sex, a village) weighs little and what few share (a number) much. A field
 * that one of the two lacks says nothing. docs/matching.md tells how they were chosen and what was measured with them.
 */
export const MATCH_WEIGHTS = {
  /** Numbers that differ say nothing: whoever is enrolled twice has two. */
  identifier: { same: 14, differs: 0 },
  /** `near`: spelled otherwise, in another script, or with a name more; `some`: one name of several, as of sisters and brothers. */
  name: { same: 9, near: 4, some: -3, differs: -8 },
  /** `near`: day and month swapped, one digit wrong; `year`: of one or both only the year is known; `some`: two years apart or less. */
  birthDate: { same: 8, near: 5, year: 3, some: 1, differs: -6 },
  gender: { same: 1, differs: -4 },
  phone: { same: 4, differs: 0 },
  place: { same: 2, differs: -1 },
} as const satisfies Record<string, Readonly<Record<string, number>>>;

/** What is compared. */
export type MatchField = keyof typeof MATCH_WEIGHTS;

/** How the values of a field compare. */
export type Agreement<Field extends MatchField = MatchField> = {
  [F in MatchField]: keyof (typeof MATCH_WEIGHTS)[F] & string;
}[Field];

/** R4's grades from which on a record is told, with the points that each takes. https://hl7.org/fhir/R4/valueset-match-grade.html */
export const MATCH_GRADES = { certain: 20, probable: 13, possible: 8 } as const;

/** A grade that a candidate can have. */
export type MatchGrade = keyof typeof MATCH_GRADES;

/** As many points are a score of 1. */
export const FULL_SCORE = 25;

/** Two words are spelled alike when this part of the longer one's letters agrees. */
export const WORD_LIKENESS = 0.75;
