import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Cursor, type HistoryQuery, PAGE_BYTES, type Store } from '../../src/store/store.ts';
import { runsOf } from '../store-url.ts';
import { change, commit, describeStore, put } from './stored.ts';

const BASIC = { resourceTypes: ['Basic'] };
const ALL = { resourceTypes: ['Basic', 'List', 'Group'] };

/** `id` and number of each version, all pages. */
const walk = async (store: Store, query: Omit<HistoryQuery, 'count'> & { count?: number }): Promise<string[]> => {
  const seen: string[] = [];
  let after: Cursor | undefined;
  do {
    const page = await store.history({ count: 100, ...query }, after);
    seen.push(...page.versions.map(({ id, versionId }) => `${id}${versionId}`));
    after = page.next && (JSON.parse(JSON.stringify(page.next)) as Cursor);
  } while (after !== undefined);
  return seen;
};

describeStore('history', test => {
  it('has the versions of a type or of several in the order of commits, newest first or oldest first', async () => {
    await put(test.store, { id: 'a' });
    await put(test.store, { id: 'l', resourceType: 'List' });
    await put(test.store, { id: 'b' });
    await put(test.store, { id: 'a', versionId: 2 });
    await put(test.store, { id: 'g', resourceType: 'Group' });
    expect(await walk(test.store, { of: BASIC })).toEqual(['a2', 'b1', 'a1']);
    expect(await walk(test.store, { of: BASIC, oldestFirst: true, count: 1 })).toEqual(['a1', 'b1', 'a2']);
    expect(await walk(test.store, { of: ALL, count: 2 })).toEqual(['g1', 'a2', 'b1', 'l1', 'a1']);
    expect(await walk(test.store, { of: ALL, oldestFirst: true })).toEqual(['a1', 'l1', 'b1', 'a2', 'g1']);
    expect(await walk(test.store, { of: { resourceTypes: ['Basic', 'Group'] } })).toEqual(['g1', 'a2', 'b1', 'a1']);
    expect(await walk(test.store, { of: { resourceTypes: ['Media'] } })).toEqual([]);
    expect(await walk(test.store, { of: { resourceTypes: [] } })).toEqual([]);
    expect(await walk(test.store, { of: { resourceType: 'Basic', id: 'a' }, oldestFirst: true, count: 1 })).toEqual([
      'a1',
      'a2',
    ]);
  });

  it('tells which versions had nothing or a deletion before them', async () => {
    await put(test.store, { id: 'a', method: 'PUT' });
    await put(test.store, { id: 'a', versionId: 2 });
    await put(test.store, { id: 'a', versionId: 3, method: 'DELETE' });
    await put(test.store, { id: 'a', versionId: 4, text: 'four' });
    const { versions, total } = await test.store.history({ of: BASIC, count: 10 });
    expect(versions.map(({ versionId, method, creates, body }) => [versionId, method, creates, body])).toEqual([
      [4, 'PUT', true, 'four'],
      [3, 'DELETE', false, ''],
      [2, 'PUT', false, expect.stringContaining('"a"')],
      [1, 'PUT', true, expect.stringContaining('"a"')],
    ]);
    expect(total).toBe(4);
    expect(await test.store.history({ of: BASIC, count: 0 })).toEqual({ versions: [] });
  });

  it('begins with the first version at or after a time', async () => {
    const times = [100, 100, 200, 200, 300].map(time => time + test.store.lastUpdated);
    for (const [i, lastUpdated] of times.entries()) await put(test.store, { id: `i${i}`, lastUpdated });
    const since = (time: number): Promise<string[]> => walk(test.store, { of: BASIC, since: time, oldestFirst: true });
    expect(await since(times[2]!)).toEqual(['i21', 'i31', 'i41']);
    expect(await since(times[2]! - 1)).toEqual(['i21', 'i31', 'i41']);
    expect(await since(times[2]! + 1)).toEqual(['i41']);
    expect(await since(times[4]! + 1)).toEqual([]);
    expect(await since(Number.NEGATIVE_INFINITY)).toHaveLength(5);
    expect((await test.store.history({ of: { resourceType: 'Basic', id: 'i0' }, count: 9, since: 0 })).total).toBe(1);
  });

  it('is, of any history and any question, what a look at every version gives, page by page', async () => {
    let round = 0;
    const step = fc.record({ id: fc.constantFrom('a', 'b', 'c'), wait: fc.nat({ max: 2 }), isOther: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.option(fc.nat({ max: 40 }), { nil: undefined }),
        fc.option(fc.tuple(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 10 })), { nil: undefined }),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        async (steps, sinceStep, atSteps, oldestFirst, count) => {
          round++;
          const types = [`Basic${round}`, `List${round}`];
          const start = test.store.lastUpdated;
          let time = start;
          const written = steps.map(({ id, wait, isOther }) => {
            time += wait;
            return { resourceType: types[isOther ? 1 : 0]!, id, lastUpdated: time, versionId: 0 };
          });
          for (const [i, version] of written.entries()) {
            const isSame = (other: typeof version): boolean =>
              other.id === version.id && other.resourceType === version.resourceType;
            version.versionId = written.slice(0, i + 1).filter(isSame).length;
            const method = version.versionId % 3 === 0 ? 'DELETE' : 'PUT';
            await put(test.store, { ...version, method });
          }
          const since = sinceStep === undefined ? undefined : start + sinceStep;
          const at = atSteps && { low: start + atSteps[0], high: start + atSteps[0] + atSteps[1] };
          const expected = (isAsked: (version: (typeof written)[number]) => boolean): string[] => {
            const found = written.filter((version, i) => {
              const next = written
                .slice(i + 1)
                .find(({ id, resourceType }) => id === version.id && resourceType === version.resourceType);
              const isCurrent =
                at === undefined ||
                (version.lastUpdated < at.high &&
                  (version.lastUpdated >= at.low || next === undefined || next.lastUpdated > at.low));
              return isAsked(version) && version.lastUpdated >= (since ?? 0) && isCurrent;
            });
            const names = found.map(({ id, versionId }) => `${id}${versionId}`);
            return oldestFirst ? names : names.reverse();
          };
          const rest = { count, oldestFirst, ...(since !== undefined && { since }), ...(at !== undefined && { at }) };
          const [type, other] = types as [string, string];
          expect(await walk(test.store, { of: { resourceTypes: [type, other] }, ...rest })).toEqual(
            expected(() => true),
          );
          expect(await walk(test.store, { of: { resourceTypes: [type] }, ...rest })).toEqual(
            expected(({ resourceType }) => resourceType === type),
          );
          expect(await walk(test.store, { of: { resourceType: type, id: 'a' }, ...rest })).toEqual(
            expected(({ resourceType, id }) => resourceType === type && id === 'a'),
          );
        },
      ),
      { numRuns: runsOf(60) },
    );
  });

  it('shows each version once while others are written, and none that came after the first page', async () => {
    const ids = Array.from({ length: 10 }, (_, i) => `i${i}`);
    await commit(test.store, ...ids.map(id => change({ id })));
    const seen: string[] = [];
    let after: Cursor | undefined;
    for (let page = 0; page === 0 || after !== undefined; page++) {
      const found = await test.store.history({ of: BASIC, count: 3 }, after);
      seen.push(...found.versions.map(({ id, versionId }) => `${id}${versionId}`));
      after = found.next;
      await put(test.store, { id: `i${page}`, versionId: 2 });
      await put(test.store, { id: `new${page}` });
    }
    expect(seen).toEqual(ids.map(id => `${id}1`).reverse());
  });

  it('finds the few versions of a type among very many others', async () => {
    await put(test.store, { id: 'g0', resourceType: 'Group' });
    for (let block = 1; block <= 3; block++) {
      const units = Array.from({ length: 2_000 * test.backend.part }, (_, i) =>
        commit(test.store, change({ id: `${block}-${i}` })),
      );
      await Promise.all(units);
      await put(test.store, { id: `g${block}`, resourceType: 'Group' });
    }
    const page = await test.store.history({ of: { resourceTypes: ['Group'] }, count: 10 });
    expect(page.versions.map(({ id }) => id)).toEqual(['g3', 'g2', 'g1', 'g0']);
    expect(page.next).toBeUndefined();
    await test.reopen();
    await put(test.store, { id: 'g4', resourceType: 'Group' });
    expect(await walk(test.store, { of: { resourceTypes: ['Group'] }, count: 2 })).toHaveLength(5);
    // Of several types so many are looked at for one page that another page comes, and the walk gets to the end.
    const some = { resourceTypes: ['Group', 'Media'] };
    expect(await walk(test.store, { of: some })).toEqual(['g41', 'g31', 'g21', 'g11', 'g01']);
  });

  it('ends a page where its bodies become large, and goes on behind it', async () => {
    const text = JSON.stringify({ data: 'x'.repeat((PAGE_BYTES * test.backend.part) / 4) });
    for (let i = 1; i <= 5; i++) await put(test.store, { id: `i${i}`, text });
    const first = await test.store.history({ of: BASIC, count: 1000 });
    expect(first.versions.map(({ id }) => id)).toEqual(['i5', 'i4', 'i3', 'i2']);
    const second = await test.store.history({ of: BASIC, count: 1000 }, first.next);
    expect(second.versions.map(({ id }) => id)).toEqual(['i1']);
    expect(second.next).toBeUndefined();
  });
});
