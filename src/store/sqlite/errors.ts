import { StoreError } from '../store-error.ts';

/** Primary result codes of SQLite. https://www.sqlite.org/rescode.html */
const BUSY = 5;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;

/** Busy, locked, out of memory, read-only, input or output failed, corrupt, cannot be opened, locking protocol, no database. */
const UNAVAILABLE = [BUSY, 6, 7, 8, 10, CORRUPT, 14, 15, NOT_A_DATABASE];

interface SqliteFailure extends Error {
  errcode: number;
  errstr: string;
}

const isSqliteFailure = (error: unknown): error is SqliteFailure =>
  error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';

/** The low byte; the rest tells variants apart. */
const codeOf = (error: unknown): number | undefined => (isSqliteFailure(error) ? error.errcode & 0xff : undefined);

/** Whether another connection or process holds the database. */
export const isBusy = (error: unknown): boolean => codeOf(error) === BUSY;

/** Whether the file is damaged, or was never a database. */
export const isNotADatabase = (error: unknown): boolean =>
  codeOf(error) === NOT_A_DATABASE || codeOf(error) === CORRUPT;

/**
 * What stands in SQLite's way, in the store's own words, by result code. Any other error (a fault of this program, such as a
 * violated constraint) is handed back as it is.
 */
export function translateError(error: unknown): unknown {
  if (!isSqliteFailure(error)) return error;
  const code = error.errcode & 0xff;
  const detail = `(SQLite ${error.errcode}: ${error.errstr})`;
  if (code === FULL) return new StoreError('full', `No space is left for the database ${detail}.`, { cause: error });
  if (!UNAVAILABLE.includes(code)) return error;
  const words = 'The database cannot be read or written at the moment';
  return new StoreError('unavailable', `${words} ${detail}.`, { cause: error });
}
