import fc from 'fast-check';
import type { IndexEntry } from '../../src/search/index-entry.ts';
import type { Condition, Range, RangeValue, SortKey } from '../../src/search/query.ts';

/** Times of change are generated from 0 on; each round of the property has an hour of its own. */
export const START = Date.UTC(2031, 0, 1);
export const HOUR = 3_600_000;

/** Two types refer to each other; in each round they get names that no round before had. */
export const A = 'Basic';
export const B = 'List';
export type Named = typeof A | typeof B;

const code = fc.constantFrom('x', 'y', 'z');
const system = fc.constantFrom('urn:s', 'urn:t');
const word = fc.constantFrom('a', 'ab', 'abc', 'b', 'ba', 'é');
const id = fc.integer({ min: 0, max: 15 }).map(number => `i${number}`);
const range: fc.Arbitrary<Range> = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 6 }))
  .map(([low, length]) => ({ low, high: low + length }));
const number: fc.Arbitrary<Range> = fc
  .tuple(fc.constantFrom(-0.5, 0, 0.1, 1000, 7), fc.constantFrom(0, 0.25, 1, Number.POSITIVE_INFINITY))
  .map(([low, length]) => ({ low, high: low + length + 0.001 }));

/** What a resource is found under. */
export const entry: fc.Arbitrary<IndexEntry> = fc.oneof(
  fc.record({ kind: fc.constant('token' as const), parameter: fc.constant('t'), code }),
  fc.record({ kind: fc.constant('token' as const), parameter: fc.constantFrom('t', 't:of-type'), code, system }),
  fc.record({ kind: fc.constant('token' as const), parameter: fc.constant('t'), system }),
  fc.record({ kind: fc.constant('reference' as const), parameter: fc.constant('r'), type: fc.constantFrom(A, B), id }),
  fc.record({ kind: fc.constant('reference' as const), parameter: fc.constant('r'), url: system }),
  fc.record({ kind: fc.constant('string' as const), parameter: fc.constant('s'), text: word, folded: word }),
  fc.record({ kind: fc.constant('text' as const), parameter: fc.constant('t:text'), text: word }),
  fc.record({ kind: fc.constant('present' as const), parameter: fc.constantFrom('t', 'o') }),
  fc
    .record({ kind: fc.constant('date' as const), parameter: fc.constantFrom('d', 'e') })
    .chain(head => range.map(part => ({ ...head, ...part }))),
  fc
    .record({ kind: fc.constant('number' as const), parameter: fc.constantFrom('n', 'n$unit kg', 'n$unit m') })
    .chain(head => number.map(part => ({ ...head, ...part }))),
);

/** What resources say, and what is asked for of it. */
export const said = fc.array(fc.constantFrom('Severe malaria', 'malariá', 'fever, severe', '東京都', 'हिन्दी'), {
  maxLength: 3,
});
const phrase = fc.record({
  words: fc.constantFrom('malaria', 'severe', 'severe malaria', 'fever severe', '東 京', 'हि', 'mal'),
  isBegun: fc.boolean(),
});

const prefixed = (ranges: fc.Arbitrary<Range>): fc.Arbitrary<RangeValue> =>
  fc
    .tuple(fc.constantFrom('eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'), ranges)
    .map(([prefix, part]) => ({ prefix: prefix as RangeValue['prefix'], ...part }));

const some = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(values, { minLength: 1, maxLength: 3 });

const plain: fc.Arbitrary<Condition> = fc.oneof<fc.Arbitrary<Condition>[]>(
  fc
    .tuple(
      fc.constantFrom('t', 't', 't:of-type'),
      some(
        fc.oneof(
          fc.record({ code }),
          fc.record({ system }),
          fc.record({ system: fc.oneof(system, fc.constant('')), code }),
        ),
      ),
    )
    .map(([parameter, anyOf]) => ({ kind: 'token', parameter, anyOf })),
  some(fc.oneof(fc.record({ id }), fc.record({ type: fc.constantFrom(A, B), id }), fc.record({ url: system }))).map(
    anyOf => ({ kind: 'reference', parameter: 'r', anyOf }),
  ),
  fc
    .tuple(
      fc.constantFrom('s', 't:text'),
      some(fc.record({ match: fc.constantFrom('starts', 'contains', 'exact'), text: word })),
    )
    .map(([parameter, anyOf]) => ({ kind: 'string', parameter, anyOf: anyOf as { match: 'starts'; text: string }[] })),
  fc
    .tuple(fc.constantFrom('d', 'e'), some(prefixed(range)))
    .map(([parameter, anyOf]) => ({ kind: 'date', parameter, anyOf })),
  fc
    .tuple(fc.constantFrom('n', 'n$unit kg'), some(prefixed(number)))
    .map(([parameter, anyOf]) => ({ kind: 'number', parameter, anyOf })),
  some(prefixed(range)).map(anyOf => ({ kind: 'lastUpdated', anyOf })),
  fc.record({
    kind: fc.constant('text' as const),
    part: fc.constantFrom('narrative' as const, 'content' as const),
    anyOf: some(some(phrase)),
    isIndexed: fc.constant(false),
  }),
  fc.uniqueArray(id, { maxLength: 20 }).map(anyOf => ({ kind: 'id', anyOf })),
  fc
    .tuple(fc.constantFrom('t', 'r', 's', 'd', 'n', 'o', 'never'), fc.boolean())
    .map(([parameter, isMissing]) => ({ kind: 'missing', parameter, isMissing })),
);

/** Conditions of every kind, one in another. */
export const { condition } = fc.letrec<{ condition: Condition }>(tie => {
  const nested = fc.array(tie('condition'), { maxLength: 3 });
  const link = fc.record({
    kind: fc.constantFrom('refersTo' as const, 'referredBy' as const),
    parameter: fc.constant('r'),
    resourceType: fc.constantFrom<Named>(A, B),
    where: tie('condition'),
  });
  return {
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      plain,
      plain,
      tie('condition').map(none => ({ kind: 'not' as const, none })),
      nested.map(anyOf => ({ kind: 'any' as const, anyOf })),
      nested.map(allOf => ({ kind: 'all' as const, allOf })),
      link,
    ),
  };
});

export const sort: fc.Arbitrary<SortKey[]> = fc.array(
  fc
    .tuple(
      fc.constantFrom<[SortKey['kind'], string]>(
        ['date', 'd'],
        ['date', 'e'],
        ['lastUpdated', '_lastUpdated'],
        ['string', 's'],
        ['text', 't'],
        ['text', 'r'],
        ['number', 'n'],
        ['id', '_id'],
      ),
      fc.boolean(),
    )
    .map(([[kind, parameter], descending]) => ({ kind, parameter, descending })),
  { maxLength: 3 },
);

/** Names and times of a round in the place of those that were generated. */
export function inRound(by: Condition, start: number, name: (type: string) => string): Condition {
  const inner = (each: Condition): Condition => inRound(each, start, name);
  switch (by.kind) {
    case 'lastUpdated':
      return { ...by, anyOf: by.anyOf.map(value => ({ ...value, low: start + value.low, high: start + value.high })) };
    case 'reference':
      return {
        ...by,
        anyOf: by.anyOf.map(value => ('id' in value && value.type ? { ...value, type: name(value.type) } : value)),
      };
    case 'not':
      return { ...by, none: inner(by.none) };
    case 'any':
      return { ...by, anyOf: by.anyOf.map(inner) };
    case 'all':
      return { ...by, allOf: by.allOf.map(inner) };
    case 'refersTo':
    case 'referredBy':
      return { ...by, resourceType: name(by.resourceType), where: inner(by.where) };
    default:
      return by;
  }
}
