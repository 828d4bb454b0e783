import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe } from 'vitest';
import type { IndexEntry } from '../../src/search/index-entry.ts';
import type { Condition, SearchQuery, SortKey } from '../../src/search/query.ts';
import type { Change, CommitResult, Cursor, Page, Store, StoredVersion } from '../../src/store/store.ts';
import { type Backend, backends } from './backends.ts';

export interface UnderTest {
  store: Store;
  backend: Backend;
  /** Closes the store and opens it again. */
  reopen(): Promise<void>;
}

/** Runs tests on every backend, each test on an empty store. */
export function describeStore(theme: string, define: (test: UnderTest) => void): void {
  describe.each(backends)(`$name store: ${theme}`, backend => {
    const folders: string[] = [];
    const test: UnderTest = {
      store: undefined as unknown as Store,
      backend,
      reopen: async () => {
        await test.store.close();
        test.store = await backend.open(folders.at(-1)!);
      },
    };
    beforeEach(async () => {
      folders.push(await mkdtemp(join(tmpdir(), 'kiungo-contract-')));
      test.store = await backend.open(folders.at(-1)!);
    });
    afterEach(async () => {
      await test.store.close();
      await rm(folders.pop()!, { recursive: true });
    });
    define(test);
  });
}

let clock = Date.UTC(2026, 0, 1);

/** A change with what a test does not care about filled in: a Basic, posted as version 1 a millisecond after the one before. */
export function change(change: Partial<Change> & { id: string }): Change {
  const resourceType = change.resourceType ?? 'Basic';
  const versionId = change.versionId ?? 1;
  clock++;
  const text = JSON.stringify({ resourceType, id: change.id, meta: { versionId: String(versionId) } });
  return {
    resourceType,
    versionId,
    lastUpdated: clock,
    method: versionId === 1 ? 'POST' : 'PUT',
    index: [],
    ...(change.method === 'DELETE' ? {} : { text }),
    ...change,
  };
}

/** Commits changes as one unit. */
export const commit = (store: Store, ...changes: Change[]): Promise<CommitResult> => store.commit({ changes });

/** Commits one resource and insists that it was taken. */
export async function put(store: Store, parts: Parameters<typeof change>[0]): Promise<Change> {
  const made = change(parts);
  const result = await commit(store, made);
  if (result.outcome !== 'committed') throw new Error(`Not committed: ${JSON.stringify(result)}`);
  return made;
}

/** A key of a date, or of the last change where the parameter is `_lastUpdated`. */
export const sortKey = (parameter: string, descending: boolean): SortKey => ({
  kind: parameter === '_lastUpdated' ? 'lastUpdated' : 'date',
  parameter,
  descending,
});

export const query = (parts: Partial<SearchQuery> = {}): SearchQuery => ({
  resourceType: 'Basic',
  where: [],
  sort: [],
  count: 1000,
  total: 'none',
  ...parts,
});

/** Ids that a search finds, all pages. */
export async function find(store: Store, parts: Partial<SearchQuery> = {}): Promise<string[]> {
  const ids: string[] = [];
  let after: Cursor | undefined;
  do {
    const page = await store.search(query(parts), after);
    ids.push(...page.versions.map(version => version.id));
    after = page.next;
  } while (after);
  return ids;
}

/** Ids that a search finds, page by page to the last one, and from there back to the first: both must be the same. */
export async function findBothWays(store: Store, parts: Partial<SearchQuery> = {}): Promise<string[]> {
  const idsOf = ({ versions }: Page): string[] => versions.map(({ id }) => id);
  let page = await store.search(query(parts));
  const forth = idsOf(page);
  while (page.next) {
    page = await store.search(query(parts), page.next);
    forth.push(...idsOf(page));
  }
  let back = idsOf(page);
  while (page.previous) {
    page = await store.search(query(parts), JSON.parse(JSON.stringify(page.previous)) as Cursor);
    back = [...idsOf(page), ...back];
    if (page.next === undefined) throw new Error('A page before another one has no next page');
  }
  if (back.join() !== forth.join()) throw new Error(`Forth ${forth.join()}, back ${back.join()}`);
  return forth;
}

/** Ids that one condition finds, sorted. */
export const findBy = async (store: Store, ...where: Condition[]): Promise<string[]> =>
  (await find(store, { where })).sort();

/** Stores resources `a`, `b`, `c` ... with these index entries. */
export async function index(store: Store, ...entries: IndexEntry[][]): Promise<void> {
  for (const [i, ofOne] of entries.entries()) {
    await put(store, { id: String.fromCharCode(97 + i), index: ofOne });
  }
}

export const summary = (version: StoredVersion | undefined): unknown =>
  version && [version.resourceType, version.id, version.versionId, version.method, version.body];
