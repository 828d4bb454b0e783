import { existsSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { APPLICATION_ID } from './migrations.ts';

/** A database that is none of this server's, or is damaged. */
export class DamagedDatabase extends Error {
  override name = 'DamagedDatabase';
}

/**
 * Reads a database from its first page to its last. @throws {DamagedDatabase} with a text for the operator
 * https://www.sqlite.org/pragma.html#pragma_integrity_check
 */
export const checkDatabase = (file: string): void => {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const { application_id: id } = database.prepare('PRAGMA application_id').get() as { application_id: number };
    if (id !== APPLICATION_ID) throw new DamagedDatabase(`${file} is no store of this server.`);
    const [first] = database.prepare('PRAGMA integrity_check(1)').all() as { integrity_check: string }[];
    if (first?.integrity_check !== 'ok') throw new DamagedDatabase(`${file} is damaged: ${first?.integrity_check}`);
  } catch (error) {
    if (error instanceof DamagedDatabase) throw error;
    throw new DamagedDatabase(`${file} cannot be read as a store: ${(error as Error).message}`, { cause: error });
  } finally {
    database.close();
  }
};

/**
 * Copies a store as it is at one moment, while a server uses it, and checks the copy. Everything that was acknowledged before the call is in it;
 * writers are not held up.
 * @throws {Error} where there is no such file; {DamagedDatabase} where the copy is not whole
 * https://www.sqlite.org/backup.html
 */
export const backUp = async (file: string, target: string): Promise<void> => {
  if (!existsSync(file)) throw new Error(`There is no ${file}.`);
  const source = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  try {
    // In one step: one that pauses would begin anew with every write of the server.
    await backup(source, target, { rate: 0x7fffffff });
  } finally {
    source.close();
  }
  checkDatabase(target);
};
