import { expect, it } from 'vitest';
import type { IndexEntry } from '../../src/search/index-entry.ts';
import { change, commit, describeStore, find, put, query } from './stored.ts';

const under = (...codes: string[]): IndexEntry[] => codes.map(code => ({ kind: 'token', parameter: 'code', code }));
const byCode = (code: string) => query({ where: [{ kind: 'token', parameter: 'code', anyOf: [{ code }] }] });

describeStore('indexing anew', test => {
  const reindex = (id: string, versionId: number, ...codes: string[]) =>
    test.store.commit({
      changes: [],
      indexing: {
        resources: [{ resourceType: 'Basic', id, versionId, index: under(...codes) }],
        states: new Map([['Basic', `${id} is done`]]),
      },
    });

  it('leaves versions and their order as they are, and what it was told to remember', async () => {
    await put(test.store, { id: 'a', index: under('old', 'kept') });
    await put(test.store, { id: 'b', index: under('kept') });
    expect(await reindex('a', 1, 'kept', 'new')).toEqual({ outcome: 'committed' });
    for (let round = 0; round < 2; round++) {
      expect(await find(test.store, byCode('old'))).toEqual([]);
      expect(await find(test.store, byCode('new'))).toEqual(['a']);
      expect(await find(test.store, byCode('kept'))).toEqual(['a', 'b']);
      expect(await test.store.indexStates()).toEqual(new Map([['Basic', 'a is done']]));
      await test.reopen();
    }
    const { versions } = await test.store.history({ of: { resourceType: 'Basic', id: 'a' }, count: 9 });
    expect(versions.map(({ versionId, method }) => `${versionId} ${method}`)).toEqual(['1 POST']);
  });

  it('passes over what was changed or deleted meanwhile', async () => {
    await put(test.store, { id: 'a', index: under('one') });
    await put(test.store, { id: 'b', index: under('one') });
    await put(test.store, { id: 'a', versionId: 2, index: under('two') });
    await commit(test.store, change({ id: 'b', versionId: 2, method: 'DELETE' }));
    for (const [id, versionId] of [
      ['a', 1],
      ['b', 1],
      ['b', 2],
      ['never', 1],
    ] as const) {
      expect(await reindex(id, versionId, 'three')).toEqual({ outcome: 'committed' });
    }
    expect(await find(test.store, byCode('three'))).toEqual([]);
    expect(await find(test.store, byCode('two'))).toEqual(['a']);
    await put(test.store, { id: 'a', versionId: 3, index: under('four') });
    expect(await find(test.store)).toEqual(['a']);
  });

  it('is told when all that was handed over is settled, large units too', async () => {
    const done: string[] = [];
    const large = Array.from({ length: 300 }, (_, i) => change({ id: `l${i}` }));
    const handed = [
      test.store.commit({ changes: large, time: () => large.at(-1)!.lastUpdated }).then(() => done.push('large')),
      commit(test.store, change({ id: 'small' })).then(() => done.push('small')),
    ];
    await test.store.settled();
    expect(done.sort()).toEqual(['large', 'small']);
    await Promise.all(handed);
    await test.store.settled();
  });
});
