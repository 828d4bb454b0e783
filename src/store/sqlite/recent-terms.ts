import { recentVersions } from './recent-versions.ts';
import type { Statements } from './statements.ts';
import { TERM_LENGTH, termKeys, termsOf } from './terms.ts';

/**
 * What `term` does not have yet (see `TermFold`), in a table of one connection's own memory: `recent_term`. Whoever searches brings
 * it up to date first, in the same transaction, so that both tables together are what the database holds at that moment.
 */
export class RecentTerms {
  readonly #statements: Statements;
  #folded = 0;
  #upTo = 0;
  #isVoid = false;

  constructor(statements: Statements) {
    this.#statements = statements;
    statements.database.exec(
      `CREATE TEMP TABLE recent_term (
        key INTEGER NOT NULL, seq INTEGER NOT NULL, qualifier INTEGER NOT NULL, PRIMARY KEY (key, seq, qualifier)
      ) STRICT, WITHOUT ROWID`,
    );
  }

  /** Reads what was committed, or done in the open transaction, since it was called last. */
  catchUp(): void {
    const folded = this.#statements.get('SELECT seq FROM folded', [])![0] as number;
    if (folded !== this.#folded || this.#isVoid) {
      this.#statements.database.exec('DELETE FROM recent_term');
      this.#folded = folded;
      this.#upTo = folded;
    }
    this.#isVoid = true;
    for (const { seq, terms, isCurrent, previousSeq } of recentVersions(this.#statements, this.#upTo)) {
      if (isCurrent)
        this.#change('INSERT OR IGNORE INTO recent_term (key, seq, qualifier) VALUES (?, ?, ?)', terms, seq);
      if (previousSeq !== null && previousSeq > folded) this.#remove(previousSeq);
      this.#upTo = seq;
    }
    this.#isVoid = false;
  }

  /** What it knows may have been rolled back. */
  forget(): void {
    this.#isVoid = true;
  }

  #remove(seq: number): void {
    const [terms] = this.#statements.get('SELECT terms FROM version WHERE seq = ?', [seq])!;
    this.#change(
      'DELETE FROM recent_term WHERE key = ? AND seq = ? AND qualifier = ?',
      termsOf(terms as Uint8Array),
      seq,
    );
  }

  #change(sql: string, terms: Int32Array, seq: number): void {
    const statement = this.#statements.prepare(sql);
    for (const [row, key] of termKeys(terms).entries()) statement.run(key, seq, terms[row * TERM_LENGTH + 2]!);
  }
}
