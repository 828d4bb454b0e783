import type { ResourceKey, SequencedVersion } from '../store.ts';
import type { Statements } from './statements.ts';
import { KEYED_VERSION_COLUMNS, readVersionRow, VERSION_COLUMNS } from './version-row.ts';

const CURRENT = `SELECT ${VERSION_COLUMNS} FROM resource r JOIN version v ON v.seq = r.seq WHERE r.type = ? AND r.id = ?`;

const OLD = `SELECT ${VERSION_COLUMNS} FROM superseded s JOIN version v ON v.seq = s.seq
  WHERE s.type = ? AND s.id = ? AND s.version_id = ?`;

const AT = `SELECT ${KEYED_VERSION_COLUMNS} FROM version v WHERE v.seq = ?`;
const AFTER = `SELECT ${KEYED_VERSION_COLUMNS} FROM version v WHERE v.seq > ? ORDER BY v.seq LIMIT ?`;

/** The same with the bodies of some types alone: others are not read from their pages. */
const AFTER_WITH_BODIES_OF = `SELECT v.seq, v.version_id, v.updated, v.method,
    iif(v.type IN (SELECT value FROM json_each(?1)), v.codec, 0),
    iif(v.type IN (SELECT value FROM json_each(?1)), v.body, x''), v.type, v.id
  FROM version v WHERE v.seq > ?2 ORDER BY v.seq LIMIT ?3`;

/** The types are a JSON array, so that there is one statement for any number of them. */
const NEWEST = `SELECT ${KEYED_VERSION_COLUMNS} FROM resource r JOIN version v ON v.seq = r.seq
  WHERE r.type IN (SELECT value FROM json_each(?)) AND r.seq > ? ORDER BY r.seq LIMIT ?`;

/** `lastUpdated` grows with the sequence; a few versions more are looked at, should a caller have missed that. */
const LAST_UPDATED = 'SELECT max(updated) FROM (SELECT updated FROM version ORDER BY seq DESC LIMIT 100)';

/** Reads versions on one connection. */
export class Versions {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  lastUpdated(): number {
    return (this.#statements.get(LAST_UPDATED, [])?.[0] as number | null | undefined) ?? 0;
  }

  current(key: ResourceKey): SequencedVersion | undefined {
    const row = this.#statements.get(CURRENT, [key.resourceType, key.id]);
    return row && readVersionRow(row, this.#statements.seal, key);
  }

  /** The version with a sequence number that is known to be there. */
  at(sequence: number): SequencedVersion {
    return readVersionRow(this.#statements.get(AT, [sequence])!, this.#statements.seal);
  }

  one(key: ResourceKey, versionId: number): SequencedVersion | undefined {
    const current = this.current(key);
    if (current === undefined || versionId > current.versionId) return undefined;
    if (current.versionId === versionId) return current;
    const row = this.#statements.get(OLD, [key.resourceType, key.id, versionId]);
    return row && readVersionRow(row, this.#statements.seal, key);
  }

  after(sequence: number, limit: number, bodiesOf?: readonly string[]): SequencedVersion[] {
    const rows =
      bodiesOf === undefined
        ? this.#statements.all(AFTER, [sequence, limit])
        : this.#statements.all(AFTER_WITH_BODIES_OF, [JSON.stringify(bodiesOf), sequence, limit]);
    return rows.map(row => readVersionRow(row, this.#statements.seal));
  }

  newest(resourceTypes: readonly string[], sequence: number, limit: number): SequencedVersion[] {
    const rows = this.#statements.all(NEWEST, [JSON.stringify(resourceTypes), sequence, limit]);
    return rows.map(row => readVersionRow(row, this.#statements.seal));
  }
}
