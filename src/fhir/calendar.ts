/** Days of the calendar as text, `YYYY-MM-DD`: their order is that of the texts. No time zone, no time of day. */
export type Day = string;

const DAY = 86_400_000;

const numberOf = (day: Day): number => Date.parse(day) / DAY;

const textOf = (year: number, month: number, day: number): Day =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;

/** How many days from the first to the second: 1 from a day to the next, negative backwards. */
export const daysBetween = (from: Day, to: Day): number => numberOf(to) - numberOf(from);

/** The day that comes so many days later, or earlier where the number is negative. */
export const addDays = (day: Day, days: number): Day =>
  new Date((numberOf(day) + days) * DAY).toISOString().slice(0, 10);

/** The same day of the month so many months later, or the month's last day where it is shorter: 31 January + 1 is 28 February. */
export const addMonths = (day: Day, months: number): Day => {
  const month = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months;
  const year = Math.floor(month / 12);
  const lastDay = new Date(Date.UTC(year, (month % 12) + 1, 0)).getUTCDate();
  return textOf(year, (month % 12) + 1, Math.min(Number(day.slice(8, 10)), lastDay));
};
