import { setTimeout } from 'node:timers/promises';
import type { Resource } from '../fhir/resource.ts';
import type { IndexEntry } from '../search/index-entry.ts';
import type { SearchQuery } from '../search/query.ts';
import type { Reindexed, Store, StoredVersion } from '../store/store.ts';
import type { IndexedParameters } from './indexed-parameters.ts';
import { type IndexWork, printIndexState, type TypeIndexing } from './type-indexing.ts';

/** Resources that are indexed in one commit: some ten milliseconds of work. */
const PAGE = 100;

/** Milliseconds before a store that could not do its work is asked again. */
const AGAIN_MS = 5_000;

/** Percent between two lines of the log. */
const TOLD = 10;

/** Indexes resources anew, in the background. */
export interface IndexAnew {
  /** Goes to work, if there is any. */
  start(): void;
  /** Resolves when there is nothing left to index. */
  finished(): Promise<void>;
  /** Numbers for whoever watches. */
  statistics(): Record<string, number>;
  /** Stops after what is under way. The next start goes on there. */
  close(): Promise<void>;
}

interface IndexAnewOptions {
  store: Store;
  index: () => IndexedParameters;
  /** All that a stored resource is found under. */
  entriesOf: (resource: Resource) => IndexEntry[];
  tell: (text: string, facts: Readonly<Record<string, string | number>>) => void;
}

const everything = (resourceType: string, count: number, total: SearchQuery['total']): SearchQuery => ({
  ...{ resourceType, where: [], sort: [], count, total },
});

/** Codes of what is indexed that was not. */
const codesOf = ({ built }: TypeIndexing, { wanted }: IndexWork): string =>
  [...wanted].flatMap(([code, as]) => (built.get(code) === as ? [] : [code])).join(' ');

/**
 * Makes what goes through the resources of the types whose index is out of date, oldest change first, and has the store find each under what
 * is wanted now. How far it has come is stored with what it has done, so that a start after a crash goes on there. What is written
 * meanwhile is extracted as it is wanted already.
 */
export const createIndexAnew = ({ store, index, entriesOf, tell }: IndexAnewOptions): IndexAnew => {
  let working: Promise<void> | undefined;
  let isClosing = false;
  let resourcesReindexed = 0;

  const reindexed = ({ resourceType, id, versionId, body }: StoredVersion): Reindexed => ({
    ...{ resourceType, id, versionId },
    index: entriesOf(JSON.parse(body) as Resource),
  });

  /** One step of a type; what was found is of no use where the definitions have changed meanwhile. */
  const step = async (resourceType: string, before: TypeIndexing, work: IndexWork): Promise<void> => {
    const { pending } = index();
    const isStill = (): boolean => pending.get(resourceType) === before;
    if (work.total === undefined) {
      // What was handed over before the definitions changed is extracted as it was wanted then.
      await store.settled();
      const { total = 0 } = await store.search(everything(resourceType, 0, 'accurate'));
      if (!isStill()) return;
      index().advance(resourceType, { ...before, work: { ...work, total } });
      tell('Resources are being indexed', { resourceType, resources: total, parameters: codesOf(before, work) });
      return;
    }
    const page = await store.search(everything(resourceType, PAGE, 'none'), work.after);
    if (!isStill()) return;
    const done = work.done + page.versions.length;
    const next: TypeIndexing =
      page.next === undefined ? { built: work.wanted } : { ...before, work: { ...work, after: page.next, done } };
    const states = new Map([[resourceType, printIndexState(next)]]);
    await store.commit({ changes: [], indexing: { resources: page.versions.map(reindexed), states } });
    resourcesReindexed += page.versions.length;
    if (!isStill()) return;
    index().advance(resourceType, next);
    const percent = (of: number): number => Math.floor((100 * of) / Math.max(1, work.total!));
    if (page.next === undefined) tell('Resources are indexed', { resourceType, resources: done });
    else if (Math.floor(percent(done) / TOLD) > Math.floor(percent(work.done) / TOLD)) {
      tell('Resources are being indexed', { resourceType, percent: percent(done) });
    }
  };

  const workOn = async (): Promise<void> => {
    while (!isClosing) {
      const [first] = index().pending;
      if (first === undefined) return;
      const [resourceType, typeIndex] = first;
      const begun = performance.now();
      try {
        await step(resourceType, typeIndex, typeIndex.work!);
        // As long for requests as for this.
        await setTimeout(performance.now() - begun);
      } catch (error) {
        if (isClosing) return;
        tell('Resources cannot be indexed now', { resourceType, reason: error instanceof Error ? error.message : '' });
        await setTimeout(AGAIN_MS, undefined, { ref: false });
      }
    }
  };

  const start = (): void => {
    if (isClosing) return;
    working ??= workOn().finally(() => {
      working = undefined;
    });
  };
  return {
    start,
    async finished() {
      start();
      while (working !== undefined) await working;
    },
    statistics: () => ({ resourcesReindexed, typesToReindex: index().pending.size }),
    async close() {
      isClosing = true;
      await working;
    },
  };
};
