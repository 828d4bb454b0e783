import type { StatementSync } from 'node:sqlite';
import type { Indexed } from './recent-versions.ts';
import type { Statements } from './statements.ts';

/** Sequence numbers in a block. The migration that made the table counts with the same. */
export const RANGE_BLOCK = 1024;

interface Extent {
  low: number;
  high: number;
}

/**
 * Of each block of versions and each parameter from where to where its dates or numbers go: a search passes over the blocks that have none
 * of those it asks for. Claims come in the order of their dates, more or less, so that few blocks are left. An extent never shrinks.
 */
export class RangeBlocks {
  readonly #widen: StatementSync;
  readonly #gathered = new Map<number, Map<number, Extent>>();

  constructor({ database }: Statements) {
    this.#widen = database.prepare(
      `INSERT INTO range_block (parameter, block, low, high) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET low = min(low, excluded.low), high = max(high, excluded.high)`,
    );
  }

  /** Takes the values of a version. */
  add(seq: number, ranges: Indexed['ranges']): void {
    if (ranges.length === 0) return;
    const block = Math.floor(seq / RANGE_BLOCK);
    let extents = this.#gathered.get(block);
    if (extents === undefined) {
      extents = new Map();
      this.#gathered.set(block, extents);
    }
    for (const { parameter, low, high } of ranges) {
      const extent = extents.get(parameter);
      if (extent === undefined) extents.set(parameter, { low, high });
      else {
        if (low < extent.low) extent.low = low;
        if (high > extent.high) extent.high = high;
      }
    }
  }

  /** Writes down what was taken. */
  write(): void {
    for (const [block, extents] of this.#gathered) {
      for (const [parameter, { low, high }] of extents) this.#widen.run(parameter, block, low, high);
    }
    this.#gathered.clear();
  }
}
