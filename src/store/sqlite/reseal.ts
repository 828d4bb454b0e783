import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { StoreInUseError } from '../store-error.ts';
import type { StoreKey } from '../store-keys.ts';
import { alone } from './alone.ts';
import { resealAuditText } from './audit-text.ts';
import { resealBody } from './body-codec.ts';
import { openConnection } from './connection.ts';
import { emptyLog } from './empty-log.ts';
import { lock } from './lock.ts';
import { migrate, verify } from './migrations.ts';
import { forgetKeys, registerKeys, sealingKey, verifyKeys } from './registered-keys.ts';
import { createRowSeal, type RowSeal } from './row-seal.ts';

/** Rows that are written together, and bytes of them after which no more are: a server that writes waits for so long. */
const GROUP_ROWS = 500;
const GROUP_BYTES = 4 * 1024 * 1024;

/** How rows of one table are sealed anew. */
interface Table {
  name: 'version' | 'audit';
  /** Seals one row anew, if it need be. @returns bytes that were looked at */
  reseal(seq: number): { bytes: number; isChanged: boolean };
}

const versions = (database: DatabaseSync, seal: RowSeal, inClear: boolean): Table => {
  const read = database.prepare('SELECT codec, body AS bytes FROM version WHERE seq = ?');
  const write = database.prepare('UPDATE version SET codec = ?, body = ? WHERE seq = ?');
  return {
    name: 'version',
    reseal: seq => {
      const stored = read.get(seq) as unknown as { codec: number; bytes: Uint8Array };
      const resealed = resealBody(stored, seq, seal, inClear);
      if (resealed !== undefined) write.run(resealed.codec, resealed.bytes, seq);
      return { bytes: stored.bytes.byteLength, isChanged: resealed !== undefined };
    },
  };
};

const auditRows = (database: DatabaseSync, seal: RowSeal, inClear: boolean): Table => {
  const read = database.prepare('SELECT text FROM audit WHERE seq = ?');
  const write = database.prepare('UPDATE audit SET text = ? WHERE seq = ?');
  return {
    name: 'audit',
    reseal: seq => {
      const { text } = read.get(seq) as { text: string };
      const resealed = resealAuditText(text, seq, seal, inClear);
      if (resealed !== undefined) write.run(resealed, seq);
      return { bytes: text.length, isChanged: resealed !== undefined };
    },
  };
};

/** Goes through a table, group by group, and leaves a server as much time for its writes as it takes itself. @returns rows that were sealed anew */
const resealTable = async (database: DatabaseSync, table: Table, tell: (rows: number) => void): Promise<number> => {
  const next = database.prepare(`SELECT seq FROM ${table.name} WHERE seq > ? ORDER BY seq LIMIT ${GROUP_ROWS}`);
  let [after, changed, isLast] = [0, 0, false];
  while (!isLast) {
    const began = performance.now();
    alone(database, () => {
      const rows = next.all(after) as { seq: number }[];
      isLast = rows.length === 0;
      let bytes = 0;
      for (const { seq } of rows) {
        const row = table.reseal(seq);
        after = seq;
        bytes += row.bytes;
        if (row.isChanged) changed++;
        if (bytes > GROUP_BYTES) break;
      }
    });
    tell(changed);
    await setTimeout(performance.now() - began);
  }
  return changed;
};

/** The lock of a database that no server has open. */
const lockIfFree = (file: string): (() => void) | undefined => {
  try {
    return lock(file);
  } catch (error) {
    if (error instanceof StoreInUseError) return undefined;
    throw error;
  }
};

/** Makes sure that all that is written meanwhile is sealed with the first key, too. */
const prepare = (database: DatabaseSync, keys: readonly StoreKey[], file: string, isFree: boolean): void => {
  verify(database, file);
  if (isFree) {
    migrate(database);
    registerKeys(database, keys, file);
    return;
  }
  verifyKeys(database, keys, file);
  if (sealingKey(database)?.id === keys[0]!.id) return;
  throw new Error(
    `A server has ${file} open that does not seal with the key "${keys[0]!.id}". Start it anew with that key as the first of KIUNGO_STORE_KEYS, then run this again.`,
  );
};

/**
 * Seals all bodies and audit rows of a database with the first of its keys, those that were in clear too, while a server writes to it or not;
 * `inClear`, for which no server may run, unseals them. Whatever ends it, it can be run again, and goes through what is left. Then it forgets the
 * keys that nothing is sealed with any more.
 * @param tell is told after each group how many rows of the table at hand were sealed anew
 * @returns how many rows were sealed anew
 * @throws {Error} with a text for the operator
 */
export const reseal = async (
  file: string,
  keys: readonly StoreKey[],
  { inClear, tell }: { inClear: boolean; tell: (rows: number) => void },
): Promise<number> => {
  if (!existsSync(file)) throw new Error(`There is no ${file}.`);
  const seal = createRowSeal(keys);
  if (seal === undefined) throw new Error('KIUNGO_STORE_KEYS names no key.');
  const release = inClear ? lock(file) : lockIfFree(file);
  const database = openConnection(file, { readOnly: false, durable: true });
  try {
    prepare(database, keys, file, release !== undefined);
    const before = sealingKey(database);
    let changed = 0;
    for (const table of [versions(database, seal, inClear), auditRows(database, seal, inClear)]) {
      changed += await resealTable(database, table, tell);
    }
    alone(database, () => {
      if (sealingKey(database)?.since !== before?.since) {
        throw new Error('The server was started with other keys meanwhile. Run this again.');
      }
      forgetKeys(database, inClear ? undefined : keys[0]!.id);
    });
    // What was overwritten is in the log until that is folded in.
    emptyLog(database);
    return changed;
  } finally {
    database.close();
    release?.();
  }
};
