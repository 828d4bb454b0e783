import { describe, expect, it } from 'vitest';
import { describeExpected, expectedValue } from './patterns.ts';

const coded = { coding: [{ system: 'http://a', code: 'x' }] };

describe('a pattern', () => {
  const pattern = expectedValue('pattern', coded);
  it('is met by a value that has more', () => {
    expect(
      pattern.matches({ text: 't', coding: [{ code: 'y' }, { system: 'http://a', code: 'x', display: 'X' }] }),
    ).toBe(true);
  });
  it('asks for all of its parts in one item', () => {
    expect(pattern.matches({ coding: [{ system: 'http://a' }, { code: 'x' }] })).toBe(false);
  });
  it.each([null, undefined, 'x', 1, [], {}, { coding: {} }, { coding: [null] }])('is not met by %j', value => {
    expect(pattern.matches(value)).toBe(false);
  });
  it('of a primitive asks for the same value', () => {
    expect(expectedValue('pattern', false).matches(false)).toBe(true);
    expect(expectedValue('pattern', false).matches(undefined)).toBe(false);
  });
  it('is told by its parts', () => {
    expect(describeExpected(coded)).toBe('coding.system = "http://a" and coding.code = "x"');
  });
});

describe('a fixed value', () => {
  const fixed = expectedValue('fixed', coded);
  it('is met by the same value, whatever the order of its properties', () => {
    expect(fixed.matches({ coding: [{ code: 'x', system: 'http://a' }] })).toBe(true);
  });
  it.each([{ ...coded, text: 't' }, { coding: [...coded.coding, {}] }, { coding: [{ code: 'x' }] }, null, 'x'])(
    'is not met by %j',
    value => {
      expect(fixed.matches(value)).toBe(false);
    },
  );
});
