import { expect, it } from 'vitest';
import type { IndexEntry } from '../../src/search/index-entry.ts';
import { matches } from '../../src/search/match.ts';
import type { Condition, Prefix } from '../../src/search/query.ts';
import type { Change } from '../../src/store/store.ts';
import { change, commit, describeStore, findBothWays, sortKey } from './stored.ts';

/** Dates that grow with the number, more or less; some have none, some are long. */
const indexOf = (i: number): IndexEntry[] => [
  { kind: 'token', parameter: 'code', code: i % 3 === 0 ? 'rare' : 'often' },
  ...(i % 11 === 0
    ? []
    : [{ kind: 'date' as const, parameter: 'date', low: i + (i % 7), high: i + (i % 7) + (i % 13 === 0 ? 500 : 1) }]),
];

describeStore('dates and many resources', test => {
  it('finds the same as the matcher, however the dates lie', async () => {
    const count = 2_500 * Math.max(test.backend.part, 1 / 5);
    const stored = Array.from({ length: count }, (_, i): Change => change({ id: `i${i}`, index: indexOf(i) }));
    await Promise.all(stored.map(each => commit(test.store, each)));
    // One of the oldest gets a late date, and one of the latest an early one.
    const moved = [5, count - 2].map(i =>
      change({
        id: `i${i}`,
        versionId: 2,
        index: [...indexOf(3), { kind: 'date', parameter: 'date', low: count - i, high: count - i + 1 }],
      }),
    );
    await commit(test.store, ...moved);
    const resources = [{ resourceType: 'Basic', id: 'i9', versionId: 1, index: moved[0]!.index }];
    await test.store.commit({ changes: [], indexing: { resources, states: new Map() } });
    const current = new Map([...stored, ...moved].map(each => [each.id, each]));
    current.set('i9', { ...current.get('i9')!, index: resources[0]!.index });

    const others = { read: () => undefined, all: () => [] };
    const prefixes: Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];
    const asked = prefixes.map((prefix): Condition[] => [
      { kind: 'date', parameter: 'date', anyOf: [{ prefix, low: count * 0.28, high: count * 0.36 }] },
    ]);
    asked.push([
      { kind: 'date', parameter: 'date', anyOf: [{ prefix: 'ge', low: count * 0.8, high: count * 0.8 + 1 }] },
      { kind: 'date', parameter: 'date', anyOf: [{ prefix: 'le', low: count * 0.88, high: count * 0.88 + 1 }] },
    ]);
    for (const dates of asked) {
      const where: Condition[] = [{ kind: 'token', parameter: 'code', anyOf: [{ code: 'rare' }] }, ...dates];
      const expected = [...current.values()].filter(item => where.every(each => matches(item, each, others)));
      const found = await findBothWays(test.store, { where, sort: [sortKey('date', true)], count: count * 0.12 });
      expect(found.toSorted()).toEqual(expected.map(({ id }) => id).sort());
    }
  });
});
