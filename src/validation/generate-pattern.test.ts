import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../fhir/resource.ts';
import { pathTest, patternTest } from './generate-pattern.ts';
import { hasPattern } from './patterns.ts';

const names = fc.constantFrom('code', 'coding', 'system', 'a b', '"', '__proto__', 'constructor', '`', '\u2028');
const { json } = fc.letrec<{ json: Json }>(tie => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>('a', 'b', 1, true, null),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(names, tie('json'), { maxKeys: 3 }) as fc.Arbitrary<Json>,
  ),
}));
const parsed = json.map(value => JSON.parse(JSON.stringify(value)) as Json);

describe('code made of a pattern', () => {
  it('says what the pattern says', () => {
    fc.assert(
      fc.property(parsed, parsed, (value, pattern) => {
        expect(patternTest(pattern)(value)).toBe(hasPattern(value, pattern));
        expect(patternTest(pattern)(pattern)).toBe(hasPattern(pattern, pattern));
      }),
      { numRuns: 2000 },
    );
  });

  it('holds texts of the pattern as texts only', () => {
    const evil = '"]; globalThis.pwned = true; //';
    const inner = `\${globalThis.pwned = true}`;
    const pattern = { [evil]: [{ [inner]: evil }] };
    expect(patternTest(pattern)(structuredClone(pattern))).toBe(true);
    expect(pathTest([evil, '\\'], evil, () => false)({ [evil]: [{ '\\': evil }] }, '', undefined as never)).toBe(true);
    expect((globalThis as { pwned?: boolean }).pwned).toBeUndefined();
  });

  it('looks for a value at the end of a path, through arrays', () => {
    const test = pathTest(['type', 'coding', 'code'], 'x', () => false);
    const holds = (value: unknown) => test(value, '', undefined as never);
    expect(holds({ type: { coding: [{ code: 'y' }, { code: 'x' }] } })).toBe(true);
    expect(holds({ type: [{ coding: { code: 'x' } }] })).toBe(true);
    expect(holds({ type: { coding: [{ code: 'y' }] } })).toBe(false);
    expect(holds({ type: { coding: [] } })).toBe(false);
    expect([null, 'x', [], {}, { type: 'x' }].some(holds)).toBe(false);
  });

  it('leaves what has no such element to another test', () => {
    const asked: unknown[] = [];
    const test = pathTest(['value'], 'x', value => asked.push(value) > 0);
    expect(test({ valueString: 'x' }, '', undefined as never)).toBe(true);
    expect(asked).toEqual([{ valueString: 'x' }]);
  });
});
