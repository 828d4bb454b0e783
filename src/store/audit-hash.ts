import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { AuditRow, StoredAuditRow } from './store.ts';

/** The hash of the row that comes first. */
export const NO_ROW: Uint8Array = new Uint8Array(32);

/** The store's signing key in the form that hashes are made with: bytes would be made that form of for each, which takes five times as long. */
export const auditKey = (signingKey: Uint8Array): KeyObject => createSecretKey(signingKey);

/**
 * The hash of an audit row: HMAC-SHA-256, by the store's key, of the hash of the row before, the row's number and all that it says. Whoever
 * changes, takes out or puts in a row changes the hashes of all that follow.
 */
export const auditHash = (
  key: KeyObject,
  before: Uint8Array,
  { sequence, at, keys, text }: AuditRow & Pick<StoredAuditRow, 'sequence'>,
): Uint8Array =>
  createHmac('sha256', key)
    .update(before)
    .update(`${sequence} ${at} ${keys.join(' ')}\n${text}`)
    .digest();
