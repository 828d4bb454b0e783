import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addDecimals,
  compareDecimals,
  decimalOf,
  divideDecimals,
  formatDecimal,
  isSameDecimal,
  minDecimal,
  multiplyDecimals,
  roundDecimal,
  subtractDecimals,
} from './decimal.ts';
import { parseExact, rawNumber } from './exact-json.ts';

/** A decimal of up to 18 digits as FHIR writes it, with the integer that its digits make and the place of the point. */
const written = fc
  .tuple(fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n }), fc.integer({ min: 0, max: 18 }))
  .map(([unscaled, scale]) => {
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
    const point = digits.length - scale;
    const text = `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale === 0 ? '' : `.${digits.slice(point)}`}`;
    return { unscaled, scale, text };
  });

/** Sum and product by fractions of one common denominator, 10^36: another way than the one under test. */
const parts = ({ unscaled, scale }: { unscaled: bigint; scale: number }): bigint =>
  unscaled * 10n ** BigInt(36 - scale);

test('a decimal is read from text, from a raw number and from a JavaScript number', () => {
  expect(decimalOf('10.50')).toEqual({ unscaled: 1050n, scale: 2 });
  expect(decimalOf(rawNumber('10.50'))).toEqual({ unscaled: 1050n, scale: 2 });
  expect(decimalOf(10.5)).toEqual({ unscaled: 105n, scale: 1 });
  expect(decimalOf(-0.1)).toEqual({ unscaled: -1n, scale: 1 });
  expect(decimalOf(1e21)).toEqual({ unscaled: 10n ** 21n, scale: 0 });
  expect(decimalOf('1.0E2')).toEqual({ unscaled: 100n, scale: 0 });
  expect(decimalOf('12e-3')).toEqual({ unscaled: 12n, scale: 3 });
});

test('a JavaScript number is the decimal of its shortest text', () => {
  const price = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 6 })).map(([whole, scale]) => whole / 10 ** scale);
  fc.assert(
    fc.property(fc.oneof(price, fc.double({ noNaN: true, min: -1e20, max: 1e20 })), value => {
      expect(decimalOf(value)).toEqual(decimalOf(String(value)));
    }),
    { numRuns: 1000, examples: [[0], [-0], [0.1 + 0.2], [1e15], [999999999999999.9], [2 ** 53], [5e-324]] },
  );
});

test.each(['', 'ten', '1.', '.5', '+1', 'NaN', 'Infinity', '1e5000', '9'.repeat(2000), undefined, {}])(
  'what is no decimal, or too long to compute with, is refused',
  value => {
    expect(() => decimalOf(value)).toThrow(RangeError);
  },
);

test('every decimal is printed as it was written, but for zeros at its end', () => {
  fc.assert(
    fc.property(written, ({ text, unscaled }) => {
      const printed = formatDecimal(decimalOf(text));
      const expected = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
      expect(printed).toBe(unscaled === 0n ? '0' : expected);
    }),
  );
});

test('printing keeps all digits and fills up to the minor unit', () => {
  expect(formatDecimal(decimalOf('10.5'), 2)).toBe('10.50');
  expect(formatDecimal(decimalOf('10.500'), 2)).toBe('10.50');
  expect(formatDecimal(decimalOf('10.505'), 2)).toBe('10.505');
  expect(formatDecimal(decimalOf('7'), 2)).toBe('7.00');
  expect(formatDecimal(decimalOf('-0.05'), 1)).toBe('-0.05');
  expect(formatDecimal(decimalOf('1e3'), 0)).toBe('1000');
});

test('sums and products are exact', () => {
  fc.assert(
    fc.property(written, written, (a, b) => {
      const [x, y] = [decimalOf(a.text), decimalOf(b.text)];
      expect(parts(addDecimals(x, y))).toBe(parts(a) + parts(b));
      expect(parts(multiplyDecimals(x, y)) * 10n ** 36n).toBe(parts(a) * parts(b));
    }),
  );
  expect(formatDecimal(addDecimals(decimalOf(0.1), decimalOf(0.2)))).toBe('0.3');
});

test('a difference undoes a sum, and the lesser is one of the two', () => {
  fc.assert(
    fc.property(written, written, (a, b) => {
      const [x, y] = [decimalOf(a.text), decimalOf(b.text)];
      expect(compareDecimals(subtractDecimals(addDecimals(x, y), y), x)).toBe(0);
      expect(compareDecimals(minDecimal(x, y), minDecimal(y, x))).toBe(0);
    }),
  );
  expect(formatDecimal(minDecimal(decimalOf('0.5'), decimalOf('0.49')))).toBe('0.49');
});

test.each([
  ['0.025', 2, '0.03'],
  ['0.0249', 2, '0.02'],
  ['-0.025', 2, '-0.03'],
  ['3.336', 2, '3.34'],
  ['7', 2, '7.00'],
  ['2.5', 0, '3'],
])('%s is rounded half up to %i digits: %s', (value, digits, rounded) => {
  expect(formatDecimal(roundDecimal(decimalOf(value), digits), digits)).toBe(rounded);
});

test('quotients are rounded half up once', () => {
  expect(formatDecimal(divideDecimals(decimalOf('180'), decimalOf('225'), 4), 4)).toBe('0.8000');
  expect(formatDecimal(divideDecimals(decimalOf('2'), decimalOf('3'), 4))).toBe('0.6667');
  expect(formatDecimal(divideDecimals(decimalOf('-1'), decimalOf('8'), 2))).toBe('-0.13');
});

test('comparison is by value', () => {
  fc.assert(
    fc.property(written, written, (a, b) => {
      const difference = parts(a) - parts(b);
      expect(compareDecimals(decimalOf(a.text), decimalOf(b.text))).toBe(
        difference < 0n ? -1 : difference > 0n ? 1 : 0,
      );
      expect(isSameDecimal(rawNumber(a.text), rawNumber(b.text))).toBe(difference === 0n);
    }),
  );
});

test.each([
  ['10.50', '10.5', true],
  ['1.0E2', '100', true],
  ['-0.0', '0', true],
  ['0.001', '1e-3', true],
  ['10', '1', false],
  ['-1', '1', false],
  ['9007199254740993', '9007199254740992', false],
  [`1${'0'.repeat(5000)}`, '1e5000', true],
])('%s and %s are the same number: %s', (a, b, same) => {
  expect(isSameDecimal(parseExact(a), parseExact(b))).toBe(same);
});

test('numbers of a million digits are compared at once', () => {
  const long = `1${'0'.repeat(1_000_000)}1`;
  const started = performance.now();
  expect(isSameDecimal(parseExact(long), parseExact(`${long}.0`))).toBe(true);
  expect(performance.now() - started).toBeLessThan(1000);
});
