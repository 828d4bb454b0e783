import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Rows to a statement; more gains nothing. */
const CHUNK = 32;

/** So many rows at most can be told apart beside 32 bits of a key in a double. */
const MOST_ROWS = 2 ** 20;

/**
 * Rows of `term` that a batch adds, held back and inserted in the order of their keys: neighbours go to the same page while it is
 * at hand.
 */
export class TermRows {
  readonly #insertMany: StatementSync;
  readonly #insertOne: StatementSync;
  readonly #delete: StatementSync;
  #terms: BigInt64Array[] = [];
  #sequences: number[] = [];
  #count = 0;
  #oldest = Number.POSITIVE_INFINITY;

  constructor(database: DatabaseSync) {
    const insert = 'INSERT OR IGNORE INTO term (key, seq) VALUES ';
    this.#insertMany = database.prepare(insert + Array(CHUNK).fill('(?, ?)').join(', '));
    this.#insertOne = database.prepare(`${insert}(?, ?)`);
    this.#delete = database.prepare('DELETE FROM term WHERE key = ? AND seq = ?');
  }

  add(terms: BigInt64Array, seq: number): void {
    if (this.#count + terms.length > MOST_ROWS) this.flush();
    this.#terms.push(terms);
    this.#sequences.push(seq);
    this.#count += terms.length;
    this.#oldest = Math.min(this.#oldest, seq);
  }

  remove(terms: BigInt64Array, seq: number): void {
    if (seq >= this.#oldest) this.flush();
    for (const key of terms) this.#delete.run(key, seq);
  }

  /** Forgets what was not inserted. */
  clear(): void {
    this.#terms = [];
    this.#sequences = [];
    this.#count = 0;
    this.#oldest = Number.POSITIVE_INFINITY;
  }

  flush(): void {
    const keys = new BigInt64Array(this.#count);
    const sequences = new Float64Array(this.#count);
    let row = 0;
    for (let i = 0; i < this.#terms.length; i++) {
      const terms = this.#terms[i]!;
      keys.set(terms, row);
      sequences.fill(this.#sequences[i]!, row, row + terms.length);
      row += terms.length;
    }
    const order = this.#order(keys);
    const args: (bigint | number)[] = new Array(CHUNK * 2);
    let at = 0;
    for (; at + CHUNK <= row; at += CHUNK) {
      for (let i = 0; i < CHUNK; i++) {
        const next = order[at + i]!;
        args[2 * i] = keys[next]!;
        args[2 * i + 1] = sequences[next]!;
      }
      this.#insertMany.run(...args);
    }
    for (; at < row; at++) this.#insertOne.run(keys[order[at]!]!, sequences[order[at]!]!);
    this.clear();
  }

  /** Row numbers by the upper halves of their keys: enough for the pages, and numbers sort natively where pairs would not. */
  #order(keys: BigInt64Array): Uint32Array {
    const halves = new Int32Array(keys.buffer);
    const sorted = new Float64Array(keys.length);
    for (let i = 0; i < keys.length; i++) sorted[i] = halves[2 * i + 1]! * MOST_ROWS + i;
    sorted.sort();
    const order = new Uint32Array(keys.length);
    for (let i = 0; i < keys.length; i++) {
      const value = sorted[i]!;
      order[i] = value - Math.floor(value / MOST_ROWS) * MOST_ROWS;
    }
    return order;
  }
}
