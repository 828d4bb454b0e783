import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { StoreError } from '../store-error.ts';
import type { StoreKey } from '../store-keys.ts';

/** Seals what rows hold, with the first of its keys, and opens what any of them has sealed. */
export interface RowSeal {
  /** @param row what the bytes belong to: they are opened for the same row only, so that they cannot be put elsewhere */
  close(bytes: Uint8Array, row: string): Buffer;
  /** @throws {StoreError} where the bytes were changed, belong to another row or to no key */
  open(sealed: Uint8Array, row: string): Buffer;
  /** Whether it was the first key that has sealed them. */
  isOfFirst(sealed: Uint8Array): boolean;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The length of the key's id and the id, with which sealed bytes begin; nonce, content and tag follow. */
const headOf = (id: string): Buffer => Buffer.from(`${String.fromCharCode(id.length)}${id}`, 'latin1');

/** A seal of AES-256-GCM; undefined where there are no keys. */
export const createRowSeal = (keys: readonly StoreKey[]): RowSeal | undefined => {
  const [first] = keys;
  if (first === undefined) return undefined;
  const firstHead = headOf(first.id);
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  const isOfFirst = (sealed: Uint8Array): boolean =>
    firstHead.equals(sealed.subarray(0, firstHead.length)) && sealed.length > firstHead.length;
  return {
    isOfFirst,
    close: (bytes, row) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, first.key, nonce).setAAD(Buffer.from(row));
      return Buffer.concat([firstHead, nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
    open: (sealed, row) => {
      const head = 1 + sealed[0]!;
      const key = byId.get(Buffer.from(sealed.subarray(1, head)).toString('latin1'));
      const content = head + NONCE_BYTES;
      try {
        const decipher = createDecipheriv(CIPHER, key!, sealed.subarray(head, content), { authTagLength: TAG_BYTES })
          .setAAD(Buffer.from(row))
          .setAuthTag(sealed.subarray(-TAG_BYTES));
        return Buffer.concat([decipher.update(sealed.subarray(content, -TAG_BYTES)), decipher.final()]);
      } catch (error) {
        throw new StoreError('unavailable', `The ${row} of the store cannot be opened: its file was changed.`, {
          cause: error,
        });
      }
    },
  };
};
