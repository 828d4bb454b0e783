import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gather } from '../../src/search/gather.ts';
import type { IndexEntry } from '../../src/search/index-entry.ts';
import type { Condition, DateRange, DateValue, SearchQuery, SortKey } from '../../src/search/query.ts';
import { change, commit, describeStore, find, query } from './stored.ts';

interface Item {
  id: string;
  index: IndexEntry[];
  lastUpdated: number;
}

/** Times of change are generated from 0 on; each round of the property has an hour of its own. */
const START = Date.UTC(2031, 0, 1);
const HOUR = 3_600_000;

const code = fc.constantFrom('x', 'y', 'z');
const system = fc.constantFrom('urn:s', 'urn:t');
const word = fc.constantFrom('a', 'ab', 'abc', 'b', 'ba', 'é');
const range: fc.Arbitrary<DateRange> = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 6 }))
  .map(([low, length]) => ({ low, high: low + length }));

const entry: fc.Arbitrary<IndexEntry> = fc.oneof(
  fc.record({ kind: fc.constant('token' as const), parameter: fc.constant('t'), code }),
  fc.record({ kind: fc.constant('token' as const), parameter: fc.constant('t'), code, system }),
  fc.record({ kind: fc.constant('reference' as const), parameter: fc.constant('r'), type: system, id: code }),
  fc.record({ kind: fc.constant('string' as const), parameter: fc.constant('s'), text: word, folded: word }),
  fc
    .record({ kind: fc.constant('date' as const), parameter: fc.constantFrom('d', 'e') })
    .chain(head => range.map(part => ({ ...head, ...part }))),
);

const dateValue: fc.Arbitrary<DateValue> = fc
  .tuple(fc.constantFrom('eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'), range)
  .map(([prefix, part]) => ({ prefix: prefix as DateValue['prefix'], ...part }));

const some = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(values, { minLength: 1, maxLength: 3 });

const condition: fc.Arbitrary<Condition> = fc.oneof<fc.Arbitrary<Condition>[]>(
  some(
    fc.oneof(
      fc.record({ code }),
      fc.record({ system }),
      fc.record({ system: fc.oneof(system, fc.constant('')), code }),
    ),
  ).map(anyOf => ({ kind: 'token', parameter: 't', anyOf })),
  some(fc.oneof(fc.record({ id: code }), fc.record({ type: system, id: code }))).map(anyOf => ({
    kind: 'reference',
    parameter: 'r',
    anyOf,
  })),
  some(fc.record({ match: fc.constantFrom('starts', 'contains', 'exact'), text: word })).map(anyOf => ({
    kind: 'string',
    parameter: 's',
    anyOf: anyOf as { match: 'starts'; text: string }[],
  })),
  fc
    .tuple(fc.constantFrom('d', 'e'), some(dateValue))
    .map(([parameter, anyOf]) => ({ kind: 'date', parameter, anyOf })),
  some(dateValue).map(anyOf => ({ kind: 'lastUpdated', anyOf })),
  fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 20 }).map(ids => ({
    kind: 'id',
    anyOf: ids.map(id => `i${id}`),
  })),
);

const sort: fc.Arbitrary<SortKey[]> = fc.array(
  fc.record({ parameter: fc.constantFrom('d', 'e', '_lastUpdated'), descending: fc.boolean() }),
  { maxLength: 3 },
);

const inDate = (value: DateRange, { prefix, low, high }: DateValue): boolean => {
  const isWithin = low <= value.low && value.high <= high;
  switch (prefix) {
    case 'eq':
      return isWithin;
    case 'ne':
      return !isWithin;
    case 'gt':
      return value.high > high;
    case 'lt':
      return value.low < low;
    case 'ge':
      return value.high > high || isWithin;
    case 'le':
      return value.low < low || isWithin;
    case 'sa':
      return value.low >= high;
    case 'eb':
      return value.high <= low;
    case 'ap':
      return value.low < high && value.high > low;
  }
};

