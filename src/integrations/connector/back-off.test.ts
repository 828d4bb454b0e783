import { describe, expect, it } from 'vitest';
import { waitAfter } from './back-off.ts';

describe('waitAfter', () => {
  it('doubles from ten seconds to an hour', () => {
    const waits = [1, 2, 3, 9, 10, 500].map(failures => waitAfter(failures, () => 0) / 1000);
    expect(waits).toEqual([10, 20, 40, 2560, 3600, 3600]);
  });

  it('adds up to a quarter, and never more than an hour', () => {
    expect(waitAfter(1, () => 0.999_999)).toBeCloseTo(12_500, 0);
    expect(waitAfter(10, () => 0.5)).toBe(3_600_000);
  });
});
