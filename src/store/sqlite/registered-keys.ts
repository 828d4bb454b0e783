import { createHmac, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { StoreKey } from '../store-keys.ts';

/** Settings of the database: one for each key that has sealed a row, and one that tells which key seals now, and since which change. */
const KEY = 'store-key ';
const SEALING = 'sealing-key';

/** Tells whether a key is the one that it was, and nothing of it. */
const checkOf = ({ id, key }: StoreKey): Buffer => createHmac('sha256', key).update(`kiungo store key ${id}`).digest();

const settings = (database: DatabaseSync): Map<string, Buffer> => {
  const rows = database.prepare('SELECT name, value FROM setting').all() as { name: string; value: Uint8Array }[];
  return new Map(rows.map(({ name, value }) => [name, Buffer.from(value)]));
};

/**
 * Holds keys to those that have sealed what is in the database. Rows need not be looked at for that.
 * @throws {Error} with a text for the operator, where one is missing or is another key under the same id
 */
export function verifyKeys(database: DatabaseSync, keys: readonly StoreKey[], file: string): void {
  for (const [name, check] of settings(database)) {
    if (!name.startsWith(KEY)) continue;
    const id = name.slice(KEY.length);
    const given = keys.find(key => key.id === id);
    if (given === undefined) {
      throw new Error(
        `${file} has rows that are sealed with the key "${id}". Name it, with its file, in KIUNGO_STORE_KEYS (docs/security.md#at-rest).`,
      );
    }
    if (!check.equals(checkOf(given))) {
      throw new Error(
        `${file} has rows that are sealed with a key "${id}", and the file that KIUNGO_STORE_KEYS names for it has another one. Name the right file, or give the new key a new id.`,
      );
    }
  }
}

/** Remembers which key seals from now on. @throws {Error} as `verifyKeys` does */
export function registerKeys(database: DatabaseSync, keys: readonly StoreKey[], file: string): void {
  verifyKeys(database, keys, file);
  const [first] = keys;
  const known = sealingKey(database);
  if (first === undefined || known?.id === first.id) return;
  const put = database.prepare('INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)');
  database.exec('BEGIN IMMEDIATE');
  put.run(KEY + first.id, checkOf(first));
  put.run(SEALING, Buffer.from(`${first.id} ${randomBytes(8).toString('hex')}`));
  database.exec('COMMIT');
}

/** The id of the key that seals, and a word that is another one each time that the key changes. */
export function sealingKey(database: DatabaseSync): { id: string; since: string } | undefined {
  const [id, since] = settings(database).get(SEALING)?.toString().split(' ') ?? [];
  return id === undefined || since === undefined ? undefined : { id, since };
}

/** Forgets keys that nothing is sealed with any more: all but one, or all. */
export function forgetKeys(database: DatabaseSync, kept: string | undefined): void {
  const forget = database.prepare('DELETE FROM setting WHERE name = ?');
  for (const name of settings(database).keys()) {
    const isKey = name.startsWith(KEY) && name !== KEY + (kept ?? '');
    if (isKey || (name === SEALING && kept === undefined)) forget.run(name);
  }
}
