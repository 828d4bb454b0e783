import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readSealingKey } from './sealed-file.ts';

/** A key that bodies are sealed with, by the name under which the store remembers which one it was. */
export interface StoreKey {
  id: string;
  key: KeyObject;
}

/**
 * Reads keys of 32 bytes, in base64 or hexadecimal, from the files of `KIUNGO_STORE_KEYS`.
 * @throws {Error} with a text for the operator, which names the file and nothing that is in it
 */
export const readStoreKeys = (named: readonly { id: string; file: string }[]): StoreKey[] =>
  named.map(({ id, file }) => {
    try {
      return { id, key: createSecretKey(readSealingKey(readFileSync(file, 'utf8'))) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`The key "${id}" of KIUNGO_STORE_KEYS cannot be read from ${file}: ${reason}`, { cause: error });
    }
  });
