import type { StatementSync } from 'node:sqlite';
import type { Statements } from './statements.ts';

/** Sequence numbers in a block. The migration that made the table counts with the same. */
export const BLOCK = 64;

/**
 * Writes down which types each block of versions has, once for type and block: the way to the versions of a type, at a small part of
 * what an index of all versions would cost a commit.
 */
export class TypeBlocks {
  readonly #insert: StatementSync;
  #block = -1;
  readonly #types = new Set<string>();

  constructor({ database }: Statements) {
    this.#insert = database.prepare('INSERT OR IGNORE INTO type_block (type, block) VALUES (?, ?)');
  }

  /** Takes note of a version, in the order of the sequence. */
  add(resourceType: string, seq: number): void {
    const block = Math.floor(seq / BLOCK);
    if (block !== this.#block) {
      this.#types.clear();
      this.#block = block;
    }
    if (this.#types.has(resourceType)) return;
    this.#insert.run(resourceType, block);
    this.#types.add(resourceType);
  }

  /** Forgets what was rolled back. */
  forget(): void {
    this.#types.clear();
  }
}
