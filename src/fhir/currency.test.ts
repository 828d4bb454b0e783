import { expect, test } from 'vitest';
import { minorUnits } from './currency.ts';

test.each([
  ['USD', 2],
  ['KES', 2],
  ['TZS', 2],
  ['HUF', 2],
  ['UGX', 0],
  ['XOF', 0],
  ['TND', 3],
  ['CLF', 4],
])('an amount in %s has %i digits after the point', (currency, digits) => {
  expect(minorUnits(currency)).toBe(digits);
});
