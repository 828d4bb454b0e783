import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeValue, splitEscaped, unescapeValue } from './escape.ts';

describe('escapes of search values', () => {
  it.each([
    ['a,b', ['a', 'b']],
    ['a\\,b', ['a\\,b']],
    ['a\\\\,b', ['a\\\\', 'b']],
    ['', ['']],
    [',', ['', '']],
    ['a\\', ['a\\']],
  ])('splits %s', (text, parts) => {
    expect(splitEscaped(text, ',')).toEqual(parts);
  });

  it.each([
    ['a\\,b', 'a,b'],
    ['a\\|b\\$c\\\\d', 'a|b$c\\d'],
    ['a\\b', 'a\\b'],
    ['\\\\,', '\\,'],
  ])('reads %s as %s', (text, plain) => {
    expect(unescapeValue(text)).toBe(plain);
  });

  it('gets any values back that were escaped and joined', () => {
    const value = fc.string({ unit: fc.constantFrom('a', ',', '|', '$', '\\', 'é') });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), values => {
        expect(splitEscaped(values.map(escapeValue).join(','), ',').map(unescapeValue)).toEqual(values);
      }),
    );
  });
});
