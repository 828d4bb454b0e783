import type { StatementSync } from 'node:sqlite';
import { RangeBlocks } from './range-blocks.ts';
import { type Indexed, recentVersions } from './recent-versions.ts';
import type { Statements } from './statements.ts';
import { TERM_LENGTH, termKeys } from './terms.ts';
import type { WordRows } from './word-rows.ts';

/** Rows that are waited for before they are folded in: some thousand claims with their answers, and a pause of 15 ms. */
export const FOLD_ROWS = 25_000;

/** Rows to a statement; more gains nothing. */
const CHUNK = 32;

/** So many rows at most can be told apart beside 32 bits of a key in a double. */
const MOST_ROWS = 2 ** 20;

/**
 * What the latest versions are found under, which stands in `version` alone until there is enough of it: then it is folded into the
 * tables of the index, terms in the order of their keys, so that each page is touched once for many commits and not once for each.
 * `folded` has the last sequence number that is folded in; what comes after it is found by `RecentRows`.
 */
export class IndexFold {
  readonly #statements: Statements;
  readonly #words: WordRows;
  readonly #blocks: RangeBlocks;
  readonly #enough: number;
  readonly #insertMany: StatementSync;
  readonly #insertOne: StatementSync;
  readonly #delete: StatementSync;
  readonly #insertRange: StatementSync;
  readonly #insertString: StatementSync;
  readonly #deleteRanges: StatementSync;
  readonly #deleteStrings: StatementSync;
  readonly #setFolded: StatementSync;
  #folded = 0;
  #terms = new Int32Array(FOLD_ROWS * TERM_LENGTH);
  #rows = 0;
  /** For each version after `folded` the row behind its last. */
  #ends: number[] = [];
  #values: { seq: number; ranges: Indexed['ranges']; strings: Indexed['strings'] }[] = [];
  /** Versions after `folded` that are no longer current. */
  readonly #superseded = new Set<number>();

