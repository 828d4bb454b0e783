import { basename, join } from 'node:path';
import { inject } from 'vitest';

/** The server of `npm run test:mongodb`; without it tests run on the embedded store. */
const mongodb = inject('mongodb');

/** Whether this run is on a server that may look at every document for each find, so that what is much takes minutes. */
export const isOnMongodb = mongodb !== undefined;

/** The URL of the store that goes by a folder of the test's own: a file in it, or a database of its name. */
export const storeUrl = (folder: string): string =>
  mongodb === undefined ? `sqlite:${join(folder, 'store.db')}` : `${mongodb.url}/${basename(folder)}`;

/** How often something is tried: less often where each try takes long. */
export const runsOf = (runs: number): number => (isOnMongodb ? Math.ceil(runs / 6) : runs);

/** Milliseconds that something may take, of those that it may take on the embedded store. */
export const limitOf = (limitMs: number): number => (isOnMongodb ? 5 * limitMs : limitMs);
