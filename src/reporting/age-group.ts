import type { Day } from '../fhir/calendar.ts';

/** Ages at which a group begins, as openIMIS reports them. */
const BEGINNINGS = [0, 6, 13, 19, 26, 36, 56, 76];
const OLDEST = 9999;

const ageOn = (birthDate: string, day: Day): number => {
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4));
  // A year alone counts as born on its first day.
  return day.slice(5) < birthDate.slice(5) ? years - 1 : years;
};

/** The group of a person's age on a day, like `P19Y-P25Y`; undefined where the birth date is not known. */
export const ageGroup = (birthDate: string | undefined, day: Day): string | undefined => {
  if (birthDate === undefined) return undefined;
  const age = Math.max(0, ageOn(birthDate, day));
  const at = BEGINNINGS.findLastIndex(beginning => beginning <= age);
  return `P${BEGINNINGS[at]}Y-P${(BEGINNINGS[at + 1] ?? OLDEST + 1) - 1}Y`;
};
