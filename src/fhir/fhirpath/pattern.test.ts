import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { begin, end } from './evaluation.ts';
import { ExpressionError } from './expression-error.ts';
import { patternOf } from './pattern.ts';

const atom = fc.constantFrom(
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  '\\d',
  '\\w',
  '\\.',
  '\\s',
  'x1',
  '\\u0041',
  '^',
  '$',
  '\\b',
);
const times = fc.constantFrom('', '*', '+', '?', '{2}', '{1,2}', '{0,}', '*?', '+?');
const { pattern } = fc.letrec<{ pattern: string }>(tie => ({
  pattern: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.tuple(atom, times).map(([one, count]) => (/^[\^$]|\\b/.test(one) ? one : one + count)),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => a + b),
    fc.tuple(tie('pattern'), times).map(([inner, count]) => `(${inner})${count}`),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
  ),
}));
const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '.', ' ', 'x', 'A', '\n'), maxLength: 12 });

// what is counted is counted for an evaluation
beforeEach(() => begin(undefined));
afterEach(end);

describe('a regular expression', () => {
  test('matches as JavaScript says, however it is judged', () => {
    // a repetition of repetitions is judged by counting
    let asked = 0;
    let undecided = 0;
    fc.assert(
      fc.property(pattern, text, (source, value) => {
        end();
        begin(undefined);
        for (const whole of [source, `^(?:${source})$`, `(?:(?:${source})|$^)*z?`]) {
          const ours = patternOf(whole).test(value);
          asked++;
          if (ours === undefined) undecided++;
          else expect([whole, value, ours]).toEqual([whole, value, new RegExp(whole, 's').test(value)]);
        }
      }),
      { numRuns: 3000 },
    );
    expect(undecided / asked).toBeLessThan(0.01);
  });

  test.each([
    ['^(a+)+$', 'a'.repeat(60)],
    ['^(a|a|a)*$', 'a'.repeat(60)],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(60)],
    ['(.*)*x', 'a'.repeat(10_000)],
    ['(.*)x(.*)y(.*)z', 'x'.repeat(50_000)],
    ['\\s+$', ' '.repeat(500_000)],
    ['a+b', 'a'.repeat(500_000)],
    ['(ab?)*c', 'a'.repeat(500_000)],
  ])('%s is not judged for ever', (source, value) => {
    const started = performance.now();
    expect([false, undefined]).toContain(patternOf(source).test(`${value}!`));
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('of the usual kind is judged on long texts too', () => {
    expect(patternOf('^[\\s\\S]+$').test('a'.repeat(100_000))).toBe(true);
    expect(patternOf('^\\S+( \\S+)*$').test('some words of a sentence')).toBe(true);
    expect(patternOf('^(?=.*[A-Z])[A-Za-z]+$').test('aB')).toBe(true);
  });

  test('replaces what matches where that takes no time', () => {
    expect(patternOf('[aeiou]').replace('patient', '.')).toBe('p.t..nt');
    expect(patternOf('(a+)+$').replace('aaa', 'b')).toBeUndefined();
  });

  test.each(['(', ')', '[', 'a**', '(?<=a+)+b', '(a|b)*\\1', '('.repeat(100) + ')'.repeat(100)])(
    '%j is refused',
    source => {
      expect(() => patternOf(source)).toThrow(ExpressionError);
    },
  );
});
