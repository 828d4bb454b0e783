import type { DatabaseSync } from 'node:sqlite';

/** A value that the database was given when it was made (see `migrations`). */
export function readSetting(database: DatabaseSync, name: string): Buffer {
  const row = database.prepare('SELECT value FROM setting WHERE name = ?').get(name);
  if (!(row?.value instanceof Uint8Array)) throw new Error(`The database has lost its setting ${name}.`);
  return Buffer.from(row.value);
}
