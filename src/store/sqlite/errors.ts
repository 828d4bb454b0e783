import { StoreError } from '../store-error.ts';

/** Primary result codes of SQLite. https://www.sqlite.org/rescode.html */
const FULL = 13;
const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

interface SqliteFailure extends Error {
  code: 'ERR_SQLITE_ERROR';
  errcode: number;
  errstr: string;
}

const isSqliteFailure = (error: unknown): error is SqliteFailure =>
  error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';

export const isBusy = (error: unknown): boolean => isSqliteFailure(error) && (error.errcode & 0xff) === BUSY;

export const isNotADatabase = (error: unknown): boolean =>
  isSqliteFailure(error) && ((error.errcode & 0xff) === NOT_A_DATABASE || (error.errcode & 0xff) === CORRUPT);

/** What SQLite reports, in the store's own words, by result code; any other error (a fault of ours) is handed back as it is. */
export function translateError(error: unknown): unknown {
  if (!isSqliteFailure(error)) return error;
  const kind = (error.errcode & 0xff) === FULL ? 'full' : 'unavailable';
  const words =
    kind === 'full' ? 'No space is left for the database' : 'The database cannot be read or written at the moment';
  return new StoreError(kind, `${words} (SQLite ${error.errcode}: ${error.errstr}).`, { cause: error });
}
