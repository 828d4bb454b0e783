import { expect, it } from 'vitest';
import { change, commit, describeStore, find, put, query, summary } from './stored.ts';

const key = { resourceType: 'Basic', id: 'a' };
const index = (text: string) => [
  { kind: 'token', parameter: 'code', system: 'urn:s', code: text } as const,
  { kind: 'string', parameter: 'name', text, folded: text } as const,
  { kind: 'date', parameter: 'date', low: 1, high: 2 } as const,
];
const byCode = (code: string) => query({ where: [{ kind: 'token', parameter: 'code', anyOf: [{ code }] }] });
const byName = (text: string) =>
  query({ where: [{ kind: 'string', parameter: 'name', anyOf: [{ match: 'starts', text }] }] });

describeStore('erasing', test => {
  const store = async (): Promise<void> => {
    await put(test.store, { id: 'a', index: index('one'), identities: ['i'] });
    await put(test.store, { id: 'other', index: index('one') });
    await put(test.store, { id: 'a', versionId: 2, index: index('two'), identities: ['i', 'j'] });
  };
  const erase = (versionId = 3) => commit(test.store, change({ id: 'a', versionId, method: 'DELETE', erases: true }));

  it('leaves numbers and times of the versions, told as deletions, and nothing of what they held', async () => {
    await store();
    const before = await test.store.changes(0, 10);
    expect(await erase()).toEqual({ outcome: 'committed' });
    for (const versionId of [1, 2, 3]) {
      const version = await test.store.readVersion(key, versionId);
      expect(summary(version)).toEqual(['Basic', 'a', versionId, 'DELETE', '']);
    }
    const after = await test.store.changes(0, 10);
    expect(after.map(({ sequence, id, versionId }) => [sequence, id, versionId])).toEqual([
      ...before.map(({ sequence, id, versionId }) => [sequence, id, versionId]),
      [before.at(-1)!.sequence + 1, 'a', 3],
    ]);
    expect(after.map(({ method }) => method)).toEqual(['DELETE', 'POST', 'DELETE', 'DELETE']);
    expect(after.slice(0, 3).map(({ lastUpdated }) => lastUpdated)).toEqual(
      before.map(({ lastUpdated }) => lastUpdated),
    );
    const { versions } = await test.store.history({ of: key, count: 10 });
    expect(versions.map(({ method, body }) => method + body)).toEqual(['DELETE', 'DELETE', 'DELETE']);
    expect((await test.store.read({ ...key, id: 'other' }))?.body).toContain('"id":"other"');
  });

  it('is found by nothing any more, whatever was searched before, and its identities are free', async () => {
    await store();
    expect(await find(test.store, byCode('two'))).toEqual(['a']);
    expect(await find(test.store, byName('two'))).toEqual(['a']);
    await put(test.store, { id: 'a', versionId: 3, index: index('three') });
    expect((await erase(4)).outcome).toBe('committed');
    for (let round = 0; round < 2; round++) {
      for (const text of ['two', 'three']) {
        expect(await find(test.store, byCode(text))).toEqual([]);
        expect(await find(test.store, byName(text))).toEqual([]);
      }
      expect(await find(test.store, byCode('one'))).toEqual(['other']);
      await test.reopen();
    }
    await put(test.store, { id: 'b', identities: ['i', 'j'] });
  });

  it('is done among many commits, before and after what it was found under is folded in', async () => {
    for (let i = 0; i < 40; i++) {
      const id = `m${i}`;
      await put(test.store, { id, index: index(id) });
      if (i % 3 === 0) expect(await find(test.store, byCode(id))).toEqual([id]);
    }
    const erased = [1, 18, 39].map(i => `m${i}`);
    for (const id of erased) {
      const [first] = await Promise.all([
        commit(test.store, change({ id, versionId: 2, method: 'DELETE', erases: true })),
        put(test.store, { id: `after-${id}`, index: index(id) }),
      ]);
      expect(first.outcome).toBe('committed');
    }
    for (let round = 0; round < 2; round++) {
      for (const id of erased) expect(await find(test.store, byCode(id))).toEqual([`after-${id}`]);
      expect(await find(test.store)).toHaveLength(40);
      await test.reopen();
    }
  });

  it('goes on counting when the resource comes back', async () => {
    await store();
    await erase();
    expect((await erase(4)).outcome).toBe('committed');
    await put(test.store, { id: 'a', versionId: 5, method: 'PUT', index: index('new') });
    expect(await find(test.store, byCode('new'))).toEqual(['a']);
    expect((await test.store.readVersion(key, 1))?.method).toBe('DELETE');
  });

  it('is refused, or tried, as any deletion', async () => {
    await store();
    expect((await erase(2)).outcome).toBe('version-conflict');
    const trial = change({ id: 'a', versionId: 3, method: 'DELETE', erases: true });
    expect((await test.store.commit({ changes: [trial], isTrial: true })).outcome).toBe('committed');
    expect((await test.store.readVersion(key, 1))?.body).not.toBe('');
  });
});
