import { expect, test } from 'vitest';
import { ageGroup } from './age-group.ts';

test.each([
  ['2026-01-01', '2026-01-01', 'P0Y-P5Y'],
  ['2020-01-02', '2026-01-01', 'P0Y-P5Y'],
  ['2020-01-01', '2026-01-01', 'P6Y-P12Y'],
  ['2007-06', '2026-06-01', 'P19Y-P25Y'],
  ['1950', '2026-01-01', 'P76Y-P9999Y'],
  ['2027-01-01', '2026-01-01', 'P0Y-P5Y'],
  [undefined, '2026-01-01', undefined],
])('someone born on %s is on %s of %s', (birthDate, day, group) => expect(ageGroup(birthDate, day)).toBe(group));
