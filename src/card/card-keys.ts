import { readFileSync } from 'node:fs';
import { type CardKey, cardKeyOf, readCardKey } from './card-key.ts';

/** The keys of the server's cards: the first signs, with all of them cards can be verified. */
export type CardKeys = readonly [CardKey, ...CardKey[]];

/**
 * The keys from the files, or the one of the store where there are none.
 * @param secret of the store
 * @throws {Error} where a file cannot be read or holds no such key
 */
export const loadCardKeys = (files: readonly string[], secret: Uint8Array): CardKeys => {
  const [first = cardKeyOf(secret), ...others] = files.map(file => {
    try {
      return readCardKey(readFileSync(file, 'utf8'));
    } catch (error) {
      throw new Error(`KIUNGO_CARD_KEYS: ${file}: ${(error as Error).message}`, { cause: error });
    }
  });
  return [first, ...others];
};
