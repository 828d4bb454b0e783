import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { printResource } from '../../src/fhir/stamp-resource.ts';
import type { Change, MatchCondition, NewestCondition, ResourceKey } from '../../src/store/store.ts';
import { change, commit, describeStore, find, put, query } from './stored.ts';

const key = { resourceType: 'Basic', id: 'a' };
const code = (value: string): Change['index'] => [{ kind: 'token', parameter: 'code', system: 'urn:s', code: value }];
const to = (id: string, parameter = 'subject'): Change['index'] => [
  { kind: 'reference', parameter, type: 'Basic', id },
];
const REFERRING = ['Basic', 'List'].flatMap(resourceType =>
  ['subject', 'partOf'].map(parameter => ({ resourceType, parameter })),
);
const byCode = (value: string) => query({ where: [{ kind: 'token', parameter: 'code', anyOf: [{ code: value }] }] });

describeStore('commits', test => {
  it('takes the next version only', async () => {
    await put(test.store, { id: 'a' });
    for (const versionId of [1, 3]) {
      expect(await commit(test.store, change({ id: 'a', versionId }))).toEqual({
        outcome: 'version-conflict',
        key,
        currentVersionId: 1,
      });
    }
    expect(await commit(test.store, change({ id: 'b', versionId: 2 }))).toMatchObject({ currentVersionId: 0 });
    expect(await commit(test.store, change({ id: 'a', versionId: 2 }))).toEqual({ outcome: 'committed' });
  });

  it('lets one of many writers of the same version through', async () => {
    await put(test.store, { id: 'a' });
    const results = await Promise.all(
      Array.from({ length: 64 }, () => commit(test.store, change({ id: 'a', versionId: 2 }))),
    );
    expect(results.filter(result => result.outcome === 'committed')).toHaveLength(1);
    expect(results.filter(result => result.outcome === 'version-conflict')).toHaveLength(63);
    expect((await test.store.read(key))?.versionId).toBe(2);
  });

  it('lets one unit have a name, over a restart too, until its time is over', async () => {
    const once = (name: string, from: number) =>
      test.store.commit({ changes: [], once: { name, from, until: from + 10 } });
    const results = await Promise.all(Array.from({ length: 8 }, () => once('a', 100)));
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['committed', ...Array(7).fill('used-before')]);
    await test.reopen();
    expect(await once('a', 110)).toEqual({ outcome: 'used-before' });
    expect(await once('b', 110)).toEqual({ outcome: 'committed' });
    const trial = { changes: [], once: { name: 'c', from: 110, until: 200 }, isTrial: true };
    expect(await test.store.commit(trial)).toEqual({ outcome: 'committed' });
    expect(await once('c', 110)).toEqual({ outcome: 'committed' });
    expect(await once('a', 111)).toEqual({ outcome: 'committed' });
  });

  it('takes a name only with the changes of its unit', async () => {
    await put(test.store, { id: 'a' });
    const unit = (versionId: number) => ({
      changes: [change({ id: 'a', versionId })],
      once: { name: 'n', from: 1, until: 9 },
    });
    expect(await test.store.commit(unit(7))).toMatchObject({ outcome: 'version-conflict' });
    expect(await test.store.commit(unit(2))).toEqual({ outcome: 'committed' });
    expect(await test.store.commit(unit(3))).toEqual({ outcome: 'used-before' });
    expect((await test.store.read(key))?.versionId).toBe(2);
  });

  it('counts a deletion as a version', async () => {
    await put(test.store, { id: 'a' });
    await put(test.store, { id: 'a', versionId: 2, method: 'DELETE' });
    expect(await commit(test.store, change({ id: 'a' }))).toMatchObject({ currentVersionId: 2 });
    expect(await commit(test.store, change({ id: 'a', versionId: 3 }))).toEqual({ outcome: 'committed' });
  });

  it('applies a unit with all its changes or not at all', async () => {
    await put(test.store, { id: 'old' });
    const refused = await commit(
      test.store,
      change({ id: 'x', index: code('x'), identities: ['i'] }),
      change({ id: 'old', versionId: 2, index: code('x') }),
      change({ id: 'old', versionId: 7 }),
    );
    expect(refused.outcome).toBe('version-conflict');
    expect(await test.store.read({ resourceType: 'Basic', id: 'x' })).toBeUndefined();
    expect(await find(test.store, byCode('x'))).toEqual([]);
    expect(await test.store.changes(0, 10)).toHaveLength(1);
    expect(await commit(test.store, change({ id: 'y', identities: ['i'] }))).toEqual({ outcome: 'committed' });
  });

  it('judges the units of one batch each on its own', async () => {
    const results = await Promise.all([
      commit(test.store, change({ id: 'a' })),
      commit(test.store, change({ id: 'a' })),
      commit(test.store, change({ id: 'b' }), change({ id: 'a', versionId: 5 })),
      commit(test.store, change({ id: 'b' })),
      commit(test.store, change({ id: 'a', versionId: 2 })),
    ]);
    expect(results.map(result => result.outcome)).toEqual([
      'committed',
      'version-conflict',
      'version-conflict',
      'committed',
      'committed',
    ]);
  });

  it('takes several versions of one resource in one unit', async () => {
    const unit = [
      change({ id: 'a', index: code('one'), identities: ['i'] }),
      change({ id: 'a', versionId: 2, index: code('two'), identities: ['j'] }),
      change({ id: 'b', identities: ['i'] }),
    ];
    expect(await commit(test.store, ...unit)).toEqual({ outcome: 'committed' });
    expect(await find(test.store, byCode('one'))).toEqual([]);
    expect(await find(test.store, byCode('two'))).toEqual(['a']);
    expect((await test.store.history({ of: key, count: 5 })).versions).toHaveLength(2);
  });

  it('creates nothing where If-None-Exist finds one, and names it', async () => {
    await put(test.store, { id: 'a', index: code('x') });
    const result = await commit(test.store, change({ id: 'b', index: code('x'), ifNoneExist: byCode('x') }));
    expect(result).toEqual({ outcome: 'exists', key });
    expect(await test.store.read({ resourceType: 'Basic', id: 'b' })).toBeUndefined();
    const other = await commit(test.store, change({ id: 'b', index: code('y'), ifNoneExist: byCode('y') }));
    expect(other).toEqual({ outcome: 'committed' });
  });

  it('says when If-None-Exist finds several', async () => {
    await put(test.store, { id: 'a', index: code('x') });
    await put(test.store, { id: 'b', index: code('x') });
    const result = await commit(test.store, change({ id: 'c', index: code('x'), ifNoneExist: byCode('x') }));
    expect(result).toEqual({ outcome: 'multiple-matches' });
  });

  it('judges If-None-Exist inside the commit: of 64 racing writers one creates', async () => {
    for (const round of ['x', 'y', 'z']) {
      const results = await Promise.all(
        Array.from({ length: 64 }, (_, i) =>
          commit(test.store, change({ id: `${round}${i}`, index: code(round), ifNoneExist: byCode(round) })),
        ),
      );
      const created = results.findIndex(result => result.outcome === 'committed');
      const exists = { outcome: 'exists', key: { resourceType: 'Basic', id: `${round}${created}` } };
      expect(results.filter(result => result.outcome === 'committed')).toHaveLength(1);
      expect(results.filter((_, i) => i !== created)).toEqual(Array(63).fill(exists));
      expect(await find(test.store, byCode(round))).toEqual([`${round}${created}`]);
    }
  });

  it('does not count a deleted resource or an old version for If-None-Exist', async () => {
    await put(test.store, { id: 'a', index: code('x') });
    await put(test.store, { id: 'a', versionId: 2, method: 'DELETE' });
    await put(test.store, { id: 'b', index: code('x') });
    await put(test.store, { id: 'b', versionId: 2, index: code('y') });
    const result = await commit(test.store, change({ id: 'c', index: code('x'), ifNoneExist: byCode('x') }));
    expect(result).toEqual({ outcome: 'committed' });
  });

  it('applies a unit only if its searches find what they found when it was made', async () => {
    await put(test.store, { id: 'a', index: code('x') });
    const conditional = (made: Change, condition: MatchCondition) =>
      test.store.commit({ changes: [made], matches: [condition] });
    const second = change({ id: 'a', versionId: 2, index: code('x') });
    const changed = { outcome: 'matches-changed' };
    expect(await conditional(change({ id: 'b' }), { query: byCode('x') })).toEqual(changed);
    expect(await conditional(second, { query: byCode('y'), id: 'a' })).toEqual(changed);
    expect(await conditional(second, { query: byCode('x'), id: 'b' })).toEqual(changed);
    expect(await test.store.changes(0, 10)).toHaveLength(1);
    expect(await conditional(second, { query: byCode('x'), id: 'a' })).toEqual({ outcome: 'committed' });
    expect(await conditional(change({ id: 'b' }), { query: byCode('y') })).toEqual({ outcome: 'committed' });
    await put(test.store, { id: 'c', index: code('x') });
    const third = change({ id: 'a', versionId: 3, method: 'DELETE' });
    expect(await conditional(third, { query: byCode('x'), id: 'a' })).toEqual(changed);
    await put(test.store, { id: 'c', versionId: 2, method: 'DELETE' });
    expect(await conditional(third, { query: byCode('x'), id: 'a' })).toEqual({ outcome: 'committed' });
  });

  it('judges the searches of a unit inside the commit: of 64 racing writers that found nothing one creates', async () => {
    const results = await Promise.all(
      Array.from({ length: 64 }, (_, i) =>
        test.store.commit({
          changes: [change({ id: `m${i}`, index: code('x') })],
          matches: [{ query: byCode('y') }, { query: byCode('x') }],
        }),
      ),
    );
    expect(results.filter(({ outcome }) => outcome === 'committed')).toHaveLength(1);
    expect(results.filter(({ outcome }) => outcome === 'matches-changed')).toHaveLength(63);
    expect(await find(test.store, byCode('x'))).toHaveLength(1);
  });

  it('applies a unit only if a search finds nothing newer than it did', async () => {
    const attempt = (condition: NewestCondition, id: string) =>
      test.store.commit({ changes: [change({ id })], nothingNew: [condition] });
    const changed = { outcome: 'matches-changed' };
    const newest = (id: string, versionId: number) => ({
      query: byCode('n'),
      newest: { resourceType: 'Basic', id, versionId },
    });
    expect(await attempt(newest('a', 1), 'b')).toEqual(changed);
    expect(await attempt({ query: byCode('n') }, 'b')).toEqual({ outcome: 'committed' });
    await put(test.store, { id: 'a', index: code('n') });
    await put(test.store, { id: 'c', index: code('n') });
    expect(await attempt({ query: byCode('n') }, 'd')).toEqual(changed);
    expect(await attempt(newest('a', 1), 'd')).toEqual(changed);
    expect(await attempt(newest('c', 1), 'd')).toEqual({ outcome: 'committed' });
    await put(test.store, { id: 'a', versionId: 2, index: code('n') });
    expect(await attempt(newest('c', 1), 'e')).toEqual(changed);
    expect(await attempt(newest('a', 1), 'e')).toEqual(changed);
    expect(await attempt(newest('a', 2), 'e')).toEqual({ outcome: 'committed' });
    expect(await test.store.read({ resourceType: 'Basic', id: 'd' })).toBeDefined();
  });

  it('applies a unit only if what it leaves as it is has not changed', async () => {
    await put(test.store, { id: 'a' });
    await put(test.store, { id: 'gone' });
    await put(test.store, { id: 'gone', versionId: 2, method: 'DELETE' });
    const current = (id: string, versionId: number) => ({ resourceType: 'Basic', id, versionId });
    const attempt = (...mustBeCurrent: ReturnType<typeof current>[]) =>
      test.store.commit({ changes: [change({ id: 'b' })], mustBeCurrent });
    for (const wrong of [current('a', 0), current('a', 2), current('gone', 1), current('never', 1)]) {
      const result = await attempt(current('a', 1), wrong);
      expect(result).toMatchObject({ outcome: 'version-conflict', key: { id: wrong.id } });
    }
    expect(await test.store.read({ resourceType: 'Basic', id: 'b' })).toBeUndefined();
    const result = await attempt(current('a', 1), current('gone', 2), current('never', 0));
    expect(result).toEqual({ outcome: 'committed' });
  });

  it('gives a business identity to one resource only', async () => {
    const results = await Promise.all(
      Array.from({ length: 64 }, (_, i) =>
        commit(test.store, change({ id: `c${i}`, identities: ['claim 1', `own ${i}`] })),
      ),
    );
    const winner = results.findIndex(result => result.outcome === 'committed');
    const taken = { outcome: 'identity-taken', identity: 'claim 1', key: { resourceType: 'Basic', id: `c${winner}` } };
    expect(results.filter((_, i) => i !== winner)).toEqual(Array(63).fill(taken));
  });

  it('names every identity of a unit that others have', async () => {
    await put(test.store, { id: 'a', identities: ['one', 'two'] });
    const result = await commit(
      test.store,
      change({ id: 'b', identities: ['two'] }),
      change({ id: 'c', identities: ['three'] }),
      change({ id: 'd', identities: ['one', 'three'] }),
    );
    expect(result).toEqual({
      outcome: 'identity-taken',
      identity: 'two',
      key,
      others: [
        { identity: 'one', key },
        { identity: 'three', key: { resourceType: 'Basic', id: 'c' } },
      ],
    });
  });

  it('lets a resource keep, change and drop its identity', async () => {
    await put(test.store, { id: 'a', identities: ['one'] });
    await put(test.store, { id: 'a', versionId: 2, identities: ['one', 'two'] });
    expect(await commit(test.store, change({ id: 'b', identities: ['two'] }))).toMatchObject({ identity: 'two', key });
    await put(test.store, { id: 'a', versionId: 3, identities: ['two'] });
    await put(test.store, { id: 'b', identities: ['one'] });
    await put(test.store, { id: 'a', versionId: 4, method: 'DELETE' });
    await put(test.store, { id: 'c', identities: ['two'] });
  });

  it('moves an identity within a unit, whatever the order of its changes', async () => {
    await put(test.store, { id: 'a', identities: ['one'] });
    const gone = change({ id: 'a', versionId: 2, method: 'DELETE' });
    expect(await commit(test.store, change({ id: 'b', identities: ['one'] }), gone)).toEqual({ outcome: 'committed' });
    expect(await commit(test.store, change({ id: 'c', identities: ['one'] }))).toMatchObject({
      outcome: 'identity-taken',
      key: { resourceType: 'Basic', id: 'b' },
    });
  });

  it('refuses two resources of one unit that claim the same identity', async () => {
    const result = await commit(
      test.store,
      change({ id: 'a', identities: ['i'] }),
      change({ id: 'b', identities: ['i'] }),
    );
    expect(result).toMatchObject({ outcome: 'identity-taken', identity: 'i', key });
    expect(await test.store.read(key)).toBeUndefined();
  });

  it('wants the resources that must exist, and names all that do not', async () => {
    await put(test.store, { id: 'there' });
    await put(test.store, { id: 'gone' });
    await put(test.store, { id: 'gone', versionId: 2, method: 'DELETE' });
    const keyOf = (id: string) => ({ resourceType: 'Basic', id });
    const changes = [change({ id: 'new' })];
    const mustExist = ['there', 'never', 'new', 'gone'].map(keyOf);
    expect(await test.store.commit({ changes, mustExist })).toEqual({
      outcome: 'references-missing',
      missing: [keyOf('never'), keyOf('gone')],
    });
    expect(await test.store.read(keyOf('new'))).toBeUndefined();
    expect(await test.store.commit({ changes, mustExist: ['there', 'new'].map(keyOf) })).toEqual({
      outcome: 'committed',
    });
  });

  it('notices that what must exist was deleted since it was last seen', async () => {
    await put(test.store, { id: 'a' });
    const unit = (id: string) => ({ changes: [change({ id })], mustExist: [key] });
    expect(await test.store.commit(unit('b'))).toEqual({ outcome: 'committed' });
    const results = await Promise.all([
      test.store.commit(unit('c')),
      commit(test.store, change({ id: 'a', versionId: 2, method: 'DELETE' })),
      test.store.commit(unit('d')),
      commit(test.store, change({ id: 'a', versionId: 3 })),
      test.store.commit(unit('e')),
    ]);
    expect(results.map(result => result.outcome)).toEqual([
      'committed',
      'committed',
      'references-missing',
      'committed',
      'committed',
    ]);
  });

  it('does not take for existing what the unit itself deletes', async () => {
    await put(test.store, { id: 'a' });
    const changes = [change({ id: 'a', versionId: 2, method: 'DELETE' }), change({ id: 'b' })];
    expect((await test.store.commit({ changes, mustExist: [key] })).outcome).toBe('references-missing');
  });

  it('answers first that it exists, then the version, the identity, the references', async () => {
    await put(test.store, { id: 'a', index: code('x'), identities: ['i'] });
    const mustExist = [{ resourceType: 'Basic', id: 'never' }];
    const wrong = { id: 'a', identities: ['i'], ifNoneExist: byCode('x') };
    expect((await test.store.commit({ changes: [change(wrong)], mustExist })).outcome).toBe('exists');
    const other = { ...wrong, ifNoneExist: byCode('other') };
    expect((await test.store.commit({ changes: [change(other)], mustExist })).outcome).toBe('version-conflict');
    const fresh = { ...other, id: 'b' };
    expect((await test.store.commit({ changes: [change(fresh)], mustExist })).outcome).toBe('identity-taken');
    const only = { ...fresh, identities: [] };
    expect((await test.store.commit({ changes: [change(only)], mustExist })).outcome).toBe('references-missing');
  });

  it('deletes what nothing refers to, and names up to ten that do', async () => {
    await put(test.store, { id: 'a' });
    await put(test.store, { id: 'b' });
    const gone = (...keys: ResourceKey[]) =>
      test.store.commit({
        changes: keys.map(({ id }) => change({ id, versionId: 2, method: 'DELETE' })),
        unreferred: { keys, by: REFERRING },
      });
    await put(test.store, { resourceType: 'List', id: 'l', index: to('a') });
    await put(test.store, { resourceType: 'Flag', id: 'not-looked-for', index: to('a') });
    await put(test.store, { id: 'other-parameter', index: to('a', 'author') });
    const by = [{ resourceType: 'List', id: 'l' }];
    expect(await gone(key)).toEqual({ outcome: 'referred', key, by, isMore: false });
    expect(await gone({ ...key, id: 'b' }, key)).toEqual({ outcome: 'referred', key, by, isMore: false });
    for (let i = 0; i < 11; i++) await put(test.store, { id: `r${i}`, index: [...to('a'), ...to('a', 'partOf')] });
    const refused = await gone(key);
    if (refused.outcome !== 'referred') throw new Error(refused.outcome);
    expect(new Set(refused.by.map(({ id }) => id)).size).toBe(10);
    expect(refused.isMore).toBe(true);
    expect((await test.store.read(key))?.versionId).toBe(1);
    expect(await gone({ ...key, id: 'b' })).toEqual({ outcome: 'committed' });
  });

  it('does not count who refers no longer, or whom the unit itself writes or deletes', async () => {
    for (const id of ['a', 'b']) await put(test.store, { id });
    await put(test.store, { id: 'gone', index: to('a') });
    await put(test.store, { id: 'gone', versionId: 2, method: 'DELETE' });
    await put(test.store, { id: 'turned', index: to('a') });
    await put(test.store, { id: 'turned', versionId: 2, index: to('b') });
    await put(test.store, { id: 'c', index: to('a') });
    await put(test.store, { id: 'd', index: to('a') });
    const unreferred = { keys: [key], by: REFERRING };
    const deletion = change({ id: 'a', versionId: 2, method: 'DELETE' });
    const turning = change({ id: 'd', versionId: 2, index: to('b') });
    const alone = await test.store.commit({ changes: [deletion, turning], unreferred });
    expect(alone).toMatchObject({ outcome: 'referred', by: [{ id: 'c' }] });
    const changes = [deletion, change({ id: 'c', versionId: 2, method: 'DELETE' }), turning];
    expect(await test.store.commit({ changes, unreferred })).toEqual({ outcome: 'committed' });
  });

  it('lets a reference and the deletion of what it leads to end as if one came first', async () => {
    for (let round = 0; round < 20; round++) {
      const id = `t${round}`;
      const target = { resourceType: 'Basic', id };
      await put(test.store, { id });
      const refer = (from: string) =>
        test.store.commit({ changes: [change({ id: from, index: to(id) })], mustExist: [target] });
      const remove = () =>
        test.store.commit({
          changes: [change({ id, versionId: 2, method: 'DELETE' })],
          unreferred: { keys: [target], by: REFERRING },
        });
      const order = [() => refer(`x${round}`), remove, () => refer(`y${round}`)];
      const first = order.splice(round % 3, 1);
      const results = await Promise.all([...first, ...order].map(act => act()));
      const outcomes = results.map(({ outcome }) => outcome).sort();
      expect(outcomes).toEqual(
        (await test.store.read(target))?.method === 'DELETE'
          ? ['committed', 'references-missing', 'references-missing']
          : ['committed', 'committed', 'referred'],
      );
    }
  });

  it('judges a trial as a unit that is to be applied, and changes nothing', async () => {
    await put(test.store, { id: 'a', index: code('x'), identities: ['i'] });
    const trial = (given: Parameters<typeof change>[0], mustExist: readonly ResourceKey[] = []) =>
      test.store.commit({ changes: [change(given)], mustExist, isTrial: true });
    const fresh = { id: 'b', index: code('x'), identities: ['j'] };
    expect(await trial(fresh, [key])).toEqual({ outcome: 'committed' });
    expect(await trial({ id: 'a', versionId: 2, method: 'DELETE' })).toEqual({ outcome: 'committed' });
    expect((await trial({ ...fresh, ifNoneExist: byCode('x') })).outcome).toBe('exists');
    expect((await trial({ id: 'a' })).outcome).toBe('version-conflict');
    expect((await trial({ ...fresh, identities: ['i'] })).outcome).toBe('identity-taken');
    expect((await trial(fresh, [{ resourceType: 'Basic', id: 'b2' }])).outcome).toBe('references-missing');

    expect(await test.store.read({ resourceType: 'Basic', id: 'b' })).toBeUndefined();
    expect((await test.store.read(key))?.versionId).toBe(1);
    expect(await find(test.store, byCode('x'))).toHaveLength(1);
    expect(await test.store.changes(0, 10)).toHaveLength(1);
    expect(test.store.statistics()).toMatchObject({ unitsCommitted: 1, unitsRefused: 0, unitsTried: 6 });
    const results = await Promise.all([trial(fresh), commit(test.store, change(fresh)), trial(fresh)]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['committed', 'committed', 'version-conflict']);
  });

  it.each([2, 1000])(
    'gives a unit of %i changes the time at which it takes its place, in its texts too',
    async count => {
      let clock = Date.UTC(2040, 0, 1);
      const stamp = { versionId: 1, lastUpdated: Date.UTC(2020, 0, 1) };
      const changes = Array.from({ length: count }, (_, i) => {
        const id = `t${i}`;
        const resource = { resourceType: 'Basic', code: { text: 'é "lastUpdated":"' } };
        return change({ id, lastUpdated: stamp.lastUpdated, text: printResource(resource, { ...stamp, id }) });
      });
      await put(test.store, { id: 'gone' });
      changes.push(change({ id: 'gone', versionId: 2, method: 'DELETE' }));
      let isDone = false;
      const large = test.store.commit({ changes, time: () => clock++ }).then(result => {
        isDone = true;
        return result;
      });
      const small: Promise<unknown>[] = [];
      for (let i = 0; !isDone && i < 2_000 * test.backend.part; i++) {
        small.push(test.store.commit({ changes: [change({ id: `s${i}`, lastUpdated: clock++ })] }));
        await setImmediate();
      }
      expect(await large).toEqual({ outcome: 'committed' });
      await Promise.all(small);
      const seen = [];
      for (let last = 0; ; last = seen.at(-1)!.sequence) {
        const some = await test.store.changes(last, 1000);
        if (some.length === 0) break;
        seen.push(...some);
      }
      const times = seen.map(({ lastUpdated }) => lastUpdated);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      const ofUnit = seen.filter(({ id, method }) => id.startsWith('t') || method === 'DELETE');
      expect(new Set(ofUnit.map(({ lastUpdated }) => lastUpdated)).size).toBe(1);
      const first = (await test.store.read({ resourceType: 'Basic', id: 't0' }))!;
      const told = new Date(first.lastUpdated).toISOString();
      expect(first.body).toBe(
        `{"resourceType":"Basic","id":"t0","meta":{"versionId":"1","lastUpdated":"${told}"},"code":{"text":"é \\"lastUpdated\\":\\""}}`,
      );
    },
  );

  it('commits a large unit that was handed over before it was closed', async () => {
    const changes = Array.from({ length: 3000 }, (_, i) => change({ id: `c${i}`, method: 'DELETE' }));
    const large = test.store.commit({ changes, time: () => Date.UTC(2040, 0, 1) });
    await test.reopen();
    expect(await large).toEqual({ outcome: 'committed' });
    expect((await test.store.read({ resourceType: 'Basic', id: 'c2999' }))?.versionId).toBe(1);
  });

  it('lists changes in the order of their commit without a gap', async () => {
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        commit(test.store, change({ id: `a${i}` }), change({ id: i % 3 === 0 ? 'a1' : `b${i}` })),
      ),
    );
    const seen = [];
    for (let last = 0; ; ) {
      const some = await test.store.changes(last, 7);
      if (some.length === 0) break;
      seen.push(...some);
      last = some.at(-1)!.sequence;
    }
    const sequences = seen.map(version => version.sequence);
    expect(sequences).toEqual(sequences.map((_, i) => sequences[0]! + i));
    expect(seen.map(version => version.lastUpdated)).toEqual(seen.map(version => version.lastUpdated).sort());
    expect(new Set(seen.map(version => `${version.id}/${version.versionId}`)).size).toBe(seen.length);
  });

  it('counts what it does', async () => {
    await put(test.store, { id: 'a' });
    await commit(test.store, change({ id: 'a' }));
    expect(test.store.statistics()).toMatchObject({
      unitsCommitted: 1,
      unitsRefused: 1,
      unitsFailed: 0,
      unitsQueued: 0,
    });
  });
});
