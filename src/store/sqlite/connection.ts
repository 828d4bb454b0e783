import { DatabaseSync } from 'node:sqlite';

/** What a connection is for. */
export interface ConnectionOptions {
  readOnly: boolean;
  /** Whether a commit waits for the disk. */
  durable: boolean;
  /** Bytes of pages that are kept in memory; SQLite's own 2 MB where it is not said. */
  cacheBytes?: number;
}

/** How long a connection waits for another one (a checkpoint, a backup) before it gives up. */
const BUSY_TIMEOUT_MS = 10_000;

/** Pages of the log (4 KiB each) after which it is folded into the database. */
const CHECKPOINT_PAGES = 4_000;

/** What SQLite takes for a number of kibibytes. */
const cacheSize = (bytes: number): number => -Math.ceil(bytes / 1024);

/**
 * Opens a connection to the database file. The file is not mapped into memory: that was measured to be no faster, and a read error
 * would end the process.
 */
export function openConnection(file: string, { readOnly, durable, cacheBytes }: ConnectionOptions): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly, timeout: BUSY_TIMEOUT_MS });
  database.exec('PRAGMA temp_store = MEMORY');
  if (cacheBytes !== undefined) database.exec(`PRAGMA cache_size = ${cacheSize(cacheBytes)}`);
  if (readOnly) return database;
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${durable ? 'FULL' : 'OFF'};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA secure_delete = ON;
  `);
  return database;
}
