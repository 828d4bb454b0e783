import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASE_URL, parameterUse } from '../../../test/fixtures/parameter-use.ts';
import { rawNumber } from '../../fhir/exact-json.ts';
import type { Json } from '../../fhir/resource.ts';
import type { IndexEntry } from '../index-entry.ts';
import { nextNumber } from '../next-number.ts';
import type { RangeValue } from '../query.ts';
import { numberType } from './number.ts';

const parse = (value: string): RangeValue => {
  const condition = numberType.parse(parameterUse(value));
  if (condition.kind !== 'number') throw new Error(condition.kind);
  return condition.anyOf[0]!;
};

const entriesOf = (type: string, value: Json): IndexEntry[] => {
  const entries: IndexEntry[] = [];
  numberType.entries[type]!(value, 'code', entries, { baseUrl: BASE_URL, timeZone: 'UTC' });
  return entries;
};

describe('values of number parameters', () => {
  it.each<[string, RangeValue]>([
    ['100', { prefix: 'eq', low: 99.5, high: 100.5 }],
    ['100.00', { prefix: 'eq', low: 99.995, high: 100.005 }],
    ['1e2', { prefix: 'eq', low: 50, high: 150 }],
    ['1.0e2', { prefix: 'eq', low: 95, high: 105 }],
    ['5.4', { prefix: 'eq', low: 5.35, high: 5.45 }],
    ['-0.5', { prefix: 'eq', low: -0.55, high: -0.45 }],
    ['ne0', { prefix: 'ne', low: -0.5, high: 0.5 }],
    ['gt0.1', { prefix: 'gt', low: 0.1, high: nextNumber(0.1) }],
    ['ap10', { prefix: 'ap', low: 9, high: nextNumber(11) }],
    ['ap1', { prefix: 'ap', low: 0.5, high: 1.5 }],
  ])('reads %s', (value, expected) => {
    expect(parse(value)).toEqual(expected);
  });

  it.each(['', 'ten', '1;5', '0x10', '1e', '1e1000', 'gt', '1 2', `1${'0'.repeat(50)}`])('refuses "%s"', value => {
    expect(() => parse(value)).toThrow('must be a number');
  });

  it('mean what is rounded to them, as they are written', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 0, max: 6 }), (digits, places) => {
        const text = (digits / 10 ** places).toFixed(places);
        const { low, high } = parse(text);
        const [entry] = entriesOf('decimal', Number(text)) as { low: number; high: number }[];
        expect(low <= entry!.low && entry!.high <= high).toBe(true);
      }),
    );
  });
});

describe('index entries of numbers', () => {
  it.each<[string, Json, { low: number; high: number }[]]>([
    ['decimal', 0.1, [{ low: 0.1, high: nextNumber(0.1) }]],
    ['decimal', rawNumber('0.10') as unknown as Json, [{ low: 0.1, high: nextNumber(0.1) }]],
    ['positiveInt', 7, [{ low: 7, high: nextNumber(7) }]],
    ['Range', { low: { value: 1 }, high: { value: 2 } }, [{ low: 1, high: nextNumber(2) }]],
    ['Range', { high: { value: 2 } }, [{ low: Number.NEGATIVE_INFINITY, high: nextNumber(2) }]],
    ['Range', {}, []],
    ['decimal', 'x', []],
  ])('takes %s %j', (type, value, expected) => {
    expect(entriesOf(type, value)).toEqual(expected.map(range => ({ kind: 'number', parameter: 'code', ...range })));
  });
});
