import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replaceTexts } from './replace-texts.ts';

test('replaces string values by their number and nothing else', () => {
  const text = '{ "a" : "x", "b":["x",{"x":"x"},1.50],\n"c" :"\\"x\\"" }';
  const replaced = replaceTexts(
    text,
    new Map([
      [1, 'y'],
      [3, 'é"'],
    ]),
  );
  expect(replaced).toBe('{ "a" : "x", "b":["y",{"x":"x"},1.50],\n"c" :"é\\"" }');
  expect(replaceTexts(text, new Map())).toBe(text);
});

test('counts the string values of any JSON as a walk over it does', () => {
  const named = fc.dictionary(
    fc.string().filter(name => !/^\d+$/.test(name)),
    fc.jsonValue({ maxDepth: 2 }),
  );
  fc.assert(
    fc.property(fc.array(named), fc.nat(5), fc.nat(2), (value, number, indent) => {
      // Integers as names are sorted by JavaScript; FHIR has none.
      const text = JSON.stringify(value, undefined, indent);
      fc.pre(!/"\d+"\s*:/.test(text));
      let count = 0;
      expect(replaceTexts(text, new Map())).toBe(text);
      const walk = (each: unknown): unknown => {
        if (typeof each === 'string') return count++ === number ? 'replaced' : each;
        if (Array.isArray(each)) return each.map(walk);
        if (typeof each !== 'object' || each === null) return each;
        return Object.fromEntries(Object.entries(each).map(([name, item]) => [name, walk(item)]));
      };
      const walked = JSON.stringify(walk(JSON.parse(text)), undefined, indent);
      expect(replaceTexts(text, new Map([[number, 'replaced']]))).toBe(walked);
    }),
  );
});
