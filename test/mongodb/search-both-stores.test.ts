import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, inject, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { Cursor, Page, Store } from '../../src/store/store.ts';
import { A, B, condition, entry, HOUR, inRound, type Named, START, sort } from '../contract/search-arbitraries.ts';
import { change, query } from '../contract/stored.ts';

const { url } = inject('mongodb')!;

/** Every page of a search: what it has, in its order, where it goes on, and how many there are. */
async function pagesOf(store: Store, asked: Parameters<Store['search']>[0]): Promise<unknown[]> {
  const pages: unknown[] = [];
  let after: Cursor | undefined;
  do {
    const { versions, next, previous, total }: Page = await store.search(asked, after);
    pages.push({
      versions: versions.map(({ resourceType, id, versionId, body }) => [resourceType, id, versionId, body]),
    });
    pages.push({ next, previous, total });
    after = next && (JSON.parse(JSON.stringify(next)) as Cursor);
  } while (after !== undefined);
  return pages;
}

it('has the same pages, in the same order, with the same cursors and totals, as the embedded store', async () => {
  const stores = await Promise.all([
    openStore('sqlite::memory:', { foldRows: 60 }),
    openStore(`${url}/both-${randomUUID().slice(0, 8)}`, {
      // Small enough that links lead to more than is looked up first.
      searchBounds: { linked: 4, chunk: 3, counted: 10_000, lookedAt: 2_000 },
    }),
  ]);
  const [embedded, shared] = stores as [Store, Store];
  let round = 0;
  const items = fc.array(fc.tuple(fc.constantFrom<Named>(A, B), fc.array(entry, { maxLength: 6 })), { maxLength: 25 });
  const queries = fc.array(
    fc.record({
      where: fc.array(condition, { maxLength: 3 }),
      sort,
      count: fc.integer({ min: 1, max: 7 }),
      total: fc.constantFrom('accurate' as const, 'none' as const, 'default' as const),
    }),
    { minLength: 1, maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(items, queries, async (indexes, asked) => {
      const start = START + round * HOUR;
      const suffix = round++;
      const name = (type: string): string => `${type}${suffix}`;
      const changes = indexes.map(([type, index], i) =>
        change({
          resourceType: name(type),
          id: `i${i}`,
          lastUpdated: start + (i >> 1),
          index: index.map(each => ('type' in each ? { ...each, type: name(each.type!) } : each)),
        }),
      );
      for (const store of stores) await store.commit({ changes });
      for (const { where, ...rest } of asked) {
        const asking = query({ resourceType: name(A), where: where.map(by => inRound(by, start, name)), ...rest });
        expect(await pagesOf(shared, asking)).toEqual(await pagesOf(embedded, asking));
      }
    }),
    { numRuns: Number(process.env.SEARCH_FUZZ ?? 25) },
  );
  for (const store of stores) await store.close();
});
