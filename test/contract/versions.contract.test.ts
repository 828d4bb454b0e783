import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runsOf } from '../store-url.ts';
import { change, commit, describeStore, put, summary } from './stored.ts';

const key = { resourceType: 'Basic', id: 'a' };

describeStore('versions', test => {
  it('gives back what was stored, with its version, time and method', async () => {
    const stored = await put(test.store, { id: 'a', text: '{"resourceType":"Basic","id":"a"}' });
    expect(await test.store.read(key)).toMatchObject({
      ...key,
      versionId: 1,
      lastUpdated: stored.lastUpdated,
      method: 'POST',
      body: '{"resourceType":"Basic","id":"a"}',
    });
  });

  it('knows nothing of what was never stored', async () => {
    await put(test.store, { id: 'a' });
    expect(await test.store.read({ resourceType: 'Basic', id: 'b' })).toBeUndefined();
    expect(await test.store.read({ resourceType: 'List', id: 'a' })).toBeUndefined();
    expect(await test.store.readVersion(key, 2)).toBeUndefined();
    expect(await test.store.readVersion(key, 0)).toBeUndefined();
    expect(await test.store.readVersion({ resourceType: 'Basic', id: 'b' }, 1)).toBeUndefined();
    expect((await test.store.history({ of: { resourceType: 'Basic', id: 'b' }, count: 10 })).versions).toEqual([]);
  });

  it('reads the newest version as soon as its commit was answered, however often the one before was read', async () => {
    await put(test.store, { id: 'a', text: 'one' });
    for (let versionId = 2; versionId < 50; versionId++) {
      await test.store.read(key);
      await put(test.store, { id: 'a', versionId, text: `text ${versionId}` });
      expect((await test.store.read(key))?.body).toBe(`text ${versionId}`);
    }
  });

  it('keeps every version', async () => {
    await put(test.store, { id: 'a', text: 'one' });
    await put(test.store, { id: 'a', text: 'two', versionId: 2 });
    await put(test.store, { id: 'a', versionId: 3, method: 'DELETE' });
    await put(test.store, { id: 'a', text: 'four', versionId: 4 });
    const versions = [1, 2, 3, 4].map(versionId => test.store.readVersion(key, versionId));
    expect((await Promise.all(versions)).map(summary)).toEqual([
      ['Basic', 'a', 1, 'POST', 'one'],
      ['Basic', 'a', 2, 'PUT', 'two'],
      ['Basic', 'a', 3, 'DELETE', ''],
      ['Basic', 'a', 4, 'PUT', 'four'],
    ]);
  });

  it('reads a deletion as the current version', async () => {
    await put(test.store, { id: 'a' });
    await put(test.store, { id: 'a', versionId: 2, method: 'DELETE' });
    expect(summary(await test.store.read(key))).toEqual(['Basic', 'a', 2, 'DELETE', '']);
  });

  it('pages through a history, newest first, also while new versions come', async () => {
    for (let versionId = 1; versionId <= 7; versionId++) await put(test.store, { id: 'a', versionId });
    await put(test.store, { id: 'b' });
    const first = await test.store.history({ of: key, count: 3 });
    expect(first.versions.map(version => version.versionId)).toEqual([7, 6, 5]);
    expect(first.total).toBe(7);
    await put(test.store, { id: 'a', versionId: 8 });
    const second = await test.store.history({ of: key, count: 3 }, first.next!);
    expect(second.versions.map(version => version.versionId)).toEqual([4, 3, 2]);
    const third = await test.store.history({ of: key, count: 3 }, second.next!);
    expect(third.versions.map(version => version.versionId)).toEqual([1]);
    expect(third.next).toBeUndefined();
  });

  it('ends a history that fills its last page', async () => {
    for (let versionId = 1; versionId <= 4; versionId++) await put(test.store, { id: 'a', versionId });
    const page = await test.store.history({ of: key, count: 4 });
    expect(page.versions).toHaveLength(4);
    expect(page.next).toBeUndefined();
  });

  it('keeps any text byte for byte', async () => {
    // Of a type whose words are not indexed: those of what is no JSON cannot be.
    let next = 0;
    const texts = fc.oneof(
      fc.json(),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('', '\u0000', '1.0E2 \u{1f3e5}'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 10 }), async written => {
        const ids = written.map(() => `t${next++}`);
        await commit(test.store, ...written.map((text, i) => change({ resourceType: 'List', id: ids[i]!, text })));
        const read = await Promise.all(ids.map(id => test.store.read({ resourceType: 'List', id })));
        expect(read.map(version => version?.body)).toEqual(written.map(text => Buffer.from(text).toString()));
      }),
      { numRuns: runsOf(50) },
    );
  });

  it('keeps texts of a megabyte and more, side by side with small ones', async () => {
    const large = `{"text":"${'Ouagadougou é ü 🏥 '.repeat(100_000)}"}`;
    const random = JSON.stringify(Array.from({ length: 100_000 }, () => Math.random()));
    const texts = ['{}', large, '[]', random, 'x'.repeat(20_000)];
    await Promise.all(texts.map((text, i) => put(test.store, { id: `t${i}`, text })));
    const read = await Promise.all(texts.map((_, i) => test.store.read({ resourceType: 'Basic', id: `t${i}` })));
    expect(read.map(version => version?.body === texts[Number(version?.id.slice(1))])).toEqual(texts.map(() => true));
  });

  it('has everything after it was closed and opened again', async () => {
    await put(test.store, { id: 'a', text: 'one', index: [{ kind: 'token', parameter: 'code', code: 'x' }] });
    const last = await put(test.store, { id: 'a', text: 'two', versionId: 2, index: [] });
    const { signingKey } = test.store;
    await test.reopen();
    expect(summary(await test.store.read(key))).toEqual(['Basic', 'a', 2, 'PUT', 'two']);
    expect(summary(await test.store.readVersion(key, 1))).toEqual(['Basic', 'a', 1, 'POST', 'one']);
    expect(test.store.signingKey).toEqual(signingKey);
    expect(test.store.signingKey).toHaveLength(32);
    expect(test.store.lastUpdated).toBe(last.lastUpdated);
    await put(test.store, { id: 'a', versionId: 3 });
  });

  it('knows the greatest time stored', async () => {
    expect(test.store.lastUpdated).toBe(0);
    const { lastUpdated } = await put(test.store, { id: 'a' });
    expect(test.store.lastUpdated).toBe(lastUpdated);
  });

  it('refuses work after it was closed, and closes twice without harm', async () => {
    await test.store.close();
    await test.store.close();
    await expect(test.store.read(key)).rejects.toMatchObject({ name: 'StoreError', kind: 'unavailable' });
    await expect(commit(test.store, change({ id: 'a' }))).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(test.store.check()).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('commits what was accepted before it was closed', async () => {
    const commits = Array.from({ length: 200 }, (_, i) => put(test.store, { id: `c${i}` }));
    await test.reopen();
    await Promise.all(commits);
    expect(await test.store.changes(0, 1000)).toHaveLength(200);
  });

  it('tells of all changes where the bodies of some types only are asked for', async () => {
    await put(test.store, { id: 'a', resourceType: 'List', text: 'one' });
    await put(test.store, { id: 'b', resourceType: 'Group', text: 'two' });
    const changes = await test.store.changes(0, 10, ['Group']);
    expect(changes.map(({ id, versionId }) => `${id} ${versionId}`)).toEqual(['a 1', 'b 1']);
    expect(changes[1]).toMatchObject({ body: 'two', bodyBytes: 3 });
    expect(['', 'one']).toContain(changes[0]!.body);
  });

  it('gives the newest version of each resource of some types, from a place on, in the order of commits', async () => {
    const newest = async (types: string[], after: number, limit = 10): Promise<unknown[]> =>
      (await test.store.newest(types, after, limit)).map(({ resourceType, id, versionId, method, body }) =>
        [resourceType, id, versionId, method, body].join(' '),
      );
    await put(test.store, { id: 'a', resourceType: 'List', text: 'one' });
    await put(test.store, { id: 'b', resourceType: 'Group', text: 'two' });
    await put(test.store, { id: 'c' });
    await put(test.store, { id: 'a', resourceType: 'List', versionId: 2, text: 'three' });
    await put(test.store, { id: 'd', resourceType: 'List', text: 'four' });
    const all = ['Group b 1 POST two', 'List a 2 PUT three', 'List d 1 POST four'];
    expect(await newest(['List', 'Group'], 0)).toEqual(all);
    expect(await newest(['List', 'Group'], 0, 2)).toEqual(all.slice(0, 2));
    expect(await newest(['Group'], 0)).toEqual(all.slice(0, 1));
    expect(await newest([], 0)).toEqual([]);
    const [, , { sequence: last } = { sequence: 0 }] = await test.store.newest(['List', 'Group'], 0, 10);
    expect(await newest(['List', 'Group'], last)).toEqual([]);
    await put(test.store, { id: 'b', resourceType: 'Group', versionId: 2, method: 'DELETE' });
    expect(await newest(['List', 'Group'], last)).toEqual(['Group b 2 DELETE ']);
  });

  it('answers that it is well', async () => {
    await expect(test.store.check()).resolves.toBeUndefined();
  });
});
