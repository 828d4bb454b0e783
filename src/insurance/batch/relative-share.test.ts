import type { InsurancePlan } from 'fhir/r4.js';
import { describe, expect, it } from 'vitest';
import { decimalOf, formatDecimal } from '../../fhir/decimal.ts';
import { distributionOf } from './plan-distribution.ts';
import { allocate, fundOf, relativeIndex } from './relative-share.ts';

const planOf = (type: string, period: number, care = 'both'): InsurancePlan => ({
  resourceType: 'InsurancePlan',
  extension: [
    {
      url: 'https://kiungo.example/fhir/StructureDefinition/plan-distribution',
      extension: [
        { url: 'type', valueCode: type },
        { url: 'care', valueCode: care },
        { url: 'period', valuePositiveInt: period },
        { url: 'percent', valueDecimal: 60 },
      ],
    },
  ],
});

const daysOf = (plan: InsurancePlan, month: string): string[] => {
  const distribution = distributionOf(plan, month, 'both');
  return distribution === undefined ? [] : [distribution.first, distribution.last];
};

describe('a distribution', () => {
  it('is due at the end of its month, quarter or year', () => {
    expect(daysOf(planOf('month', 2), '2024-02')).toEqual(['2024-02-01', '2024-02-29']);
    expect(daysOf(planOf('quarter', 4), '2024-12')).toEqual(['2024-10-01', '2024-12-31']);
    expect(daysOf(planOf('year', 1), '2024-12')).toEqual(['2024-01-01', '2024-12-31']);
  });

  it('is not at other times, and for the care that it says alone', () => {
    expect(daysOf(planOf('month', 2), '2024-03')).toEqual([]);
    expect(daysOf(planOf('quarter', 4), '2024-11')).toEqual([]);
    expect(daysOf(planOf('month', 2, 'hospital'), '2024-02')).toEqual([]);
  });
});

describe('what of a contribution falls into a period', () => {
  const june = { first: '2024-06-01', last: '2024-06-30' };
  it.each([
    ['366', '2024-01-01', '2024-12-31', '30'],
    ['30', '2024-06-01', '2024-06-30', '30'],
    ['100', '2024-06-30', '2024-07-03', '25'],
    ['100', '2024-05-31', '2024-06-01', '50'],
    ['100', '2024-07-01', '2025-06-30', '0'],
    ['100', '2023-06-01', '2024-05-31', '0'],
    ['10', '2024-06-30', '2024-06-01', '0'],
  ])('%s from %s to %s is %s of June', (amount, effective, expiry, expected) => {
    expect(formatDecimal(allocate(decimalOf(amount), { effective, expiry }, june))).toBe(expected);
  });
});

it('the index has four digits, half up, may be above 1, and is 1 where nothing is shared out', () => {
  const told = (fund: string, nominal: string): string =>
    formatDecimal(relativeIndex(decimalOf(fund), decimalOf(nominal)), 4);
  expect(formatDecimal(fundOf(decimalOf('300'), { percent: decimalOf('60') }))).toBe('180');
  expect(told('180', '225')).toBe('0.8000');
  expect(told('1', '3')).toBe('0.3333');
  expect(told('1', '16000')).toBe('0.0001');
  expect(told('5', '2')).toBe('2.5000');
  expect(told('5', '0')).toBe('1.0000');
});
