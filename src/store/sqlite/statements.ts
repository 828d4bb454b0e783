import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { RowSeal } from './row-seal.ts';

/** A value of a column; integers beyond 2^53 are never selected. */
export type Column = null | number | string | Uint8Array;

const LIMIT = 500;

/** Prepared statements of one connection, kept by their text; rows come as arrays. */
export class Statements {
  readonly database: DatabaseSync;
  /** What opens and seals the rows that are sealed; undefined where none are. */
  readonly seal: RowSeal | undefined;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, seal: RowSeal | undefined) {
    this.database = database;
    this.seal = seal;
  }

  prepare(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      statement.setReturnArrays(true);
      if (this.#prepared.size >= LIMIT) this.#prepared.clear();
      this.#prepared.set(sql, statement);
    }
    return statement;
  }

  all(sql: string, params: readonly SQLInputValue[]): Column[][] {
    return this.prepare(sql).all(...params) as unknown as Column[][];
  }

  /** Row by row, so that a caller who has enough leaves the rest unread. */
  each(sql: string, params: readonly SQLInputValue[]): Iterable<Column[]> {
    return this.prepare(sql).iterate(...params) as unknown as Iterable<Column[]>;
  }

  get(sql: string, params: readonly SQLInputValue[]): Column[] | undefined {
    return this.prepare(sql).get(...params) as unknown as Column[] | undefined;
  }
}
