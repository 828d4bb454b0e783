import type { Cursor, Page, ResourceKey, StoredVersion } from '../store.ts';
import { decodeBody } from './body-codec.ts';
import type { Column, Statements } from './statements.ts';
import type { CachedVersion } from './version-cache.ts';

const COLUMNS = 'v.seq, v.type, v.id, v.version_id, v.updated, v.method, v.codec, v.body';

const CURRENT = `SELECT ${COLUMNS} FROM resource r JOIN version v ON v.seq = r.seq WHERE r.type = ? AND r.id = ?`;

const OLDER = `SELECT ${COLUMNS} FROM superseded s JOIN version v ON v.seq = s.seq
  WHERE s.type = ? AND s.id = ? AND s.version_id < ? ORDER BY s.version_id DESC LIMIT ?`;

/** `lastUpdated` grows with the sequence; a few versions more are looked at, should a caller have missed that. */
const LAST_UPDATED = 'SELECT max(updated) FROM (SELECT updated FROM version ORDER BY seq DESC LIMIT 100)';

function versionOf(row: Column[]): CachedVersion {
  return {
    sequence: row[0] as number,
    resourceType: row[1] as string,
    id: row[2] as string,
    versionId: row[3] as number,
    lastUpdated: row[4] as number,
    method: row[5] as StoredVersion['method'],
    body: decodeBody(row[6] as number, row[7] as Uint8Array),
  };
}

/** Reads versions on one connection. */
export class Versions {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  lastUpdated(): number {
    return (this.#statements.get(LAST_UPDATED, [])?.[0] as number | null | undefined) ?? 0;
  }

  current(key: ResourceKey): CachedVersion | undefined {
    const row = this.#statements.get(CURRENT, [key.resourceType, key.id]);
    return row && versionOf(row);
  }

  /** The version with a sequence number that is known to be there. */
  at(sequence: number): CachedVersion {
    return versionOf(this.#statements.get(`SELECT ${COLUMNS} FROM version v WHERE v.seq = ?`, [sequence])!);
  }

  one(key: ResourceKey, versionId: number): CachedVersion | undefined {
    const current = this.current(key);
    if (current === undefined || versionId > current.versionId) return undefined;
    if (current.versionId === versionId) return current;
    const [row] = this.#statements.all(OLDER, [key.resourceType, key.id, versionId + 1, 1]);
    return row && row[3] === versionId ? versionOf(row) : undefined;
  }

  /** Newest first. The cursor is the number of the last version shown. */
  history(key: ResourceKey, { count, after }: { count: number; after?: Cursor }): Page {
    const current = this.current(key);
    if (current === undefined) return { versions: [], total: 0 };
    const before = (after?.[0] as number | undefined) ?? current.versionId + 1;
    const versions = before > current.versionId ? [current] : [];
    for (const row of this.#statements.all(OLDER, [key.resourceType, key.id, before, count + 1])) {
      versions.push(versionOf(row));
    }
    const shown = versions.slice(0, count);
    const last = shown.at(-1);
    const total = current.versionId;
    return versions.length > count && last
      ? { versions: shown, next: [last.versionId], total }
      : { versions: shown, total };
  }

  after(sequence: number, limit: number): CachedVersion[] {
    const select = `SELECT ${COLUMNS} FROM version v WHERE v.seq > ? ORDER BY v.seq LIMIT ?`;
    return this.#statements.all(select, [sequence, limit]).map(versionOf);
  }
}
