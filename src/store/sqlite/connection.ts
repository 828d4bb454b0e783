import { DatabaseSync } from 'node:sqlite';

/** What a connection is for. */
export interface ConnectionOptions {
  readOnly: boolean;
  /** Whether a commit waits for the disk. */
  durable: boolean;
}

/** How long a connection waits for another one (a checkpoint, a backup) before it gives up. */
const BUSY_TIMEOUT_MS = 10_000;

/** Pages of the log (4 KiB each) after which it is folded into the database. */
const CHECKPOINT_PAGES = 4_000;

/** Kibibytes of pages that each connection keeps at most. Reading a page from the file again costs more than all else of a read. */
const READER_CACHE = 128 * 1024;
const WRITER_CACHE = 64 * 1024;

/**
 * Opens a connection to the database file. The file is not mapped into memory: that was measured to be no faster, and a read error
 * would end the process.
 */
export function openConnection(file: string, { readOnly, durable }: ConnectionOptions): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly, timeout: BUSY_TIMEOUT_MS });
  if (readOnly) {
    database.exec(`PRAGMA cache_size = -${READER_CACHE}; PRAGMA temp_store = MEMORY`);
    return database;
  }
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${durable ? 'FULL' : 'OFF'};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA cache_size = -${WRITER_CACHE};
    PRAGMA temp_store = MEMORY;
    PRAGMA secure_delete = ON;
  `);
  return database;
}
