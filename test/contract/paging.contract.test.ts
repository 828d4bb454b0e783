import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { IndexEntry } from '../../src/search/index-entry.ts';
import { type Cursor, PAGE_BYTES, type Store } from '../../src/store/store.ts';
import { runsOf } from '../store-url.ts';
import { change, commit, describeStore, findBothWays, put, query, sortKey } from './stored.ts';

const date = (low: number): IndexEntry => ({ kind: 'date', parameter: 'date', low, high: low + 1 });
const token = (code: string): IndexEntry => ({ kind: 'token', parameter: 'code', code });

async function load(store: Store, count: number, index: (i: number) => IndexEntry[]): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) => commit(store, change({ id: `i${i}`, index: index(i) }))));
}

describeStore('paging', test => {
  it('shows each resource whose sort key does not change once, whatever is written between the pages', async () => {
    let round = 0;
    const write = fc.record({
      kind: fc.constantFrom('create', 'change', 'delete'),
      target: fc.nat(),
      date: fc.option(fc.nat({ max: 9 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.nat({ max: 9 }), { nil: undefined }), { minLength: 5, maxLength: 25 }),
        fc.array(fc.array(write, { maxLength: 3 }), { minLength: 20, maxLength: 20 }),
        fc.constantFrom('date', '_lastUpdated'),
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        async (dates, writes, parameter, descending, count) => {
          const resourceType = `Basic${round++}`;
          const versions = dates.map(() => 1);
          const touched = new Set<number>();
          const indexOf = (value: number | undefined) => (value === undefined ? [] : [date(value)]);
          await commit(
            test.store,
            ...dates.map((value, i) => change({ resourceType, id: `i${i}`, index: indexOf(value) })),
          );
          const seen: string[] = [];
          let after: Cursor | undefined;
          for (let page = 0; ; page++) {
            const found = await test.store.search(
              query({ resourceType, sort: [sortKey(parameter, descending)], count }),
              after,
            );
            seen.push(...found.versions.map(version => version.id));
            if (!found.next) break;
            // A cursor goes to the client and back as JSON.
            after = JSON.parse(JSON.stringify(found.next)) as Cursor;
            for (const [i, { kind, target, date: value }] of (writes[page] ?? []).entries()) {
              if (kind === 'create') {
                await put(test.store, { resourceType, id: `new${page}-${i}`, index: indexOf(value) });
              } else {
                const at = target % dates.length;
                if (touched.has(at)) continue;
                touched.add(at);
                const versionId = ++versions[at]!;
                const next = { resourceType, id: `i${at}`, versionId, index: indexOf(value) };
                await put(test.store, kind === 'delete' ? { ...next, index: [], method: 'DELETE' } : next);
              }
            }
          }
          const still = dates.map((_, i) => i).filter(i => !touched.has(i));
          for (const i of still) expect(seen.filter(id => id === `i${i}`)).toHaveLength(1);
        },
      ),
      { numRuns: runsOf(60) },
    );
  });

  it('goes on from a cursor after the store was opened again', async () => {
    await load(test.store, 10, i => [date(i)]);
    const asked = query({ sort: [sortKey('date', true)], count: 4 });
    const first = await test.store.search(asked);
    await test.reopen();
    const second = await test.store.search(asked, first.next);
    expect(second.versions.map(version => version.id)).toEqual(['i5', 'i4', 'i3', 'i2']);
  });

  it('has no next page after the last one, full or not', async () => {
    await load(test.store, 6, i => [token(i < 3 ? 'x' : 'y'), date(i)]);
    for (const sort of [[], [sortKey('date', false)]]) {
      for (const count of [6, 7]) expect((await test.store.search(query({ sort, count }))).next).toBeUndefined();
      expect((await test.store.search(query({ sort, count: 5 }))).next).toBeDefined();
    }
  });

  it('ends a page where its bodies become large, and goes on behind it', async () => {
    const text = JSON.stringify({ data: 'x'.repeat((PAGE_BYTES * test.backend.part) / 4) });
    for (let i = 0; i < 9; i++) await put(test.store, { id: `i${i}`, index: [date(i % 2)], text });
    const sorted = [sortKey('date', false)];
    for (const [sort, pages] of [
      [[], ['i0,i1,i2,i3', 'i4,i5,i6,i7', 'i8']],
      [sorted, ['i0,i2,i4,i6', 'i8,i1,i3,i5', 'i7']],
    ] as const) {
      const seen: string[] = [];
      let after: Cursor | undefined;
      do {
        const page = await test.store.search(query({ sort, total: 'default' }), after);
        expect(page.total).toBe(9);
        seen.push(page.versions.map(({ id }) => id).join());
        after = page.next;
      } while (after);
      expect(seen).toEqual(pages);
    }
    expect((await findBothWays(test.store, { sort: sorted })).join()).toBe('i0,i2,i4,i6,i8,i1,i3,i5,i7');
  });

  it('ends a page of a history where its bodies become large, and goes on behind it', async () => {
    const text = JSON.stringify({ data: 'x'.repeat((PAGE_BYTES * test.backend.part) / 4) });
    for (let versionId = 1; versionId <= 9; versionId++) await put(test.store, { id: 'a', versionId, text });
    const seen: string[] = [];
    let after: Cursor | undefined;
    do {
      const page = await test.store.history({ of: { resourceType: 'Basic', id: 'a' }, count: 1000 }, after);
      seen.push(page.versions.map(({ versionId }) => versionId).join());
      after = page.next;
    } while (after);
    expect(seen).toEqual(['9,8,7,6', '5,4,3,2', '1']);
  });

  it('pages in the same way through more than are sorted at once', async () => {
    const count = 9_000 * test.backend.part;
    await load(test.store, count, i => [token(i % 2 === 0 ? 'x' : 'y'), ...(i % 10 === 0 ? [] : [date(i % 97)])]);
    const where = [{ kind: 'token', parameter: 'code', anyOf: [{ code: 'x' }, { code: 'y' }] }] as const;
    for (const parameter of ['date', '_lastUpdated']) {
      for (const descending of [false, true]) {
        const ids = await findBothWays(test.store, { where, sort: [sortKey(parameter, descending)] });
        const seen = ids.map(id => Number(id.slice(1)));
        expect(new Set(seen).size).toBe(count);
        const sign = descending ? -1 : 1;
        const key = (i: number) => (parameter === '_lastUpdated' ? 0 : i % 10 === 0 ? 1000 : sign * (i % 97));
        const ordered = [...seen].sort((a, b) => key(a) - key(b) || sign * (a - b));
        expect(seen).toEqual(ordered);
      }
    }
  });

  it('finds what a wide range of dates holds in the order of change, page by page', async () => {
    const count = 9_000 * test.backend.part;
    await load(test.store, count, i => (i % 9 === 0 ? [] : [date(i)]));
    const where = [{ kind: 'date', parameter: 'date', anyOf: [{ prefix: 'ge', low: 0, high: 1 }] }] as const;
    const page = await test.store.search(query({ where, count: 5, total: 'accurate' }));
    const second = await test.store.search(query({ where, count: 5 }), page.next);
    const ids = [...page.versions, ...second.versions].map(version => version.id);
    expect(ids).toEqual(['i1', 'i2', 'i3', 'i4', 'i5', 'i6', 'i7', 'i8', 'i10', 'i11']);
    expect(page.total).toBe((count * 8) / 9);
  });

  it('leaves out a default total that is not cheap, and gives an accurate one all the same', async () => {
    const count = 10_100 * test.backend.part;
    await load(test.store, count, i => [token(i % 2 === 0 ? 'x' : 'y')]);
    const half = [{ kind: 'token', parameter: 'code', anyOf: [{ code: 'x' }] }] as const;
    const total = async (parts: Parameters<typeof query>[0]) =>
      (await test.store.search(query({ count: 10, ...parts }))).total;
    expect(await total({ total: 'default' })).toBeUndefined();
    expect(await total({ total: 'accurate' })).toBe(count);
    expect(await total({ total: 'default', where: half })).toBe(Math.ceil(count / 2));
    // Counting is nothing that costs too much, where an index has what is counted.
    const both = [...half, { kind: 'not', none: { kind: 'id', anyOf: ['i0'] } }] as const;
    expect(await total({ total: 'default', where: both })).toBe(Math.ceil(count / 2) - 1);
  });
});
