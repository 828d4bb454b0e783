/** A date, dateTime or time that an expression computes or writes as a literal; those of FHIR JSON stay strings. */
export class Temporal {
  /** As in FHIR JSON: `2024-03`, `2024-03-01T10:00:00Z`, `10:00:00`. */
  readonly text: string;
  readonly type: 'date' | 'dateTime' | 'time';

  constructor(text: string, type: Temporal['type']) {
    this.text = text;
    this.type = type;
  }

  toString(): string {
    return this.text;
  }
}

const DATE_TIME = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;
const TIME = /^(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?$/;

/** Whether a string reads as a date or dateTime of more than a year: what tells dates from other strings where types are unknown. */
export const isDateText = (text: string): boolean =>
  text.length >= 7 && text.charCodeAt(4) === 45 /* - */ && DATE_TIME.test(text);

/**
 * The order of two dates or dateTimes by FHIRPath: negative, 0, positive; undefined when they agree as far as the shorter goes and
 * the other goes on. Instants are compared as such; a date against an instant is compared with the instant's own written day.
 * Undefined too when one of them is not a date. https://hl7.org/fhirpath/N1/#comparison
 */
export function compareDates(left: string, right: string): number | undefined {
  const a = DATE_TIME.exec(left);
  const b = DATE_TIME.exec(right);
  if (a === null || b === null) return undefined;
  const zoned = a[7] !== undefined && b[7] !== undefined && a[7] !== b[7];
  return comparePrecise(zoned ? inUtc(a) : parts(a), zoned ? inUtc(b) : parts(b));
}

/** As `compareDates`, for times of day. */
export function compareTimes(left: string, right: string): number | undefined {
  const a = TIME.exec(left);
  const b = TIME.exec(right);
  return a === null || b === null ? undefined : comparePrecise(parts(a), parts(b));
}

/** The order of a computed or literal date or time and another one or a string; undefined when they cannot be compared. */
export function compareTemporal(left: Temporal | string, right: Temporal | string): number | undefined {
  const type = left instanceof Temporal ? left.type : (right as Temporal).type;
  const compare = type === 'time' ? compareTimes : compareDates;
  return compare(left.toString(), right.toString());
}

const parts = (match: RegExpExecArray): number[] => {
  const numbers: number[] = [];
  for (let i = 1; i <= 6 && match[i] !== undefined; i++) numbers.push(Number(match[i]));
  return numbers;
};

function inUtc(match: RegExpExecArray): number[] {
  const written = parts(match);
  const zone = match[7]!;
  if (zone === 'Z') return written;
  const offset = (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
  const [year, month, day, hour, minute] = written as [number, number, number, number, number | undefined];
  const utc = new Date(Date.UTC(year, month - 1, day, hour, (minute ?? 0) - offset));
  const shifted = [
    utc.getUTCFullYear(),
    utc.getUTCMonth() + 1,
    utc.getUTCDate(),
    utc.getUTCHours(),
    utc.getUTCMinutes(),
    written[5],
  ];
  return shifted.slice(0, written.length) as number[];
}

function comparePrecise(a: number[], b: number[]): number | undefined {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length === b.length ? 0 : undefined;
}

/** The string as a date, cut to the day; undefined when it is none. https://hl7.org/fhirpath/N1/#date-conversion-functions */
export const toDate = (value: unknown): Temporal | undefined =>
  DATE_TIME.test(String(value)) ? new Temporal(String(value).replace(/T.*/, ''), 'date') : undefined;

/** The string as a dateTime; undefined when it is none. */
export const toDateTime = (value: unknown): Temporal | undefined =>
  DATE_TIME.test(String(value)) ? new Temporal(String(value), 'dateTime') : undefined;

/** The string as a time; undefined when it is none. */
export const toTime = (value: unknown): Temporal | undefined =>
  TIME.test(String(value)) ? new Temporal(String(value), 'time') : undefined;