/** The specification in the plainest words: what `item` is found under, compared value by value. */
function matches(item: Item, by: Condition): boolean {
  if (by.kind === 'id') return by.anyOf.includes(item.id);
  if (by.kind === 'lastUpdated') {
    return by.anyOf.some(value => inDate({ low: item.lastUpdated, high: item.lastUpdated + 1 }, value));
  }
  return item.index.some(entry => {
    if (entry.parameter !== by.parameter) return false;
    if (entry.kind === 'token' && by.kind === 'token') {
      return by.anyOf.some(
        ({ system, code }) =>
          (code === undefined || code === entry.code) && (system === undefined || system === (entry.system ?? '')),
      );
    }
    if (entry.kind === 'reference' && by.kind === 'reference') {
      return by.anyOf.some(value =>
        'url' in value ? value.url === entry.url : value.id === entry.id && (value.type ?? entry.type) === entry.type,
      );
    }
    if (entry.kind === 'string' && by.kind === 'string') {
      return by.anyOf.some(({ match, text }) =>
        match === 'exact'
          ? entry.text === text
          : match === 'starts'
            ? entry.folded.startsWith(text)
            : entry.folded.includes(text),
      );
    }
    return entry.kind === 'date' && by.kind === 'date' && by.anyOf.some(value => inDate(entry, value));
  });
}

const shifted = (by: Condition, start: number): Condition =>
  by.kind !== 'lastUpdated'
    ? by
    : { ...by, anyOf: by.anyOf.map(value => ({ ...value, low: start + value.low, high: start + value.high })) };

function expected(items: readonly Item[], { where, sort }: SearchQuery): string[] {
  const keyOf = (item: Item, { parameter, descending }: SortKey): number => {
    const dates = item.index.filter(entry => entry.kind === 'date' && entry.parameter === parameter) as DateRange[];
    if (dates.length === 0) return Number.POSITIVE_INFINITY;
    return descending ? -Math.max(...dates.map(date => date.high)) : Math.min(...dates.map(date => date.low));
  };
  const changed = sort.findIndex(key => key.parameter === '_lastUpdated');
  const dates = changed === -1 ? sort : sort.slice(0, changed);
  const direction = (changed === -1 ? sort.at(-1) : sort[changed])?.descending ? -1 : 1;
  return items
    .map((item, position) => ({ item, position }))
    .filter(({ item }) => where.every(by => matches(item, by)))
    .sort((a, b) => {
      for (const key of dates) {
        const left = keyOf(a.item, key);
        const right = keyOf(b.item, key);
        if (left !== right) return left < right ? -1 : 1;
      }
      return direction * (a.position - b.position);
    })
    .map(({ item }) => item.id);
}

describeStore('search against a plain filter', test => {
  it('finds the same resources in the same order, page by page, with the same total', async () => {
    let round = 0;
    const items = fc.array(fc.array(entry, { maxLength: 6 }), { maxLength: 30 });
    const queries = fc.array(fc.tuple(fc.array(condition, { maxLength: 3 }), sort, fc.integer({ min: 1, max: 7 })), {
      minLength: 1,
      maxLength: 15,
    });
    await fc.assert(
      fc.asyncProperty(items, queries, async (indexes, asked) => {
        const start = START + round * HOUR;
        const resourceType = `Basic${round++}`;
        const stored: Item[] = indexes.map((index, i) => ({ id: `i${i}`, index, lastUpdated: start + (i >> 1) }));
        // Every item has a past under which it must not be found any more.
        const past = stored.map(({ id }, i) =>
          change({ resourceType, id, lastUpdated: start, index: indexes.at(-i)! }),
        );
        const now = stored.map(item => change({ resourceType, ...item, versionId: 2 }));
        const gathered = gather();
        for (const item of stored) gathered.add({ resourceType, ...item });
        await commit(test.store, ...past);
        await commit(test.store, ...now);
        for (const [where, sort, count] of asked) {
          const asking = query({ resourceType, where: where.map(by => shifted(by, start)), sort, count });
          const ids = expected(stored, asking);
          expect(await find(test.store, asking)).toEqual(ids);
          expect(
            gathered
              .find(asking)
              .map(({ id }) => id)
              .sort(),
          ).toEqual(ids.toSorted());
          const { total } = await test.store.search({ ...asking, count: 0, total: 'accurate' });
          expect(total).toBe(ids.length);
        }
      }),
      { numRuns: 60 },
    );
  });
});
