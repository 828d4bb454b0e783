import { DatabaseSync } from 'node:sqlite';

export interface ConnectionOptions {
  readOnly: boolean;
  /** Whether a commit waits for the disk. */
  durable: boolean;
}

/** How long a connection waits for another one (a checkpoint, a backup) before it gives up. */
const BUSY_TIMEOUT_MS = 10_000;

/** Pages of the log (4 KiB each) after which it is folded into the database. */
const CHECKPOINT_PAGES = 4_000;

/**
 * Opens a connection to the database file. Reading maps the file into memory: a reader's own page cache is void after every commit
 * of the writer.
 */
export function openConnection(file: string, { readOnly, durable }: ConnectionOptions): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly, timeout: BUSY_TIMEOUT_MS });
  if (readOnly) {
    database.exec('PRAGMA mmap_size = 1073741824; PRAGMA temp_store = MEMORY');
    return database;
  }
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${durable ? 'FULL' : 'OFF'};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA cache_size = -65536;
    PRAGMA temp_store = MEMORY;
  `);
  return database;
}
