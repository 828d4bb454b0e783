import type { StatementSync } from 'node:sqlite';
import type { ResourceKey } from '../store.ts';
import { encodeBody } from './body-codec.ts';
import { IndexFold } from './index-fold.ts';
import type { PackedChange, PackedIndex } from './pack-unit.ts';
import { printList, printRanges } from './recent-versions.ts';
import type { RowSeal } from './row-seal.ts';
import { Shapes } from './shapes.ts';
import type { Statements } from './statements.ts';
import { termsOf } from './terms.ts';
import { TypeBlocks } from './type-blocks.ts';
import { WordRows } from './word-rows.ts';
import type { WriterLimits } from './writer-messages.ts';

/** Where a resource stands in the database. */
export interface Current {
  versionId: number;
  seq: number;
  deleted: boolean;
}

/** Writes and reads the rows of single resources for the writer; knows nothing of transactions. */
export class ChangeRows {
  readonly #seal: RowSeal | undefined;
  readonly #index: IndexFold;
  readonly #words: WordRows;
  readonly #blocks: TypeBlocks;
  readonly #shapes: Shapes;
  readonly #current: StatementSync;
  readonly #holder: StatementSync;
  readonly #old: StatementSync;
  readonly #insertVersion: StatementSync;
  readonly #insertResource: StatementSync;
  readonly #updateResource: StatementSync;
  readonly #insertSuperseded: StatementSync;
  readonly #insertIdentity: StatementSync;
  readonly #deleteIdentity: StatementSync;
  readonly #erase: StatementSync;
  readonly #reindex: StatementSync;
  readonly #rememberIndex: StatementSync;
  #hasErased = false;

