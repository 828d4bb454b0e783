import { expect, test } from 'vitest';
import { type Slice, soakFaults } from '../bench/soak-verdict.ts';

const MB = 2 ** 20;
const bounds = { residentBytes: 500 * MB, p99Ms: 100, judgesGrowth: true };
/** Slices in which a figure goes from one value to another, by quarters. */
const quarters = (figures: readonly Partial<Slice>[]): Slice[] =>
  figures.flatMap(figure =>
    Array.from({ length: 3 }, () => ({ residentBytes: 300 * MB, p99Ms: 20, failures: 0, ...figure })),
  );

test.each([
  ['is steady', [{}, {}, {}, {}], []],
  ['fills its memory at first', [{ residentBytes: 100 * MB }, {}, {}, {}], []],
  ['has one slow slice at first', [{ p99Ms: 900 }, {}, {}, {}], []],
  ['fails', [{}, { failures: 1 }, {}, {}], ['3 requests failed']],
  ['becomes slow', [{}, {}, {}, { p99Ms: 101 }], ['99 of 100 requests take up to 101 ms at the end']],
  [
    'grows',
    [{}, {}, { residentBytes: 340 * MB }, { residentBytes: 380 * MB }],
    ['memory has grown from 300 MB in the second quarter to 380 MB in the last'],
  ],
  ['takes too much', [...Array(4)].map(() => ({ residentBytes: 600 * MB })), ['600 MB are resident at the end']],
])('a soak that %s is told as that', (_what, figures, faults) => {
  expect(soakFaults(quarters(figures), bounds)).toEqual(faults);
});

test('growth is not judged of a soak that was too short for it', () => {
  const grown = quarters([{}, {}, {}, { residentBytes: 450 * MB }]);
  expect(soakFaults(grown, { ...bounds, judgesGrowth: false })).toEqual([]);
});
