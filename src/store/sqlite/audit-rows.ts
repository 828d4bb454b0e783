import { hash as hashOf, type KeyObject } from 'node:crypto';
import { auditHash, auditKey, NO_ROW } from '../audit-hash.ts';
import type { AuditQuery, AuditRow, ChainedAuditRow, StoredAuditRow } from '../store.ts';
import { decodeAuditText, encodeAuditText } from './audit-text.ts';
import type { RowSeal } from './row-seal.ts';
import type { Column, Statements } from './statements.ts';

/** Rows that are found by their keys together: sorted, so that few pages are written for each. */
const FOLD = 2048;

/** Rows that are forgotten in one unit. */
const MOST_FORGOTTEN = 5000;

/** What a key is found under. Two may share one: who reads looks at the keys themselves. */
const numberOf = (key: string): number => hashOf('sha1', key, 'buffer').readUIntBE(0, 6);

const rowOf = ([sequence, at, keys, text]: Column[], seal: RowSeal | undefined): StoredAuditRow => ({
  sequence: sequence as number,
  at: at as number,
  keys: (keys as string).split(' '),
  text: decodeAuditText(text as string, sequence as number, seal),
});

const folded = (statements: Statements): number => statements.get('SELECT seq FROM audit_folded', [])![0] as number;

/** Writes audit rows inside the transaction of whoever calls it. */
export class AuditRows {
  readonly #statements: Statements;
  readonly #key: KeyObject;
  #sequence = 0;
  #hash: Uint8Array = NO_ROW;
  #folded = 0;

  constructor(statements: Statements, key: Uint8Array) {
    this.#statements = statements;
    this.#key = auditKey(key);
    this.reload();
  }

  /** After a rollback: what was the last row is read again. */
  reload(): void {
    const [sequence = 0, hash = NO_ROW] =
      this.#statements.get('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1', []) ?? [];
    this.#sequence = sequence as number;
    this.#hash = hash as Uint8Array;
    this.#folded = folded(this.#statements);
  }

  add(row: AuditRow): void {
    const sequence = this.#sequence + 1;
    const hash = auditHash(this.#key, this.#hash, { ...row, sequence });
    this.#statements
      .prepare('INSERT INTO audit (seq, at, keys, text, hash) VALUES (?, ?, ?, ?, ?)')
      .run(sequence, row.at, row.keys.join(' '), encodeAuditText(row.text, sequence, this.#statements.seal), hash);
    this.#sequence = sequence;
    this.#hash = hash;
  }

  foldIfEnough(): void {
    if (this.#sequence - this.#folded < FOLD) return;
    const rows = this.#rows("SELECT seq, at, keys, '' FROM audit WHERE seq > ?", this.#folded);
    const numbers = new Map<string, number>();
    const numberOnce = (key: string): number => {
      const number = numbers.get(key) ?? numberOf(key);
      numbers.set(key, number);
      return number;
    };
    const found = rows.flatMap(({ sequence, at, keys }) => keys.map(key => [numberOnce(key), at, sequence] as const));
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
    const insert = this.#statements.prepare('INSERT OR IGNORE INTO audit_key (key, at, seq) VALUES (?, ?, ?)');
    for (const each of found) insert.run(...each);
    this.#statements.prepare('UPDATE audit_folded SET seq = ?').run(this.#sequence);
    this.#folded = this.#sequence;
  }

  /** Removes rows from the oldest on, while they are older than a time; the last one that goes is emptied, so that the chain has its begin. */
  forget(before: number): void {
    const rows = this.#rows('SELECT seq, at, keys, text FROM audit ORDER BY seq LIMIT ?', MOST_FORGOTTEN);
    const kept = rows.findIndex(({ at, text }) => at >= before && text !== '');
    const going = kept === -1 ? rows : rows.slice(0, kept);
    const last = going.at(-1);
    if (last === undefined || last.sequence === this.#sequence) return;
    const remove = this.#statements.prepare('DELETE FROM audit_key WHERE key = ? AND at = ? AND seq = ?');
    for (const { sequence, at, keys } of going) for (const key of keys) remove.run(numberOf(key), at, sequence);
    this.#statements.prepare('DELETE FROM audit WHERE seq < ?').run(last.sequence);
    this.#statements.prepare("UPDATE audit SET keys = '', text = '' WHERE seq = ?").run(last.sequence);
  }

  #rows(sql: string, bound: number): StoredAuditRow[] {
    return this.#statements.all(sql, [bound]).map(row => rowOf(row, this.#statements.seal));
  }
}

const FARTHEST = Number.MAX_SAFE_INTEGER;

/** The rows that a query asks for, by time. */
export const findAuditRows = (statements: Statements, query: AuditQuery): StoredAuditRow[] => {
  const { anyOf, at = { low: 0, high: FARTHEST }, after, newestFirst = false, count } = query;
  const [order, beyond] = newestFirst ? ['DESC', '<'] : ['ASC', '>'];
  const [afterAt, afterSequence] = after ?? (newestFirst ? [FARTHEST, FARTHEST] : [-1, -1]);
  const bounds = [Math.max(0, at.low), Math.min(FARTHEST, at.high), afterAt, afterSequence];
  const within = `at >= ? AND at < ? AND (at, seq) ${beyond} (?, ?)`;
  if (anyOf === undefined) {
    const sql = `SELECT seq, at, keys, text FROM audit WHERE ${within} AND text <> '' ORDER BY at ${order}, seq ${order} LIMIT ?`;
    return statements.all(sql, [...bounds, count]).map(row => rowOf(row, statements.seal));
  }
  const byKey = anyOf.map(() => `SELECT at, seq FROM audit_key WHERE key = ? AND ${within}`);
  const recent = `SELECT at, seq FROM audit WHERE seq > ? AND ${within} AND text <> ''`;
  const found = statements.each(
    `SELECT audit.seq, audit.at, keys, text FROM (${[...byKey, recent].join(' UNION ')}) AS found JOIN audit ON audit.seq = found.seq
     ORDER BY found.at ${order}, found.seq ${order}`,
    [...anyOf.flatMap(key => [numberOf(key), ...bounds]), folded(statements), ...bounds],
  );
  const rows: StoredAuditRow[] = [];
  for (const each of found) {
    const row = rowOf(each, statements.seal);
    if (row.keys.some(key => anyOf.includes(key)) && rows.push(row) >= count) break;
  }
  return rows;
};

/** Rows in the order in which they were written, after one, with their hashes. */
export const chainedAuditRows = (statements: Statements, afterSequence: number, limit: number): ChainedAuditRow[] =>
  statements
    .all('SELECT seq, at, keys, text, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?', [afterSequence, limit])
    .map(row => ({ ...rowOf(row, statements.seal), hash: row[4] as Uint8Array }));
