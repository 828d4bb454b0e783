import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Once } from '../store.ts';

/** Names that are taken once, for the writer. */
export class OnceNames {
  readonly #find: StatementSync;
  readonly #take: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare('SELECT 1 FROM once WHERE name = ? AND until >= ?');
    this.#take = database.prepare('INSERT OR REPLACE INTO once (name, until) VALUES (?, ?)');
    this.#forget = database.prepare('DELETE FROM once WHERE until < ?');
  }

  isTaken({ name, from }: Once): boolean {
    return this.#find.get(name, from) !== undefined;
  }

  take({ name, from, until }: Once): void {
    this.#forget.run(from);
    this.#take.run(name, until);
  }
}
