import { StoreError } from '../store-error.ts';

/** What one search may take. */
export interface SearchBounds {
  /** Milliseconds. */
  searchLimit: number;
  /** Resources that are looked at one by one, where no index finds what is asked for. */
  mostScanned: number;
}

/** Rows of a table to one question whether it may go on (see `withinDeadline`). */
export const ROWS_TO_A_CHECK = 256;

/** To read the words of a body takes as long as to look at so many rows. */
export const ROWS_TO_A_BODY = 50;

/** Counts what a search takes, and stops it where that is more than it may. */
export class Expense {
  readonly #bounds: SearchBounds;
  #deadline = 0;
  #rows = 0;
  #mostRows = 0;

  constructor(bounds: SearchBounds) {
    this.#bounds = bounds;
  }

  /** A search begins. */
  begin(): void {
    this.#deadline = performance.now() + this.#bounds.searchLimit;
    this.#rows = 0;
    this.#mostRows = this.#bounds.mostScanned;
  }

  /** What a look gives that may cost as much as a search; undefined where it would cost more. What it takes does not count for the search. */
  look<T>(take: () => T): T | undefined {
    const before = this.#rows;
    this.#rows = 0;
    try {
      return take();
    } catch (error) {
      if (error instanceof StoreError && error.kind === 'too-costly') return undefined;
      throw error;
    } finally {
      this.#rows = before;
    }
  }

  /** What follows is counted by an index alone, however much it is. */
  allowAll(): void {
    this.#mostRows = Number.POSITIVE_INFINITY;
  }

  /** @throws {StoreError} `timeout`, `too-costly` */
  add(rows: number): void {
    this.#rows += rows;
    if (this.#rows > this.#mostRows) {
      throw new StoreError('too-costly', `The search looked at more than ${this.#mostRows} rows and was stopped.`);
    }
    if (performance.now() <= this.#deadline) return;
    throw new StoreError('timeout', `The search took longer than ${this.#bounds.searchLimit} ms and was stopped.`);
  }
}
