import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { canonicalQuantity, isUcumUnit, likelyUcumUnit } from './ucum.ts';

test.each(['mg', 'mm[Hg]', '10*3/uL', '{tablets}', '1', '%', '[iU]', 'kg{body}', 'mL/min/{1.73_m2}', '/min', 'Cel'])(
  '%s is a unit',
  code => expect(isUcumUnit(code)).toBe(true),
);

test.each(['mm Hg', ' mg', 'mg ', '', 'tab', 'iU', 'degC', 'mcg', 'µg', 'mg/', 'm/s^2', '(m', 'kilogram'])(
  '"%s" is no unit',
  code => expect(isUcumUnit(code)).toBe(false),
);

test('a unit by its name or in another case is told', () => {
  expect(['kilogram', 'iU', 'tab', 'mm Hg'].map(likelyUcumUnit)).toEqual(['kg', '[iU]', undefined, undefined]);
});

test('equal amounts have equal canonical forms', () => {
  expect(canonicalQuantity(1, 'kg')).toEqual({ value: 1000, code: 'g' });
  expect(canonicalQuantity(2, 'N')).toEqual(canonicalQuantity(2, 'kg.m/s2'));
  expect(canonicalQuantity(37, 'Cel')?.value).toBeCloseTo(310.15, 9);
  expect(canonicalQuantity(5, '{tablets}')).toEqual({ value: 5, code: '1' });
  expect([canonicalQuantity(1, '[iU]'), canonicalQuantity(1, 'tab')]).toEqual([undefined, undefined]);
});

test('whatever a code is, the answer comes at once and nothing is written to the console', () => {
  const log = vi.spyOn(console, 'log');
  const unit = fc.array(fc.constantFrom('mg', '(', ')', '{', '}', '[', ']', '/', '.', '10*', '-1', 'a b', 'é'), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(unit, parts => {
      const code = parts.join('');
      isUcumUnit(code);
      likelyUcumUnit(code);
      canonicalQuantity(1, code);
    }),
    { numRuns: 300 },
  );
  const started = performance.now();
  for (const code of [`${'('.repeat(5000)}m`, 'm.'.repeat(50_000), '{'.repeat(128)]) isUcumUnit(code);
  expect(performance.now() - started).toBeLessThan(500);
  expect(log).not.toHaveBeenCalled();
});
