import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { Condition } from '../../search/query.ts';
import type { Change, Store } from '../store.ts';
import { rollBack } from './roll-back.ts';
import { openSqliteStore } from './sqlite-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'kiungo-roll-back-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is done to one of a few resources: it gets a value and perhaps an identity, or is deleted. */
interface Deed {
  id: string;
  value: number;
  isDeletion: boolean;
  hasIdentity: boolean;
}

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
const deed: fc.Arbitrary<Deed> = fc.record({
  id: fc.constantFrom(...IDS),
  value: fc.nat(3),
  isDeletion: fc.boolean(),
  hasIdentity: fc.boolean(),
});

const INDEX_STATE = JSON.stringify({ built: { code: '1', _content: '1' } });

/** Does the deeds of which none is refused otherwise: each a version, its time its place. */
const act = async (store: Store, deeds: readonly Deed[], from: number): Promise<string[]> => {
  const outcomes: string[] = [];
  for (const [place, { id, value, isDeletion, hasIdentity }] of deeds.entries()) {
    const versionId = ((await store.read({ resourceType: 'Basic', id }))?.versionId ?? 0) + 1;
    const change: Change = {
      ...{ resourceType: 'Basic', id, versionId, lastUpdated: from + place },
      ...(isDeletion && versionId > 1
        ? { method: 'DELETE', index: [] }
        : {
            method: 'PUT',
            text: JSON.stringify({ resourceType: 'Basic', id, code: { text: `word${value}` } }),
            index: [
              { kind: 'token', parameter: 'code', system: 'urn:s', code: `c${value}` },
              { kind: 'string', parameter: 'name', text: `N${value}`, folded: `n${value}` },
              { kind: 'date', parameter: 'date', low: value * 10, high: value * 10 + 5 },
              { kind: 'reference', parameter: 'subject', type: 'Patient', id: `p${value}` },
            ],
            ...(hasIdentity && { identities: [`urn:i|${value}`] }),
          }),
    };
    outcomes.push((await store.commit({ changes: [change] })).outcome);
  }
  return outcomes;
};

const CONDITIONS: Condition[] = [0, 1, 2, 3].flatMap((value): Condition[] => [
  { kind: 'token', parameter: 'code', anyOf: [{ code: `c${value}` }] },
  { kind: 'string', parameter: 'name', anyOf: [{ match: 'starts', text: `n${value}` }] },
  { kind: 'date', parameter: 'date', anyOf: [{ prefix: 'eq', low: value * 10, high: value * 10 + 5 }] },
  { kind: 'reference', parameter: 'subject', anyOf: [{ type: 'Patient', id: `p${value}` }] },
  { kind: 'missing', parameter: 'code', isMissing: true },
  { kind: 'text', part: 'content', anyOf: [[{ words: `word${value}`, isBegun: false }]], isIndexed: false },
]);

/** All that can be seen of a store. */
const seen = async (store: Store): Promise<unknown> => ({
  found: await Promise.all(
    [...CONDITIONS.map(condition => [condition]), []].map(async where => {
      const page = await store.search({ resourceType: 'Basic', where, sort: [], count: 50, total: 'accurate' });
      return [page.total, page.versions];
    }),
  ),
  changes: await store.changes(0, 1000),
  histories: await Promise.all(
    IDS.map(id => store.history({ of: { resourceType: 'Basic', id }, count: 100 }).then(({ versions }) => versions)),
  ),
  current: await Promise.all(IDS.map(id => store.read({ resourceType: 'Basic', id }))),
});

test('what went back to a moment is, and goes on, as a store to which nothing else was done', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { minLength: 1, maxLength: 40, size: 'max' }),
      fc.array(deed, { maxLength: 40, size: 'max' }),
      fc.array(deed, { maxLength: 8 }),
      fc.constantFrom(1, 30, 1000),
      async (before, later, after, foldRows) => {
        const file = join(folder, `${run++}.db`);
        const options = { foldRows, fullTextTypes: ['Basic'] };
        const store = await openSqliteStore(file, options);
        const plain = await openSqliteStore(undefined, options);
        await store.commit({ changes: [], indexing: { resources: [], states: new Map([['Basic', INDEX_STATE]]) } });
        await act(store, before, 1);
        const hasLater = (await act(store, later, 1000)).includes('committed');
        await store.close();
        rollBack(file, 999, () => undefined);
        const back = await openSqliteStore(file, options);
        try {
          await act(plain, before, 1);
          expect(await seen(back)).toEqual(await seen(plain));
          expect(await act(back, after, 2000)).toEqual(await act(plain, after, 2000));
          expect(await seen(back)).toEqual(await seen(plain));
          if (hasLater) {
            const { built, work } = JSON.parse((await back.indexStates()).get('Basic')!);
            expect([built, work.wanted]).toEqual([{ code: '1' }, { code: '1', _content: '1' }]);
          }
        } finally {
          await Promise.all([back.close(), plain.close()]);
        }
      },
    ),
    { numRuns: 3 },
  );
});
