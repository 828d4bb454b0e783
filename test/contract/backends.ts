import { join } from 'node:path';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';

/** A store that the contract suite runs on. Another one is another line in `backends`. */
export interface Backend {
  name: string;
  /** Opens the store that lives in a folder, empty the first time. */
  open(folder: string): Promise<Store>;
  capabilities: { atomicUnits: boolean };
}

const all: readonly Backend[] = [
  {
    name: 'sqlite',
    // Folds its index in often, so that searches find both what is folded in and what is not.
    open: folder =>
      openStore(`sqlite:${join(folder, 'store.db')}`, { foldRows: 60, fullTextTypes: ['Basic'], mostScanned: 100_000 }),
    capabilities: { atomicUnits: true },
  },
];

const wanted = process.env.STORES?.split(',');

/** All stores, or those that the environment variable `STORES` names, separated by commas. */
export const backends = all.filter(({ name }) => wanted === undefined || wanted.includes(name));
