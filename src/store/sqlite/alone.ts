import type { DatabaseSync } from 'node:sqlite';

/** Runs work in one transaction that nobody else writes in; what it throws undoes it. */
export const alone = <T>(database: DatabaseSync, work: () => T): T => {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
};
