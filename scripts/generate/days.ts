const DAY_MS = 86_400_000;

/** The number of a day like 2026-06-30, counted from 1970. */
export const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS;

/** The day of a number, as FHIR writes it. */
export const dayText = (number: number): string => new Date(number * DAY_MS).toISOString().slice(0, 10);

/** The same day some years later; the last of February where that year has no 29th. */
export const yearsLater = (number: number, years: number): number => {
  const date = new Date(number * DAY_MS);
  const month = date.getUTCMonth();
  const later = Date.UTC(date.getUTCFullYear() + years, month, date.getUTCDate());
  return new Date(later).getUTCMonth() === month ? later / DAY_MS : later / DAY_MS - 1;
};

/** January is 0. */
export const monthOf = (number: number): number => new Date(number * DAY_MS).getUTCMonth();

/** Whether health centres rest. */
export const isSunday = (number: number): boolean => new Date(number * DAY_MS).getUTCDay() === 0;
