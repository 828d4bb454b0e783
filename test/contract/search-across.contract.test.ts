import fc from 'fast-check';
import { expect, it } from 'vitest';
import { searchAcross } from '../../src/interactions/search-across.ts';
import { gather } from '../../src/search/gather.ts';
import type { Matchable } from '../../src/search/match.ts';
import { runsOf } from '../store-url.ts';
import { A, B, condition, entry, HOUR, inRound, type Named, START } from './search-arbitraries.ts';
import { change, commit, describeStore, query } from './stored.ts';

describeStore('search of what is stored and what is coming', test => {
  it('finds what a search would find when all of it was stored', async () => {
    let round = 0;
    const items = (maxLength: number) =>
      fc.array(fc.tuple(fc.constantFrom<Named>(A, B), fc.array(entry, { maxLength: 6 })), { maxLength });
    const queries = fc.array(fc.array(condition, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(items(12), items(12), fc.uniqueArray(fc.nat(15)), queries, async (old, made, gone, asked) => {
        const start = START + round * HOUR;
        const suffix = round++;
        const name = (type: string): string => `${type}${suffix}`;
        const resource = (type: Named, index: Matchable['index'], i: number): Matchable & { text: string } => ({
          resourceType: name(type),
          id: `i${i}`,
          lastUpdated: start + i,
          index: index.map(each => ('type' in each ? { ...each, type: name(each.type!) } : each)),
          text: '{}',
        });
        const stored = old.map(([type, index], i) => resource(type, index, i));
        // Some replace what is stored, the others are new.
        const coming = made.map(([type, index], i) => resource(type, index, i + 6));
        await commit(test.store, ...stored.map(item => change({ ...item })));
        const nameOf = ({ resourceType, id }: { resourceType: string; id: string }) => `${resourceType}/${id}`;
        const replaced = new Set([
          ...coming.map(nameOf),
          ...gone
            .flatMap(i => [`${name(A)}/i${i}`, `${name(B)}/i${i}`])
            .filter(each => !coming.map(nameOf).includes(each)),
        ]);
        const staying = stored.filter(item => !replaced.has(nameOf(item)));
        const oracle = gather<Matchable>();
        for (const item of [...staying, ...coming]) oracle.add(item);
        const across = searchAcross({
          store: test.store,
          coming: async type => coming.filter(({ resourceType }) => resourceType === type),
          replaced: type => [...replaced].flatMap(each => (each.startsWith(`${type}/`) ? each.split('/')[1]! : [])),
          asMatchable: version => stored.find(item => nameOf(item) === nameOf(version))!,
        });
        for (const where of asked) {
          const asking = query({ resourceType: name(A), where: where.map(by => inRound(by, start, name)), count: 100 });
          const found = await test.store.search(await across.ofStored(asking));
          const ids = [...found.versions, ...(await across.findComing(asking))].map(({ id }) => id);
          expect(ids.toSorted()).toEqual(
            oracle
              .find(asking)
              .map(({ id }) => id)
              .toSorted(),
          );
        }
      }),
      { numRuns: runsOf(200) },
    );
  });
});
