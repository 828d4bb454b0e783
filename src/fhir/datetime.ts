/** A range of time: milliseconds since 1970 UTC, `low` inclusive, `high` exclusive. */
export interface DateRange {
  low: number;
  high: number;
}

/** Stands for an open start or end: the first and last millisecond that a JavaScript Date can hold. */
export const BEGINNING_OF_TIME = -8.64e15;
export const END_OF_TIME = 8.64e15;

const DAY = 86_400_000;
const MINUTE = 60_000;

const FORMAT =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:(Z)|([+-])(\d\d):(\d\d))?)?)?)?$/;

/**
 * The time that a FHIR date, dateTime or instant covers: a day is a range of a day, a second a range of a second; with a fraction
 * the range is one millisecond (what is finer is cut off). Text without a zone is in `timeZone` (IANA name). Wider than the data
 * types: minutes without seconds and times without a zone are taken too, as search values may have them.
 * @returns undefined when the text is malformed or no real day. https://hl7.org/fhir/R4/search.html#date
 */
export function parseDateRange(text: string, timeZone = 'UTC'): DateRange | undefined {
  const match = FORMAT.exec(text);
  if (match === null) return undefined;
  const [, yearText, monthText, dayText, hourText, minuteText, secondText, fraction, utc, sign, zoneHour, zoneMinute] =
    match;
  const year = Number(yearText);
  if (year === 0) return undefined;
  const month = monthText === undefined ? 1 : Number(monthText);
  const day = dayText === undefined ? 1 : Number(dayText);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hourText === undefined) {
    const end =
      monthText === undefined
        ? utcOf(year + 1, 1, 1)
        : dayText === undefined
          ? utcOf(year, month + 1, 1)
          : utcOf(year, month, day + 1);
    return { low: instantOf(utcOf(year, month, day), timeZone), high: instantOf(end, timeZone) };
  }
  const hour = Number(hourText);
  const minute = Number(minuteText);
  const second = secondText === undefined ? 0 : Number(secondText);
  // 60 is a leap second; it is counted as the first second of the next minute, as POSIX clocks do.
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const milliseconds = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
  const local = utcOf(year, month, day) + hour * 3_600_000 + minute * MINUTE + second * 1000 + milliseconds;
  let low = local;
  if (sign !== undefined) {
    const offset = Number(zoneHour) * 60 + Number(zoneMinute);
    if (offset > 14 * 60 || Number(zoneMinute) > 59) return undefined;
    low = local - (sign === '-' ? -offset : offset) * MINUTE;
  } else if (utc === undefined) {
    low = instantOf(local, timeZone);
  }
  return { low, high: low + (secondText === undefined ? MINUTE : fraction === undefined ? 1000 : 1) };
}

/** A printer that keeps the text it made last: what is printed is mostly now, several times over. */
const printer = (print: (value: number) => string): ((value: number) => string) => {
  let last = Number.NaN;
  let text = '';
  return value => {
    if (value !== last) {
      text = print(value);
      last = value;
    }
    return text;
  };
};

const printDay = printer(day => new Date(day * DAY).toISOString().slice(0, 10));

/** The calendar day (`YYYY-MM-DD`) that an instant (milliseconds since 1970 UTC) falls on in a time zone (IANA name). */
export const dayOf = (instant: number, timeZone: string): string =>
  printDay(Math.floor((instant + offsetAt(instant, timeZone)) / DAY));

/** A FHIR instant in UTC with milliseconds (`2024-02-29T10:15:00.000Z`) of milliseconds since 1970 UTC. */
export const formatInstant = printer(instant => new Date(instant).toISOString());

/** Whether the name is a time zone that this platform knows (`Africa/Dar_es_Salaam`, `UTC`). */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** Months and days may overflow by one, as in `Date.UTC`; years below 100 are themselves, not 19xx. */
function utcOf(year: number, month: number, day: number): number {
  if (year >= 100) return Date.UTC(year, month - 1, day);
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysInMonth(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : DAYS[month - 1]!;
}

/**
 * The instant at which clocks of the zone show `local` (counted as if it were UTC). Of two such instants (clocks went back) the
 * first; of none (clocks went forward) the one that is as far after the change as `local` is after the skipped hour's begin, so
 * that a day without midnight begins when its first hour does.
 */
function instantOf(local: number, timeZone: string): number {
  if (timeZone === 'UTC') return local;
  const before = offsetAt(local - DAY, timeZone);
  if (offsetAt(local - before, timeZone) === before) return local - before;
  const after = offsetAt(local + DAY, timeZone);
  return offsetAt(local - after, timeZone) === after ? local - after : local - before;
}

interface Zone {
  format: Intl.DateTimeFormat;
  /** Offset in force from beginning to end of a UTC day, by day since 1970; NaN for a day on which it changes. */
  offsets: Map<number, number>;
}

const zones = new Map<string, Zone>();
/** About 27 years of days; what is not kept is computed again. */
const DAYS_KEPT = 10_000;

/** What clocks of the zone are ahead of UTC at an instant, in milliseconds. */
function offsetAt(instant: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  let zone = zones.get(timeZone);
  if (zone === undefined) {
    zone = { format: formatOf(timeZone), offsets: new Map() };
    zones.set(timeZone, zone);
  }
  const day = Math.floor(instant / DAY);
  let offset = zone.offsets.get(day);
  if (offset === undefined) {
    const start = computeOffset(day * DAY, zone.format);
    offset = start === computeOffset((day + 1) * DAY, zone.format) ? start : Number.NaN;
    if (zone.offsets.size >= DAYS_KEPT) zone.offsets.clear();
    zone.offsets.set(day, offset);
  }
  return Number.isNaN(offset) ? computeOffset(instant, zone.format) : offset;
}

const formatOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  });

function computeOffset(instant: number, format: Intl.DateTimeFormat): number {
  const parts: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(instant)) parts[type] = value;
  const year = parts.era?.startsWith('B') ? 1 - Number(parts.year) : Number(parts.year);
  const local =
    utcOf(year, Number(parts.month), Number(parts.day)) +
    Number(parts.hour) * 3_600_000 +
    Number(parts.minute) * MINUTE +
    Number(parts.second) * 1000;
  return local - Math.floor(instant / 1000) * 1000;
}
