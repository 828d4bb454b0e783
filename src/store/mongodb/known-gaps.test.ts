import { expect, it } from 'vitest';
import { KnownGaps } from './known-gaps.ts';

it('begins where nothing is known, and passes over what is known to be empty', () => {
  const gaps = new KnownGaps();
  expect(gaps.begin('a', 3)).toBe(3);
  gaps.note('a', 3, 10);
  expect([2, 3, 7, 10, 11].map(after => gaps.begin('a', after))).toEqual([2, 10, 10, 10, 11]);
  expect(gaps.begin('b', 3)).toBe(3);
  gaps.note('a', 10, 20);
  expect(gaps.begin('a', 4)).toBe(20);
  gaps.note('a', 30, 40);
  expect([4, 30].map(after => gaps.begin('a', after))).toEqual([4, 40]);
});
