import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gather } from '../../src/search/gather.ts';
import { type Matchable, matches, type Others } from '../../src/search/match.ts';
import type { SearchQuery, SortKey } from '../../src/search/query.ts';
import { runsOf } from '../store-url.ts';
import { A, B, condition, entry, HOUR, inRound, type Named, START, said, sort } from './search-arbitraries.ts';
import { change, commit, describeStore, findBothWays, query } from './stored.ts';

type Value = number | string;

function keyOf(item: Matchable, { kind, parameter, descending }: SortKey): Value | undefined {
  if (kind === 'id') return item.id;
  const values = item.index.flatMap((entry): Value[] => {
    if (entry.parameter !== parameter) return [];
    if (entry.kind === 'date' || entry.kind === 'number') {
      return [Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, descending ? entry.high : entry.low))];
    }
    if (entry.kind === 'string') return [entry.folded];
    if (entry.kind === 'token') return entry.code === undefined ? [] : [entry.code];
    return entry.kind === 'reference' ? [entry.url ?? `${entry.type}/${entry.id}`] : [];
  });
  return values.reduce<Value | undefined>(
    (best, value) => (best === undefined || (descending ? value > best : value < best) ? value : best),
    undefined,
  );
}

function inOrder(items: readonly Matchable[], { sort }: SearchQuery): string[] {
  const changed = sort.findIndex(key => key.kind === 'lastUpdated');
  const keys = changed === -1 ? sort : sort.slice(0, changed);
  const direction = (changed === -1 ? sort.at(-1) : sort[changed])?.descending ? -1 : 1;
  return items
    .map((item, position) => ({ item, position }))
    .sort((a, b) => {
      for (const key of keys) {
        const left = keyOf(a.item, key);
        const right = keyOf(b.item, key);
        if (left === right) continue;
        if (left === undefined) return 1;
        if (right === undefined) return -1;
        return left < right !== key.descending ? -1 : 1;
      }
      return direction * (a.position - b.position);
    })
    .map(({ item }) => item.id);
}

const idOf = ({ id }: Matchable): string => id;

describeStore('search against the matcher', test => {
  it('finds the same resources in the same order, page by page, with the same total', async () => {
    let round = 0;
    const items = fc.array(fc.tuple(fc.constantFrom<Named>(A, B), fc.array(entry, { maxLength: 6 }), said), {
      maxLength: 30,
    });
    const queries = fc.array(fc.tuple(fc.array(condition, { maxLength: 3 }), sort, fc.integer({ min: 1, max: 7 })), {
      minLength: 1,
      maxLength: 15,
    });
    await fc.assert(
      fc.asyncProperty(items, queries, async (indexes, asked) => {
        const start = START + round * HOUR;
        const suffix = round++;
        const name = (type: string): string => `${type}${suffix}`;
        const stored = indexes.map(([type, index, [narrative, ...notes]], i) => ({
          resourceType: name(type),
          id: `i${i}`,
          text: JSON.stringify({ text: { div: `<div>${narrative ?? ''}</div>` }, notes }),
          index: index.map(each => ('type' in each ? { ...each, type: name(each.type!) } : each)),
          lastUpdated: start + (i >> 1),
        }));
        // Every item has a past under which it must not be found any more.
        const past = stored.map(({ resourceType, id }, i) =>
          change({ resourceType, id, lastUpdated: start, index: stored.at(-i)!.index }),
        );
        await commit(test.store, ...past);
        // Each second one is stored under entries that it shall not have, and then indexed anew.
        const isLate = (i: number): boolean => i % 2 === 1;
        const written = stored.map((item, i) =>
          change({ ...item, versionId: 2, ...(isLate(i) && { index: stored.at(-i)!.index }) }),
        );
        await commit(test.store, ...written);
        const resources = stored.filter((_, i) => isLate(i)).map(item => ({ ...item, versionId: 2 }));
        await test.store.commit({ changes: [], indexing: { resources, states: new Map() } });
        const gathered = gather<Matchable>();
        for (const item of stored) gathered.add(item);
        const others: Others = {
          read: (type, id) => stored.find(item => item.resourceType === type && item.id === id),
          all: type => stored.filter(item => item.resourceType === type),
        };
        for (const [where, sort, count] of asked) {
          const asking = query({
            resourceType: name(A),
            where: where.map(by => inRound(by, start, name)),
            sort,
            count,
          });
          const found = stored.filter(
            item => item.resourceType === name(A) && asking.where.every(by => matches(item, by, others)),
          );
          expect(await findBothWays(test.store, asking)).toEqual(inOrder(found, asking));
          expect(gathered.find(asking).map(idOf).sort()).toEqual(found.map(idOf).sort());
          const { total } = await test.store.search({ ...asking, count: 0, total: 'accurate' });
          expect(total).toBe(found.length);
        }
      }),
      { numRuns: Number(process.env.SEARCH_FUZZ ?? runsOf(120)) },
    );
  });
});