  constructor(statements: Statements, { foldRows, fullTextTypes }: Pick<WriterLimits, 'foldRows' | 'fullTextTypes'>) {
    const prepare = (sql: string): StatementSync => {
      const statement = statements.database.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#seal = statements.seal;
    this.#words = new WordRows(statements, fullTextTypes);
    this.#index = new IndexFold(statements, this.#words, foldRows);
    this.#blocks = new TypeBlocks(statements);
    this.#shapes = new Shapes(statements);
    this.#current = prepare('SELECT version_id, seq, deleted FROM resource WHERE type = ? AND id = ?');
    this.#holder = prepare('SELECT type, id FROM identity WHERE identity = ?');
    this.#old = prepare('SELECT terms, identities FROM version WHERE seq = ?');
    this.#insertVersion = prepare(
      `INSERT INTO version (seq, type, id, version_id, updated, method, codec, identities, terms, ranges, strings, plain, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertResource = prepare('INSERT INTO resource (type, id, version_id, seq, deleted) VALUES (?, ?, ?, ?, ?)');
    this.#updateResource = prepare(
      'UPDATE resource SET version_id = ?, seq = ?, deleted = ? WHERE type = ? AND id = ?',
    );
    this.#insertSuperseded = prepare('INSERT INTO superseded (type, id, version_id, seq) VALUES (?, ?, ?, ?)');
    this.#insertIdentity = prepare('INSERT INTO identity (identity, type, id) VALUES (?, ?, ?)');
    this.#deleteIdentity = prepare('DELETE FROM identity WHERE identity = ?');
    this.#erase = prepare(
      `UPDATE version SET method = 'DELETE', codec = 0, identities = NULL, terms = x'', ranges = NULL,
       strings = NULL, plain = NULL, body = x''
       WHERE seq IN (SELECT seq FROM superseded WHERE type = ? AND id = ?)`,
    );
    this.#reindex = prepare('UPDATE version SET terms = ?, ranges = ?, strings = ?, plain = ? WHERE seq = ?');
    this.#rememberIndex = prepare('INSERT OR REPLACE INTO index_state (type, state) VALUES (?, ?)');
  }

  current(resourceType: string, id: string): Current | undefined {
    const row = this.#current.get(resourceType, id) as unknown as [number, number, number] | undefined;
    return row && { versionId: row[0], seq: row[1], deleted: row[2] === 1 };
  }

  /** Who holds a business identity. */
  holder(identity: string): ResourceKey | undefined {
    const row = this.#holder.get(identity) as unknown as [string, string] | undefined;
    return row && { resourceType: row[0], id: row[1] };
  }

  /** Business identities of a stored version. */
  identities(seq: number): string[] {
    return this.#readOld(seq).identities;
  }

  /** Takes away what the version `seq` is found under and makes it history. Its identities are free afterwards. */
  supersede(key: ResourceKey, current: Current): void {
    const { terms, identities } = this.#readOld(current.seq);
    this.#index.remove(terms, current.seq);
    for (const identity of identities) this.#deleteIdentity.run(identity);
    this.#insertSuperseded.run(key.resourceType, key.id, current.versionId, current.seq);
  }

  /** Adds a version and makes it the current one; `existed` tells whether there was one before. */
  add(change: PackedChange, seq: number, existed: boolean): void {
    const { resourceType, id, versionId, terms } = change;
    const deleted = change.method === 'DELETE' ? 1 : 0;
    const identities = printList(change.identities);
    const ranges = printRanges(change.ranges);
    const strings = printList(change.strings);
    const { codec, bytes } = encodeBody(change.body, seq, this.#seal);
    const termBytes = bytesOf(terms);
    const { lastUpdated, method } = change;
    const plain = change.plain === '' ? null : change.plain;
    this.#insertVersion.run(
      ...[
        seq,
        resourceType,
        id,
        versionId,
        lastUpdated,
        method,
        codec,
        identities,
        termBytes,
        ranges,
        strings,
        plain,
        bytes,
      ],
    );
    if (existed) this.#updateResource.run(versionId, seq, deleted, resourceType, id);
    else this.#insertResource.run(resourceType, id, versionId, seq, deleted);
    this.#index.add(change);
    this.#blocks.add(resourceType, seq);
    if (deleted === 0) this.#shapes.add(resourceType, change.shape, change.shapeNumber);
    for (const identity of change.identities) this.#insertIdentity.run(identity, resourceType, id);
  }

  /** Has a current version found under other entries. */
  reindex(resource: PackedIndex, seq: number): void {
    const { resourceType, terms, ranges, strings, plain, shape, shapeNumber } = resource;
    this.#index.replace(seq, this.#readOld(seq).terms, resource);
    const printed = [printRanges(ranges), printList(strings), plain === '' ? null : plain];
    this.#reindex.run(bytesOf(terms), ...printed, seq);
    this.#shapes.add(resourceType, shape, shapeNumber);
    this.#words.add(resourceType, seq);
  }

  /** Keeps what is to be remembered of the index of a type. */
  rememberIndex(resourceType: string, state: string): void {
    this.#rememberIndex.run(resourceType, state);
  }

  /** Empties all versions of a resource but the current one. */
  erase({ resourceType, id }: ResourceKey): void {
    this.#words.erase(resourceType, id);
    this.#erase.run(resourceType, id);
    this.#hasErased = true;
  }

  /** Whether something was erased since this was asked last: the log still has it. */
  takeErased(): boolean {
    const hasErased = this.#hasErased;
    this.#hasErased = false;
    return hasErased;
  }

  /** Ends a batch. */
  foldIfEnough(): void {
    this.#index.foldIfEnough();
  }

  /** Forgets what was rolled back. */
  reload(): void {
    this.#index.reload();
    this.#blocks.forget();
    this.#shapes.forget();
  }

  #readOld(seq: number): { terms: Int32Array; identities: string[] } {
    const [terms, identities] = this.#old.get(seq) as unknown as [Uint8Array, string | null];
    return {
      terms: termsOf(terms),
      identities: identities === null ? [] : JSON.parse(identities),
    };
  }
}

const bytesOf = (terms: Int32Array): Uint8Array => new Uint8Array(terms.buffer, terms.byteOffset, terms.byteLength);
