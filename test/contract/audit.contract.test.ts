import { expect, it } from 'vitest';
import { auditHash, auditKey, NO_ROW } from '../../src/store/audit-hash.ts';
import type { AuditQuery, AuditRow } from '../../src/store/store.ts';
import { change, describeStore } from './stored.ts';

const row = (at: number, ...keys: string[]): AuditRow => ({ at, keys, text: `{"at":${at}}` });

describeStore('audit', test => {
  const timesOf = async (query: Partial<AuditQuery> = {}): Promise<number[]> =>
    (await test.store.auditRows({ count: 10_000, ...query })).map(({ at }) => at);

  it('keeps rows with the unit that they tell of, or without one, and none of a unit that is refused or tried', async () => {
    const { store } = test;
    await store.commit({ changes: [change({ id: 'a' })], audit: [row(1, 'Basic/a')] });
    await store.commit({ changes: [], audit: [row(2, 'x'), row(3, 'y')] });
    expect(await store.commit({ changes: [change({ id: 'a' })], audit: [row(4, 'x')] })).toMatchObject({
      outcome: 'version-conflict',
    });
    await store.commit({ changes: [change({ id: 'b' })], audit: [row(5, 'x')], isTrial: true });
    await test.reopen();
    await test.store.commit({ changes: [], audit: [row(6, 'x')] });
    const rows = await test.store.auditRows({ count: 10 });
    expect(rows.map(({ sequence, at }) => [sequence, at])).toEqual([1, 2, 3, 6].map((at, index) => [index + 1, at]));
    expect(rows[0]).toEqual({ sequence: 1, at: 1, keys: ['Basic/a'], text: '{"at":1}' });
  });

  it('finds rows by key, time and place, in either direction, however many there are', async () => {
    for (let batch = 0; batch < 5; batch++) {
      const audit = Array.from({ length: 1000 }, (_, i) => row(batch * 1000 + i, `k${i % 100}`, 'all'));
      await test.store.commit({ changes: [], audit });
    }
    expect(await timesOf({ anyOf: ['k7'], at: { low: 1900, high: 2200 } })).toEqual([1907, 2007, 2107]);
    expect(await timesOf({ anyOf: ['k7'], newestFirst: true, count: 2 })).toEqual([4907, 4807]);
    expect(await timesOf({ anyOf: ['k7', 'k8'], after: [4807, 4808], count: 3 })).toEqual([4808, 4907, 4908]);
    expect(await timesOf({ at: { low: 4998, high: 9999 } })).toEqual([4998, 4999]);
    expect(await timesOf({ anyOf: ['none'] })).toEqual([]);
    expect((await timesOf({ anyOf: ['all'] })).length).toBe(5000);
  });

  it('binds each row to the one before, and goes on from there when the oldest are forgotten', async () => {
    const { store } = test;
    await store.commit({ changes: [], audit: [1, 2, 3, 4].map(at => row(at, 'k')) });
    await store.commit({ changes: [], audit: [row(5, 'k')], forgetAuditBefore: 3 });
    expect(await timesOf({ anyOf: ['k'] })).toEqual([3, 4, 5]);
    expect(await timesOf()).toEqual([3, 4, 5]);
    const [begin, ...chain] = await store.auditChain(0, 10);
    expect(begin).toMatchObject({ sequence: 2, text: '' });
    let before = begin!.hash;
    for (const each of chain) {
      expect(Buffer.from(each.hash)).toEqual(Buffer.from(auditHash(auditKey(store.signingKey), before, each)));
      before = each.hash;
    }
    expect(chain.length).toBe(3);
    expect(NO_ROW.length).toBe(before.length);
  });
});
