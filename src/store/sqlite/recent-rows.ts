import { type RecentVersion, recentVersions } from './recent-versions.ts';
import type { Statements } from './statements.ts';
import { TERM_LENGTH, termKeys, termsOf } from './terms.ts';

/**
 * The part of the index that is not folded in yet (see `IndexFold`), in tables of one connection's own memory that look like those
 * of the database: `recent_term`, `recent_range`, `recent_string`. Whoever searches brings them up to date first, in the same
 * transaction, so that both parts together are what the database holds at that moment. No version is in both.
 */
export class RecentRows {
  readonly #statements: Statements;
  #folded = 0;
  #upTo = 0;
  #isVoid = false;

  constructor(statements: Statements) {
    this.#statements = statements;
    statements.database.exec(`
      CREATE TEMP TABLE recent_term (
        key INTEGER NOT NULL, seq INTEGER NOT NULL, qualifier INTEGER NOT NULL, PRIMARY KEY (key, seq, qualifier)
      ) STRICT, WITHOUT ROWID;
      CREATE TEMP TABLE recent_range (
        seq INTEGER NOT NULL, parameter INTEGER NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
        PRIMARY KEY (seq, parameter, low, high)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX recent_range_by_low ON recent_range (parameter, low);
      CREATE INDEX recent_range_by_high ON recent_range (parameter, high);
      CREATE TEMP TABLE recent_string (
        seq INTEGER NOT NULL, parameter INTEGER NOT NULL, folded TEXT NOT NULL, PRIMARY KEY (seq, parameter, folded)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX recent_string_by_text ON recent_string (parameter, folded);
    `);
  }

  /** Reads what was committed, or done in the open transaction, since it was called last. */
  catchUp(): void {
    const folded = this.#statements.get('SELECT seq FROM folded', [])![0] as number;
    if (folded !== this.#folded || this.#isVoid) {
      this.#statements.database.exec('DELETE FROM recent_term; DELETE FROM recent_range; DELETE FROM recent_string');
      this.#folded = folded;
      this.#upTo = folded;
    }
    this.#isVoid = true;
    for (const version of recentVersions(this.#statements, this.#upTo)) {
      if (version.isCurrent) this.#add(version);
      if (version.previousSeq !== null && version.previousSeq > folded) this.#remove(version.previousSeq);
      this.#upTo = version.seq;
    }
    this.#isVoid = false;
  }

  /** What it knows may have been rolled back. */
  forget(): void {
    this.#isVoid = true;
  }

  #add({ seq, terms, ranges, strings }: RecentVersion): void {
    this.#forTerms('INSERT OR IGNORE INTO recent_term (key, seq, qualifier) VALUES (?, ?, ?)', terms, seq);
    for (const { parameter, low, high } of ranges) {
      this.#run(
        'INSERT OR IGNORE INTO recent_range (seq, parameter, low, high) VALUES (?, ?, ?, ?)',
        seq,
        parameter,
        low,
        high,
      );
    }
    for (const { parameter, folded } of strings) {
      this.#run(
        'INSERT OR IGNORE INTO recent_string (seq, parameter, folded) VALUES (?, ?, ?)',
        seq,
        parameter,
        folded,
      );
    }
  }

  #remove(seq: number): void {
    const [bytes] = this.#statements.get('SELECT terms FROM version WHERE seq = ?', [seq])!;
    const terms = termsOf(bytes as Uint8Array);
    // One that was erased does not tell any more what it was found under.
    if (terms.length === 0) this.#run('DELETE FROM recent_term WHERE seq = ?', seq);
    this.#forTerms('DELETE FROM recent_term WHERE key = ? AND seq = ? AND qualifier = ?', terms, seq);
    this.#run('DELETE FROM recent_range WHERE seq = ?', seq);
    this.#run('DELETE FROM recent_string WHERE seq = ?', seq);
  }

  #forTerms(sql: string, terms: Int32Array, seq: number): void {
    for (const [row, key] of termKeys(terms).entries()) this.#run(sql, key, seq, terms[row * TERM_LENGTH + 2]!);
  }

  #run(sql: string, ...params: (bigint | number | string)[]): void {
    this.#statements.prepare(sql).run(...params);
  }
}
