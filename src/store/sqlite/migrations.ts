import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** Marks a file as a database of this server ("kiun"). https://www.sqlite.org/pragma.html#pragma_application_id */
export const APPLICATION_ID = 0x6b69756e;

type Migration = (database: DatabaseSync) => void;

/**
 * Version n of the schema is what the first n migrations make. A released one is never changed; new ones are added at the end.
 * What the tables are for: docs/adr/0008.
 */
export const migrations: readonly Migration[] = [
  database => {
    database.exec(`
      CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE version (
        seq INTEGER PRIMARY KEY,
        type TEXT NOT NULL,
        id TEXT NOT NULL,
        version_id INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        method TEXT NOT NULL,
        codec INTEGER NOT NULL,
        identities TEXT,
        terms BLOB NOT NULL,
        ranges BLOB,
        strings TEXT,
        plain TEXT,
        body BLOB NOT NULL
      ) STRICT;

      CREATE TABLE resource (
        type TEXT NOT NULL,
        id TEXT NOT NULL,
        version_id INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        deleted INTEGER NOT NULL,
        PRIMARY KEY (type, id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE superseded (
        type TEXT NOT NULL,
        id TEXT NOT NULL,
        version_id INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (type, id, version_id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE identity (
        identity TEXT PRIMARY KEY,
        type TEXT NOT NULL,
        id TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE term (
        key INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        qualifier INTEGER NOT NULL,
        PRIMARY KEY (key, seq, qualifier)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE folded (seq INTEGER NOT NULL) STRICT;
      INSERT INTO folded VALUES (0);

      CREATE TABLE string_value (
        seq INTEGER NOT NULL,
        parameter INTEGER NOT NULL,
        folded TEXT NOT NULL,
        PRIMARY KEY (seq, parameter, folded)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX string_by_text ON string_value (parameter, folded);

      CREATE TABLE range_value (
        seq INTEGER NOT NULL,
        parameter INTEGER NOT NULL,
        low REAL NOT NULL,
        high REAL NOT NULL,
        PRIMARY KEY (seq, parameter, low, high)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX range_by_low ON range_value (parameter, low);
      CREATE INDEX range_by_high ON range_value (parameter, high);

      CREATE TABLE shape (
        type TEXT NOT NULL,
        number INTEGER NOT NULL,
        parameters TEXT NOT NULL,
        PRIMARY KEY (type, number)
      ) STRICT, WITHOUT ROWID;
    `);
    const insert = database.prepare('INSERT INTO setting (name, value) VALUES (?, ?)');
    insert.run('signing-key', randomBytes(32));
    insert.run('term-seed', randomBytes(8));
  },
  database => {
    database.exec(`
      CREATE TABLE type_block (
        type TEXT NOT NULL,
        block INTEGER NOT NULL,
        PRIMARY KEY (type, block)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO type_block SELECT DISTINCT type, seq / 64 FROM version;
    `);
  },
  database => {
    database.exec(`
      CREATE TABLE once (name TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE INDEX once_by_time ON once (until);
    `);
  },
  database => {
    database.exec(`
      CREATE TABLE index_state (type TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
    `);
  },
  database => {
    database.exec(`
      CREATE VIRTUAL TABLE full_text USING fts5 (
        narrative, content, content = '', tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
      );
      INSERT INTO full_text (full_text, rank) VALUES ('secure-delete', 1);
    `);
  },
  database => {
    database.exec(`
      CREATE TABLE range_block (
        parameter INTEGER NOT NULL,
        block INTEGER NOT NULL,
        low REAL NOT NULL,
        high REAL NOT NULL,
        PRIMARY KEY (parameter, block)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO range_block SELECT parameter, seq / 1024, min(low), max(high) FROM range_value GROUP BY 1, 2;
    `);
  },
  database => {
    database.exec(`
      CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        keys TEXT NOT NULL,
        text TEXT NOT NULL,
        hash BLOB NOT NULL
      ) STRICT;
      CREATE INDEX audit_by_time ON audit (at);
      CREATE TABLE audit_key (
        key INTEGER NOT NULL,
        at INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (key, at, seq)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE audit_folded (seq INTEGER NOT NULL) STRICT;
      INSERT INTO audit_folded VALUES (0);
    `);
  },
];

const readNumber = (database: DatabaseSync, pragma: string): number =>
  Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma] ?? 0);

/** Throws, in words for the operator, for a database that is not ours or is of a later release. Changes nothing. */
export function verify(database: DatabaseSync, file: string): void {
  const version = readNumber(database, 'user_version');
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (!isEmpty && readNumber(database, 'application_id') !== APPLICATION_ID) {
    throw new Error(`${file} is a database of another program. Name another file for the store.`);
  }
  if (version > 0 && database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'shape'").get() === undefined) {
    throw new Error(
      `${file} was written before the first release. Name another file for the store, or move this one away.`,
    );
  }
  if (version > migrations.length) {
    throw new Error(
      `${file} was written by a later release (schema ${version}, this release knows ${migrations.length}). Start that release, or restore a backup made by this one.`,
    );
  }
}

/** Brings the schema of a verified database up to date, step by step, each step whole or not at all. */
export function migrate(database: DatabaseSync): void {
  for (let step = readNumber(database, 'user_version'); step < migrations.length; step++) {
    database.exec('BEGIN IMMEDIATE');
    try {
      migrations[step]!(database);
      database.exec(`PRAGMA user_version = ${step + 1}; PRAGMA application_id = ${APPLICATION_ID}; COMMIT`);
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
}
