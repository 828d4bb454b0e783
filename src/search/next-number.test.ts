import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextNumber } from './next-number.ts';

it('is the least number that is greater', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), number => {
      const next = nextNumber(number);
      expect(next).toBeGreaterThan(number);
      const middle = number / 2 + next / 2;
      expect(middle <= number || middle >= next).toBe(true);
    }),
  );
  expect(nextNumber(-0)).toBe(Number.MIN_VALUE);
  expect(nextNumber(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
});
