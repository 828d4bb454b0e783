const digit = (text: string, index: number) => {
  const code = text.charCodeAt(index) - 48;
  return code >= 0 && code <= 9 ? code : -1;
};

/** The number written by two digits at the index, or -1. */
const two = (text: string, index: number) => {
  const high = digit(text, index);
  const low = digit(text, index + 1);
  return high < 0 || low < 0 ? -1 : high * 10 + low;
};

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const days = (year: number, month: number) =>
  month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : daysOfMonth[month - 1]!;

/** YYYY, YYYY-MM or YYYY-MM-DD of a day that the calendar has, years 0001 to 9999. https://hl7.org/fhir/R4/datatypes.html#date */
export function isDate(text: string): boolean {
  const { length } = text;
  if (length !== 4 && length !== 7 && length !== 10) return false;
  const century = two(text, 0);
  const rest = two(text, 2);
  if (century < 0 || rest < 0 || (century === 0 && rest === 0)) return false;
  if (length === 4) return true;
  const month = two(text, 5);
  if (text.charCodeAt(4) !== 45 || month < 1 || month > 12) return false;
  if (length === 7) return true;
  const day = two(text, 8);
  return text.charCodeAt(7) === 45 && day >= 1 && day <= days(century * 100 + rest, month);
}

/** Where hh:mm:ss with optional fraction, written from `start`, ends; -1 when it is not there. Second 60 is a leap second. */
function endOfTime(text: string, start: number): number {
  const hour = two(text, start);
  const minute = two(text, start + 3);
  const second = two(text, start + 6);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return -1;
  if (text.charCodeAt(start + 2) !== 58 || text.charCodeAt(start + 5) !== 58) return -1;
  let end = start + 8;
  if (text.charCodeAt(end) !== 46) return end;
  do end++;
  while (digit(text, end) >= 0);
  return end === start + 9 ? -1 : end;
}

/** hh:mm:ss with optional fraction. https://hl7.org/fhir/R4/datatypes.html#time */
export const isTime = (text: string): boolean => endOfTime(text, 0) === text.length;

/** A full date and time with its zone. https://hl7.org/fhir/R4/datatypes.html#instant */
export function isInstant(text: string): boolean {
  if (text.charCodeAt(10) !== 84 || !isDate(text.slice(0, 10))) return false;
  const end = endOfTime(text, 11);
  if (end < 0) return false;
  const sign = text.charCodeAt(end);
  if (sign === 90) return text.length === end + 1;
  if ((sign !== 43 && sign !== 45) || text.length !== end + 6 || text.charCodeAt(end + 3) !== 58) return false;
  const hour = two(text, end + 1);
  const minute = two(text, end + 4);
  return hour >= 0 && minute >= 0 && minute <= 59 && (hour < 14 || (hour === 14 && minute === 0));
}

/** A date, or a full date and time with its zone. https://hl7.org/fhir/R4/datatypes.html#dateTime */
export const isDateTime = (text: string): boolean => (text.length <= 10 ? isDate(text) : isInstant(text));
