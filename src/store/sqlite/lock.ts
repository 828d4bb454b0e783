import { DatabaseSync } from 'node:sqlite';
import { StoreInUseError } from '../store-error.ts';
import { isBusy } from './errors.ts';

/**
 * Keeps a second process away from a database: an open exclusive transaction on a small database beside it. The operating system
 * lets go of it when the process ends, however it ends. Throws where another holds it.
 * @returns what lets go of the lock
 */
export function lock(file: string): () => void {
  const holder = new DatabaseSync(`${file}-lock`, { timeout: 0 });
  try {
    holder.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    holder.close();
    if (!isBusy(error)) throw error;
    throw new StoreInUseError(
      `${file} is in use by another process. Stop that one, or name another file for the store of this one.`,
      { cause: error },
    );
  }
  return () => holder.close();
}
