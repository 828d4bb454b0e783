import type { MongodbOptions } from './mongodb/mongodb-store.ts';
import { openSqliteStore, type SqliteOptions } from './sqlite/sqlite-store.ts';
import type { Store } from './store.ts';

/** What whoever opens a store may choose. */
export type StoreOptions = SqliteOptions & MongodbOptions;

/**
 * Opens the store that a URL names: `sqlite:PATH` (made where there is none), `sqlite::memory:` (a temporary file, removed at the
 * end), `mongodb://...` or `mongodb+srv://...`. Rejects with an Error that says what to change where it cannot be opened.
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const colon = url.indexOf(':');
  const scheme = url.slice(0, Math.max(colon, 0));
  const path = url.slice(colon + 1);
  if (scheme === 'sqlite' && path === ':memory:') return openSqliteStore(undefined, options);
  if (scheme === 'sqlite' && path !== '') return openSqliteStore(path, options);
  if (scheme === 'mongodb' || scheme === 'mongodb+srv') {
    // Loaded here only: the driver costs every start a tenth of a second.
    const { openMongodbStore } = await import('./mongodb/mongodb-store.ts');
    return openMongodbStore(url, options);
  }
  throw new Error(
    `"${url}" names no store. Use sqlite:PATH, for example sqlite:data/kiungo.db, sqlite::memory:, or mongodb://HOST/DATABASE.`,
  );
}
