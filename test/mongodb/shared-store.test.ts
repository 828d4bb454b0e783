import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import type { SequencedVersion, Store } from '../../src/store/store.ts';
import { change, commit, find, put, query } from '../contract/stored.ts';

const { url } = inject('mongodb')!;

let stores: Store[];

beforeEach(async () => {
  const name = `shared-${randomUUID().slice(0, 8)}`;
  stores = await Promise.all([openStore(`${url}/${name}`), openStore(`${url}/${name}`)]);
});

afterEach(() => Promise.all(stores.map(store => store.close())));

const byCode = (code: string) => query({ where: [{ kind: 'token', parameter: 'code', anyOf: [{ code }] }] });
const token = (code: string) => [{ kind: 'token', parameter: 'code', code }] as const;

it('shows to one process what the other was answered for', async () => {
  const [one, other] = stores as [Store, Store];
  expect(one.signingKey).toEqual(other.signingKey);
  for (let versionId = 1; versionId <= 5; versionId++) {
    const writer = versionId % 2 === 0 ? other : one;
    const reader = versionId % 2 === 0 ? one : other;
    await put(writer, { id: 'a', versionId, index: token(`v${versionId}`) });
    expect((await reader.read({ resourceType: 'Basic', id: 'a' }))?.versionId).toBe(versionId);
    expect(await find(reader, byCode(`v${versionId}`))).toEqual(['a']);
    expect((await reader.newest(['Basic'], versionId - 1, 9)).map(({ sequence }) => sequence)).toEqual([versionId]);
  }
});

it('lets one of two racing processes through, and judges the other by what that one did', async () => {
  for (const round of ['x', 'y', 'z']) {
    const results = await Promise.all(
      stores.flatMap((store, i) =>
        Array.from({ length: 8 }, (_, n) =>
          commit(store, change({ id: `${round}${i}-${n}`, index: token(round), ifNoneExist: byCode(round) })),
        ),
      ),
    );
    expect(results.filter(({ outcome }) => outcome === 'committed')).toHaveLength(1);
    expect(results.filter(({ outcome }) => outcome === 'exists')).toHaveLength(15);
    const identity = await Promise.all(
      stores.map((store, i) => commit(store, change({ id: `i${round}${i}`, identities: [`claim ${round}`] }))),
    );
    expect(identity.map(({ outcome }) => outcome).sort()).toEqual(['committed', 'identity-taken']);
  }
});

it('gives a reader of changes every unit of two writers, whole and in order, whenever it looks', async () => {
  const [reader] = stores as [Store];
  const seen: SequencedVersion[] = [];
  let isWriting = true;
  const reading = (async () => {
    for (let isLast = false; !isLast; ) {
      isLast = !isWriting;
      const page = await reader.changes(seen.at(-1)?.sequence ?? 0, 1000);
      seen.push(...page);
      // Both changes of a unit come together.
      expect(seen.length % 2).toBe(0);
    }
  })();
  await Promise.all(
    stores.flatMap((store, i) =>
      Array.from({ length: 40 }, async (_, n) => {
        const id = `${i}-${n}`;
        const result = await commit(store, change({ id }), change({ id, resourceType: 'List' }));
        expect(result.outcome).toBe('committed');
      }),
    ),
  );
  isWriting = false;
  await reading;
  expect(seen.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 160 }, (_, i) => i + 1));
  expect(new Set(seen.map(({ resourceType, id }) => `${resourceType}/${id}`)).size).toBe(160);
  for (let i = 0; i < seen.length; i += 2) expect(seen[i]!.id).toBe(seen[i + 1]!.id);
});
