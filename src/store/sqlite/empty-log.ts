import type { DatabaseSync } from 'node:sqlite';

/** Folds the log into the database file and empties it. Where others stand in the way, it stays for the next time. */
export function emptyLog(database: DatabaseSync): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // What was committed stays so; the next checkpoint does it.
  }
}
