import { fullTextOf } from '../../search/full-text.ts';
import { decodeBody } from './body-codec.ts';
import type { Column, Statements } from './statements.ts';

const VERSIONS = `SELECT seq, codec, body FROM version
  WHERE seq > ? AND seq <= ? AND method <> 'DELETE' AND type IN (SELECT value FROM json_each(?))`;

const INDEXED = `SELECT v.seq, v.codec, v.body FROM superseded s CROSS JOIN version v ON v.seq = s.seq
  CROSS JOIN full_text_docsize d ON d.id = s.seq WHERE s.type = ? AND s.id = ?`;

const AT = 'SELECT seq, codec, body FROM version WHERE seq = ? AND seq NOT IN (SELECT id FROM full_text_docsize)';

/**
 * The words of resources of some types (`full_text`, whose row ids are sequence numbers), for the writer. A version that is superseded stays
 * in it, and is passed over by whoever searches, until it is erased: to take a version out, its words have to be made again.
 */
export class WordRows {
  readonly #statements: Statements;
  readonly #types: ReadonlySet<string>;
  readonly #list: string;

  constructor(statements: Statements, types: readonly string[]) {
    this.#statements = statements;
    this.#types = new Set(types);
    this.#list = JSON.stringify(types);
  }

  /** Takes the versions after a sequence number up to another one, if they are not superseded. */
  addAfter(from: number, to: number, superseded: ReadonlySet<number>): void {
    if (this.#types.size === 0) return;
    for (const row of this.#statements.all(VERSIONS, [from, to, this.#list])) {
      if (!superseded.has(row[0] as number))
        this.#run('INSERT INTO full_text (rowid, narrative, content) VALUES (?, ?, ?)', row);
    }
  }

  /** Takes a version that may be there already. */
  add(resourceType: string, seq: number): void {
    if (!this.#types.has(resourceType)) return;
    const row = this.#statements.get(AT, [seq]);
    if (row !== undefined) this.#run('INSERT INTO full_text (rowid, narrative, content) VALUES (?, ?, ?)', row);
  }

  /** Leaves no word of the former versions of a resource, which still have their bodies. */
  erase(resourceType: string, id: string): void {
    for (const row of this.#statements.all(INDEXED, [resourceType, id])) {
      this.#run("INSERT INTO full_text (full_text, rowid, narrative, content) VALUES ('delete', ?, ?, ?)", row);
    }
  }

  #run(sql: string, [seq, codec, bytes]: readonly Column[]): void {
    const body = decodeBody(codec as number, bytes as Uint8Array, seq as number, this.#statements.seal);
    const { narrative, content } = fullTextOf(JSON.parse(body.toString()));
    this.#statements.prepare(sql).run(seq!, narrative, content);
  }
}