  /**
   * @param words takes the words of what is folded in
   * @param enough rows that are waited for
   */
  constructor(statements: Statements, words: WordRows, enough: number) {
    const insert = 'INSERT OR IGNORE INTO term (key, seq, qualifier) VALUES ';
    const { database } = statements;
    this.#statements = statements;
    this.#words = words;
    this.#blocks = new RangeBlocks(statements);
    this.#enough = enough;
    this.#insertMany = database.prepare(insert + Array(CHUNK).fill('(?, ?, ?)').join(', '));
    this.#insertOne = database.prepare(`${insert}(?, ?, ?)`);
    this.#delete = database.prepare('DELETE FROM term WHERE key = ? AND seq = ? AND qualifier = ?');
    this.#insertRange = database.prepare(
      'INSERT OR IGNORE INTO range_value (seq, parameter, low, high) VALUES (?, ?, ?, ?)',
    );
    this.#insertString = database.prepare(
      'INSERT OR IGNORE INTO string_value (seq, parameter, folded) VALUES (?, ?, ?)',
    );
    this.#deleteRanges = database.prepare('DELETE FROM range_value WHERE seq = ?');
    this.#deleteStrings = database.prepare('DELETE FROM string_value WHERE seq = ?');
    this.#setFolded = database.prepare('UPDATE folded SET seq = ?');
    this.reload();
  }

  /** Takes what the next version is found under. */
  add({ terms, ranges, strings }: Indexed): void {
    if (this.#rows + terms.length / TERM_LENGTH > MOST_ROWS) this.#fold();
    const from = this.#rows * TERM_LENGTH;
    if (from + terms.length > this.#terms.length) {
      const larger = new Int32Array(Math.max(from + terms.length, this.#terms.length * 2));
      larger.set(this.#terms);
      this.#terms = larger;
    }
    this.#terms.set(terms, from);
    this.#rows += terms.length / TERM_LENGTH;
    this.#ends.push(this.#rows);
    if (ranges.length + strings.length > 0)
      this.#values.push({ seq: this.#folded + this.#ends.length, ranges, strings });
  }

  /** Takes away what a version that is superseded was found under. */
  remove(terms: Int32Array, seq: number): void {
    if (seq > this.#folded) {
      this.#superseded.add(seq);
      return;
    }
    this.#deleteRanges.run(seq);
    this.#deleteStrings.run(seq);
    for (const [row, key] of termKeys(terms).entries()) this.#delete.run(key, seq, terms[row * TERM_LENGTH + 2]!);
  }

  /**
   * Puts a current version under other entries than it had. What is not folded in yet is, first. Terms that stay are left alone: most do
   * where a search parameter has come to a type.
   */
  replace(seq: number, before: Int32Array, { terms, ranges, strings }: Indexed): void {
    if (seq > this.#folded) this.#fold();
    const gone = termRows(before);
    for (const [name, term] of termRows(terms)) {
      if (gone.delete(name)) continue;
      this.#insertOne.run(term.key, seq, term.qualifier);
    }
    for (const { key, qualifier } of gone.values()) this.#delete.run(key, seq, qualifier);
    this.#deleteRanges.run(seq);
    this.#deleteStrings.run(seq);
    this.#insertValues(seq, ranges, strings);
    this.#blocks.write();
  }

  /** Folds what has gathered, if it is enough to be worth the pages that it touches. */
  foldIfEnough(): void {
    // Deletions have no rows, and are gone through all the same by whoever reads what is not folded in.
    if (Math.max(this.#rows, this.#ends.length) >= this.#enough) this.#fold();
  }

  /** Forgets what it knows and reads it from the database: at the beginning, and after a rollback. */
  reload(): void {
    this.#folded = this.#statements.get('SELECT seq FROM folded', [])![0] as number;
    this.#clear();
    for (const version of recentVersions(this.#statements, this.#folded)) {
      this.add(version);
      if (!version.isCurrent) this.#superseded.add(version.seq);
    }
  }

  #clear(): void {
    this.#rows = 0;
    this.#ends = [];
    this.#values = [];
    this.#superseded.clear();
    if (this.#terms.length > 2 * FOLD_ROWS * TERM_LENGTH) this.#terms = new Int32Array(FOLD_ROWS * TERM_LENGTH);
  }

  #fold(): void {
    this.#foldTerms();
    for (const { seq, ranges, strings } of this.#values) {
      if (this.#superseded.has(seq)) continue;
      this.#insertValues(seq, ranges, strings);
    }
    this.#blocks.write();
    const upTo = this.#folded + this.#ends.length;
    this.#words.addAfter(this.#folded, upTo, this.#superseded);
    this.#folded = upTo;
    this.#setFolded.run(this.#folded);
    this.#clear();
  }

  #insertValues(seq: number, ranges: Indexed['ranges'], strings: Indexed['strings']): void {
    for (const { parameter, low, high } of ranges) this.#insertRange.run(seq, parameter, low, high);
    this.#blocks.add(seq, ranges);
    for (const { parameter, folded } of strings) this.#insertString.run(seq, parameter, folded);
  }

  #foldTerms(): void {
    const keys = termKeys(this.#terms.subarray(0, this.#rows * TERM_LENGTH));
    const sequences = this.#sequences();
    const chunk: (bigint | number)[] = [];
    for (const row of orderOf(keys)) {
      const seq = sequences[row]!;
      if (this.#superseded.has(seq)) continue;
      chunk.push(keys[row]!, seq, this.#terms[row * TERM_LENGTH + 2]!);
      if (chunk.length < CHUNK * TERM_LENGTH) continue;
      this.#insertMany.run(...chunk);
      chunk.length = 0;
    }
    for (let at = 0; at < chunk.length; at += TERM_LENGTH) {
      this.#insertOne.run(...chunk.slice(at, at + TERM_LENGTH));
    }
  }

  /** The sequence number of each row. */
  #sequences(): Float64Array {
    const sequences = new Float64Array(this.#rows);
    let from = 0;
    this.#ends.forEach((end, index) => {
      sequences.fill(this.#folded + 1 + index, from, end);
      from = end;
    });
    return sequences;
  }
}

/** Terms by a name of theirs. */
const termRows = (terms: Int32Array): Map<string, { key: bigint; qualifier: number }> =>
  new Map(
    Array.from(termKeys(terms), (key, row) => {
      const qualifier = terms[row * TERM_LENGTH + 2]!;
      return [`${key} ${qualifier}`, { key, qualifier }];
    }),
  );

/** Row numbers by the upper halves of their keys: enough for the pages, and numbers sort natively where pairs would not. */
const orderOf = (keys: BigInt64Array): Uint32Array => {
  const halves = new Int32Array(keys.buffer);
  const sorted = new Float64Array(keys.length);
  for (let row = 0; row < keys.length; row++) sorted[row] = halves[2 * row + 1]! * MOST_ROWS + row;
  sorted.sort();
  return Uint32Array.from(sorted, value => value - Math.floor(value / MOST_ROWS) * MOST_ROWS);
};
