import type { Coverage, Period } from 'fhir/r4.js';
import { dayOf, parseDateRange } from '../fhir/datetime.ts';

const FIRST_DAY = '0000-01-01';
const LAST_DAY = '9999-12-31';

/** Days (`YYYY-MM-DD`) from the first to the last, both inclusive. */
export interface Days {
  first: string;
  last: string;
}

/** The first day of a FHIR date or dateTime in the scheme's time zone (IANA name): 2026-07 begins on 2026-07-01. */
export const firstDayOf = (text: string, timeZone: string): string | undefined => {
  const range = parseDateRange(text, timeZone);
  return range && dayOf(range.low, timeZone);
};

/** The last day of a FHIR date or dateTime in the scheme's time zone: 2026-06 ends on 2026-06-30. */
export const lastDayOf = (text: string, timeZone: string): string | undefined => {
  const range = parseDateRange(text, timeZone);
  return range && dayOf(range.high - 1, timeZone);
};

/** The days that a coverage is for. An open start or end reaches as far as dates do. */
export const coveredDays = (period: Period | undefined, timeZone: string): Days => ({
  first: (period?.start && firstDayOf(period.start, timeZone)) || FIRST_DAY,
  last: (period?.end && lastDayOf(period.end, timeZone)) || LAST_DAY,
});

/** Whether cover holds on the day: the coverage is active, and its period includes the day, first and last day too. */
export const isInForce = (coverage: Coverage, day: string, timeZone: string): boolean => {
  const { first, last } = coveredDays(coverage.period, timeZone);
  return coverage.status === 'active' && first <= day && day <= last;
};
