import { MongoBulkWriteError, MongoError, MongoNetworkError, MongoServerError } from 'mongodb';
import { StoreError } from '../store-error.ts';

const DUPLICATE_KEY = 11_000;
const TIME_LIMIT = 50;
const OUT_OF_DISK_SPACE = 14_031;

/** Whether a document with this key is there already. */
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === DUPLICATE_KEY;

/** Whether all that went wrong in a bulk of writes is that documents are there already. */
export function isAllThere(error: unknown): boolean {
  if (!(error instanceof MongoBulkWriteError)) return isDuplicateKey(error);
  const errors = [error.writeErrors].flat();
  // A command that failed as a whole names no writes.
  const isOnlyThat = errors.length > 0 && error.result.getWriteConcernError() === undefined;
  return isOnlyThat && errors.every(({ code }) => code === DUPLICATE_KEY);
}

/** Whether it is not known what became of a write, or it was not done now and may be done later. */
export const isTransient = (error: unknown): boolean =>
  error instanceof MongoNetworkError ||
  // A bulk of writes whose connection broke says nothing else.
  (error instanceof MongoBulkWriteError && error.code === undefined && [error.writeErrors].flat().length === 0) ||
  (error instanceof MongoError &&
    (error.hasErrorLabel('RetryableWriteError') ||
      error.hasErrorLabel('TransientTransactionError') ||
      error.name === 'MongoServerSelectionError' ||
      error.name === 'MongoWriteConcernError' ||
      error.name === 'MongoPoolClearedError' ||
      (error instanceof MongoServerError && RETRYABLE.has(Number(error.code)))));

/** Of a server that is not, or no longer, the primary, or shuts down. */
const RETRYABLE = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/**
 * What stands in the database's way, in the store's own words. An error that is none of the database (a fault of this program) is
 * handed back as it is. The server's text is not repeated: it may quote what was written.
 */
export function translateError(error: unknown): unknown {
  if (error instanceof StoreError || !(error instanceof MongoError)) return error;
  if (error instanceof MongoServerError && error.code === TIME_LIMIT) {
    return new StoreError('timeout', 'The search took longer than it may and was stopped by the database.');
  }
  const detail = `(${error.name}${error.code === undefined ? '' : ` ${error.code}`})`;
  if (error.code === OUT_OF_DISK_SPACE) {
    return new StoreError('full', `No space is left for the database ${detail}.`, { cause: error });
  }
  return new StoreError('unavailable', `The database cannot be read or written at the moment ${detail}.`, {
    cause: error,
  });
}
