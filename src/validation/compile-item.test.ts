import { expect, it } from 'vitest';
import type { ElementDefinition } from '../definitions/definitions.ts';
import { limitsOf } from './compile-item.ts';

const holds = (limits: Partial<ElementDefinition>, value: unknown) =>
  limitsOf({ path: 'X.y', ...limits } as ElementDefinition).every(limit => limit.holds(value));
const kilograms = (value: number, rest: object = {}) => ({
  value,
  unit: 'kg',
  system: 'http://unitsofmeasure.org',
  code: 'kg',
  ...rest,
});

it.each<[Partial<ElementDefinition>, unknown, boolean]>([
  [{ maxLength: 3 }, 'abc', true],
  [{ maxLength: 3 }, 'abcd', false],
  [{ minValueInteger: 1 }, 1, true],
  [{ minValueInteger: 1 }, 0, false],
  [{ maxValueDecimal: 1.5 }, 1.6, false],
  [{ minValueDate: '2020-01-01' }, '2020-01-01', true],
  [{ minValueDate: '2020-01-01' }, '2019-12', false],
  [{ minValueDate: '2020-06-01' }, '2020', true],
  [{ maxValueDateTime: '2020-01-01T12:00:00Z' }, '2020-01-01T13:00:00+02:00', true],
  [{ maxValueDateTime: '2020-01-01T12:00:00Z' }, '2020-01-01T12:00:00-02:00', false],
  [{ minValueInstant: '2020-01-01T00:00:00Z' }, '2019-12-31T23:30:00-01:00', true],
  [{ minValueTime: '08:00:00' }, '07:59:59', false],
  [{ maxValueQuantity: kilograms(5) }, kilograms(5), true],
  [{ maxValueQuantity: kilograms(5) }, kilograms(6), false],
  [{ maxValueQuantity: kilograms(5) }, kilograms(6, { unit: 'kilo' }), false],
  [{ maxValueQuantity: kilograms(5) }, kilograms(6, { unit: 'g', code: 'g' }), true],
  [{ minValueQuantity: { value: 5, unit: 'kg' } }, { value: 4, unit: 'kg' }, false],
])('%j with %j: %s', (limits, value, expected) => {
  expect(holds(limits, value)).toBe(expected);
});
