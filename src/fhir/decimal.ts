import { isRawNumber } from './exact-json.ts';

/** A decimal without rounding: `unscaled` divided by ten to the power of `scale` (never negative). 10.50 is 1050 and 2. */
export interface Decimal {
  unscaled: bigint;
  scale: number;
}

/** Nothing, without digits after the point. */
export const ZERO: Decimal = { unscaled: 0n, scale: 0 };

const WRITTEN = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Longest text and largest exponent that are computed with; far above both FHIR's 18 digits and what a double can hold. */
const LIMIT = 1000;

const textOf = (value: unknown): string => (isRawNumber(value) ? value.rawJSON : String(value));

/** Decimal digits that a JavaScript number always keeps: two decimals of so many are never the same number. */
const EXACT = 10 ** 15;
/** Powers of ten as numbers, for the places after the point that prices and quantities have. */
const SHORT_SCALES = [1, 10, 100, 1000, 10_000];

/** The decimal of a number with few digits, which most numbers of a claim are, without making a text of it. */
const shortDecimalOf = (value: number): Decimal | undefined => {
  for (let scale = 0; scale < SHORT_SCALES.length; scale++) {
    const power = SHORT_SCALES[scale]!;
    const unscaled = Math.round(value * power);
    if (unscaled / power === value && unscaled < EXACT && unscaled > -EXACT) {
      return { unscaled: BigInt(unscaled), scale };
    }
  }
  return undefined;
};

/**
 * The decimal that is written as text, or that a JSON number or a raw number (`fhir/exact-json.ts`) stands for. A JavaScript
 * number counts as its shortest text, so that 0.1 is one tenth.
 * @throws {RangeError} when it is no decimal, or one of more than 1,000 digits. https://hl7.org/fhir/R4/datatypes.html#decimal
 */
export const decimalOf = (value: unknown): Decimal => {
  if (typeof value === 'number') {
    const decimal = shortDecimalOf(value);
    if (decimal !== undefined) return decimal;
  }
  const text = textOf(value);
  const match = text.length > LIMIT ? null : WRITTEN.exec(text);
  if (match === null) throw new RangeError('Not a decimal that can be computed with');
  const [, sign, whole, fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > LIMIT) throw new RangeError('Not a decimal that can be computed with');
  const digits = BigInt(`${sign}${whole}${fraction}`);
  const scale = fraction.length - exponent;
  return scale < 0 ? { unscaled: digits * powerOfTen(-scale), scale: 0 } : { unscaled: digits, scale };
};

const POWERS_OF_TEN = Array.from({ length: 40 }, (_none, exponent) => 10n ** BigInt(exponent));

const powerOfTen = (exponent: number): bigint => POWERS_OF_TEN[exponent] ?? 10n ** BigInt(exponent);

const rescale = ({ unscaled, scale }: Decimal, to: number): bigint =>
  scale === to ? unscaled : unscaled * powerOfTen(to - scale);

/** The exact sum. */
export const addDecimals = (a: Decimal, b: Decimal): Decimal => {
  const scale = Math.max(a.scale, b.scale);
  return { unscaled: rescale(a, scale) + rescale(b, scale), scale };
};

/** The exact product. */
export const multiplyDecimals = (a: Decimal, b: Decimal): Decimal => ({
  unscaled: a.unscaled * b.unscaled,
  scale: a.scale + b.scale,
});

/** The exact difference. */
export const subtractDecimals = (a: Decimal, b: Decimal): Decimal =>
  addDecimals(a, { unscaled: -b.unscaled, scale: b.scale });

/** The lesser of two by value. */
export const minDecimal = (a: Decimal, b: Decimal): Decimal => (compareDecimals(a, b) <= 0 ? a : b);

/** The quotient, rounded half up (away from zero) to that many digits after the point. `by` is not zero. */
export const divideDecimals = (value: Decimal, by: Decimal, digits: number): Decimal => {
  const scale = Math.max(value.scale, by.scale);
  const dividend = 2n * rescale(value, scale) * powerOfTen(digits);
  const divisor = rescale(by, scale);
  const half = dividend < 0n !== divisor < 0n ? -divisor : divisor;
  return { unscaled: (dividend + half) / (2n * divisor), scale: digits };
};

/** Rounded half up (away from zero) to that many digits after the point, which it then has. */
export const roundDecimal = (value: Decimal, digits: number): Decimal =>
  value.scale <= digits
    ? { unscaled: rescale(value, digits), scale: digits }
    : divideDecimals(value, { unscaled: 1n, scale: 0 }, digits);

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b` by value: 10.50 equals 10.5. */
export const compareDecimals = (a: Decimal, b: Decimal): number => {
  const scale = Math.max(a.scale, b.scale);
  const difference = rescale(a, scale) - rescale(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** A loop, because a regular expression would look at every run of zeros anew from each of its zeros. */
const withoutTrailingZeros = (digits: string): string => {
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === ZERO_DIGIT) end--;
  return digits.slice(0, end);
};

const ZERO_DIGIT = 48;

/** Plain decimal text without exponent: zeros beyond `minFractionDigits` fall away, other digits never do. */
export const formatDecimal = ({ unscaled, scale }: Decimal, minFractionDigits = 0): string => {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = withoutTrailingZeros(digits.slice(digits.length - scale)).padEnd(minFractionDigits, '0');
  return `${unscaled < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
};

/** One text for all ways to write the same number. */
const canonicalText = (text: string): string => {
  const match = WRITTEN.exec(text);
  if (match === null) return text;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = withoutTrailingZeros(digits);
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
};

/** Whether two JSON numbers or raw numbers have the same value, however they are written; of any length. */
export const isSameDecimal = (a: unknown, b: unknown): boolean =>
  a === b || canonicalText(textOf(a)) === canonicalText(textOf(b));
