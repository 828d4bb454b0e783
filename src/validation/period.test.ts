import { describe, expect, it } from 'vitest';
import { isPeriodInOrder } from './period.ts';

describe('a period', () => {
  it.each([
    ['2024-01-01', '2024-01-01'],
    ['2024-01-01', '2024'],
    ['2024', '2024-01-01'],
    ['2012-02-03T10:00:00Z', '2012-02-03'],
    ['2012-02-03T10:00:00+05:00', '2012-02-03T06:00:00Z'],
    ['2012-02-03T10:00:00.100Z', '2012-02-03T10:00:00.100Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
    ['2012-02-03T23:00:00-05:00', '2012-02-03'],
  ])('may start on %s and end on %s', (start, end) => {
    expect(isPeriodInOrder({ start, end })).toBe(true);
  });

  it.each([
    ['2024-01-02', '2024-01-01'],
    ['2025', '2024-12-31'],
    ['2024-02', '2024-01-31'],
    ['2012-02-03T10:00:01Z', '2012-02-03T10:00:00Z'],
    ['2012-02-03T10:00:00Z', '2012-02-03T14:00:00+05:00'],
    ['2012-02-10T10:00:00Z', '2012-02-03'],
  ])('may not start on %s and end on %s', (start, end) => {
    expect(isPeriodInOrder({ start, end })).toBe(false);
  });

  it('may lack one of them', () => {
    expect(isPeriodInOrder({ start: '2024' })).toBe(true);
    expect(isPeriodInOrder({ end: '2024' })).toBe(true);
  });
});
