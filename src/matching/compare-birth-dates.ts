import type { Agreement } from './match-weights.ts';

/** Only the year is known: it is all that is said, or the day is the one that stands where nobody knows it. */
export const isYearOnly = (date: string): boolean => date.length < 10 || date.endsWith('-01-01');

/** The date with day and month in each other's place. */
export const swappedDate = (date: string): string => `${date.slice(0, 4)}-${date.slice(8)}-${date.slice(5, 7)}`;

/** One digit is another, or two that stand side by side have changed places. */
const isSlip = (left: string, right: string): boolean => {
  const [a, b] = [left.replaceAll('-', ''), right.replaceAll('-', '')];
  const wrong = [...a].flatMap((digit, index) => (digit === b[index] ? [] : [index]));
  const [first, second] = wrong;
  if (wrong.length === 1) return true;
  return wrong.length === 2 && second === first! + 1 && a[first!] === b[second] && a[second] === b[first!];
};

/** How two dates of birth compare. */
export const compareBirthDates = (left: string, right: string): Agreement<'birthDate'> => {
  const years = Math.abs(Number(left.slice(0, 4)) - Number(right.slice(0, 4)));
  const isYear = isYearOnly(left) || isYearOnly(right);
  if (isYear && years === 0) return 'year';
  if (left === right) return 'same';
  if (!isYear && (swappedDate(left) === right || isSlip(left, right))) return 'near';
  return years <= 2 ? 'some' : 'differs';
};
