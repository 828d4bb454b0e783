import { basename, join } from 'node:path';
import { inject } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { PAGE_BYTES, type Store } from '../../src/store/store.ts';

/** A store that the contract suite runs on. Another one is another line in `backends`. */
export interface Backend {
  name: string;
  /** Opens the store that lives in a folder, empty the first time. */
  open(folder: string): Promise<Store>;
  /** What is tried with thousands of resources, because the store does something else with so many, is tried with this part of them. */
  part: number;
}

/** The server of `npm run test:mongodb`; without it that store is tested there only. */
const mongodb = inject('mongodb');

const sqlite: Backend = {
  name: 'sqlite',
  // Folds its index in often, so that searches find both what is folded in and what is not.
  open: folder =>
    openStore(`sqlite:${join(folder, 'store.db')}`, { foldRows: 60, fullTextTypes: ['Basic'], mostScanned: 100_000 }),
  part: 1,
};

/** A server for tests may look at every document for each find, so that thousands take minutes. */
const PART = 1 / 20;
const LIMITS = {
  searchBounds: { linked: 4_000 * PART, chunk: 1_000 * PART, counted: 10_000 * PART, lookedAt: 2_000 * PART },
  pageBytes: PAGE_BYTES * PART,
  searchLimit: 300_000,
  fullTextTypes: ['Basic'],
};

const all: readonly Backend[] =
  mongodb === undefined
    ? [sqlite]
    : [
        {
          name: 'mongodb',
          open: folder => openStore(`${mongodb.url}/${basename(folder)}`, LIMITS),
          part: PART,
        },
      ];

const wanted = process.env.STORES?.split(',');

/** All stores, or those that the environment variable `STORES` names, separated by commas. */
export const backends = all.filter(({ name }) => wanted === undefined || wanted.includes(name));
