import type { DatabaseSync } from 'node:sqlite';
import type { CommitResult } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { applyUnit, type Transaction } from './apply-unit.ts';
import { AuditRows } from './audit-rows.ts';
import { ChangeRows } from './change-rows.ts';
import { emptyLog } from './empty-log.ts';
import { translateError } from './errors.ts';
import { Living } from './living.ts';
import { OnceNames } from './once-names.ts';
import type { PackedUnit } from './pack-unit.ts';
import type { RowSeal } from './row-seal.ts';
import { Search } from './search.ts';
import { readSetting } from './setting.ts';
import { Statements } from './statements.ts';
import { TermKeys } from './term-keys.ts';
import type { WriterLimits } from './writer-messages.ts';

const LIVING = 50_000;

/** Commits batches of units, each batch in one transaction. */
export class Batches {
  readonly #database: DatabaseSync;
  readonly #transaction: Transaction;
  /** Whether a rollback has made what is known of the database's content void. */
  #isVoid = false;

  constructor(database: DatabaseSync, limits: WriterLimits, seal?: RowSeal) {
    this.#database = database;
    const statements = new Statements(database, seal);
    this.#transaction = {
      rows: new ChangeRows(statements, limits),
      search: new Search(statements, new TermKeys(readSetting(database, 'term-seed')), limits),
      living: new Living(LIVING),
      once: new OnceNames(database),
      audit: new AuditRows(statements, readSetting(database, 'signing-key')),
      nextSeq: this.#readNextSeq(),
    };
  }

  /**
   * Commits units; what is answered as committed is durable. Where a batch as a whole cannot be committed, each of its units is
   * tried alone, so that one that the database chokes on takes no other with it.
   */
  commit(units: readonly PackedUnit[]): (CommitResult | Error)[] {
    try {
      return this.#commitTogether(units);
    } catch (error) {
      const translated = translateError(error);
      const failure = translated instanceof Error ? translated : new Error(String(translated));
      const isHopeless = failure instanceof StoreError && failure.kind !== 'timeout' && failure.kind !== 'too-costly';
      if (units.length === 1 || isHopeless) return units.map(() => failure);
      return units.flatMap(unit => this.commit([unit]));
    }
  }

  #commitTogether(units: readonly PackedUnit[]): CommitResult[] {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      if (this.#isVoid) this.#recover();
      const results = units.map(unit => applyUnit(unit, this.#transaction));
      this.#transaction.rows.foldIfEnough();
      this.#transaction.audit.foldIfEnough();
      this.#database.exec('COMMIT');
      // What was overwritten in the database is in its log until that is folded into it.
      if (this.#transaction.rows.takeErased()) emptyLog(this.#database);
      return results;
    } catch (error) {
      // Some failures (a full disk) have rolled back already.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#isVoid = true;
      throw error;
    }
  }

  #recover(): void {
    this.#transaction.rows.reload();
    this.#transaction.audit.reload();
    this.#transaction.search.forget();
    this.#transaction.living.clear();
    this.#transaction.nextSeq = this.#readNextSeq();
    this.#isVoid = false;
  }

  #readNextSeq(): number {
    const row = this.#database.prepare('SELECT max(seq) AS seq FROM version').get();
    return Number(row?.seq ?? 0) + 1;
  }
}
