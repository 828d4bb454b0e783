import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonErrorPosition } from './json-error-position.ts';

describe('jsonErrorPosition', () => {
  it.each([
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['[1 2]', 3],
    ['{"a":tru}', 5],
    ['{"a":01}', 6],
    ['{"a":"\\x"}', 5],
    ['{"a":"line\nbreak"}', 5],
    ['{} {}', 3],
    ['{"a":[1,{"b":2]}', 14],
    ['{"a":1', 6],
    ['nope', 0],
  ])('finds where %s breaks', (text, position) => {
    expect(jsonErrorPosition(text)).toBe(position);
  });

  it('never finds fault before the end of a beginning of valid JSON', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        expect(jsonErrorPosition(text)).toBe(text.length);
      }),
    );
  });
});
