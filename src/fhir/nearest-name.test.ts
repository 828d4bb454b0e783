import { expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';

const names = ['item', 'insurance', 'identifier', 'billablePeriod', 'use', 'total'];

it.each([
  ['items', 'item'],
  ['Item', 'item'],
  ['insurnace', 'insurance'],
  ['billable_period', 'billablePeriod'],
  ['toatl', 'total'],
])('%s was meant as %s', (written, meant) => {
  expect(nearestName(written, names)).toBe(meant);
});

it.each(['foo', 'patient', 'x'.repeat(10_000), ''])('what is far from every name has no nearest one (%#)', written => {
  expect(nearestName(written, names)).toBeUndefined();
});
