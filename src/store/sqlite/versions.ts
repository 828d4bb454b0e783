import {
  type Cursor,
  PAGE_BYTES,
  type Page,
  type ResourceKey,
  type SequencedVersion,
  type StoredVersion,
} from '../store.ts';
import { decodeBody } from './body-codec.ts';
import type { Column, Statements } from './statements.ts';

const COLUMNS = 'v.seq, v.version_id, v.updated, v.method, v.codec, v.body';
const WITH_KEY = `${COLUMNS}, v.type, v.id`;

const CURRENT = `SELECT ${COLUMNS} FROM resource r JOIN version v ON v.seq = r.seq WHERE r.type = ? AND r.id = ?`;

const OLDER = `SELECT ${COLUMNS} FROM superseded s JOIN version v ON v.seq = s.seq
  WHERE s.type = ? AND s.id = ? AND s.version_id < ? ORDER BY s.version_id DESC LIMIT ?`;

const AT = `SELECT ${WITH_KEY} FROM version v WHERE v.seq = ?`;
const AFTER = `SELECT ${WITH_KEY} FROM version v WHERE v.seq > ? ORDER BY v.seq LIMIT ?`;

/** The types are a JSON array, so that there is one statement for any number of them. */
const NEWEST = `SELECT ${WITH_KEY} FROM resource r JOIN version v ON v.seq = r.seq
  WHERE r.type IN (SELECT value FROM json_each(?)) AND r.seq > ? ORDER BY r.seq LIMIT ?`;

/** `lastUpdated` grows with the sequence; a few versions more are looked at, should a caller have missed that. */
const LAST_UPDATED = 'SELECT max(updated) FROM (SELECT updated FROM version ORDER BY seq DESC LIMIT 100)';

const keyOf = (row: Column[]): ResourceKey => ({ resourceType: row[6] as string, id: row[7] as string });

function versionOf(row: Column[], { resourceType, id }: ResourceKey): SequencedVersion {
  const body = decodeBody(row[4] as number, row[5] as Uint8Array);
  return {
    sequence: row[0] as number,
    resourceType,
    id,
    versionId: row[1] as number,
    lastUpdated: row[2] as number,
    method: row[3] as StoredVersion['method'],
    body: body.toString(),
    bodyBytes: body.byteLength,
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

  current(key: ResourceKey): SequencedVersion | undefined {
    const row = this.#statements.get(CURRENT, [key.resourceType, key.id]);
    return row && versionOf(row, key);
  }

  /** The version with a sequence number that is known to be there. */
  at(sequence: number): SequencedVersion {
    const row = this.#statements.get(AT, [sequence])!;
    return versionOf(row, keyOf(row));
  }

  one(key: ResourceKey, versionId: number): SequencedVersion | undefined {
    const current = this.current(key);
    if (current === undefined || versionId > current.versionId) return undefined;
    if (current.versionId === versionId) return current;
    const [row] = this.#statements.all(OLDER, [key.resourceType, key.id, versionId + 1, 1]);
    return row && row[1] === versionId ? versionOf(row, key) : undefined;
  }

  /** Newest first. The cursor is the number of the last version shown. */
  history(key: ResourceKey, { count, after }: { count: number; after?: Cursor }): Page {
    const current = this.current(key);
    if (current === undefined) return { versions: [], total: 0 };
    const before = (after?.[0] as number | undefined) ?? current.versionId + 1;
    const versions = before > current.versionId ? [current] : [];
    let bytes = 0;
    for (const row of this.#statements.each(OLDER, [key.resourceType, key.id, before, count])) {
      bytes += versions.at(-1)?.bodyBytes ?? 0;
      if (versions.length >= count || bytes >= PAGE_BYTES) break;
      versions.push(versionOf(row, key));
    }
    const shown = versions.slice(0, count);
    const last = shown.at(-1);
    const total = current.versionId;
    return last && last.versionId > 1 ? { versions: shown, next: [last.versionId], total } : { versions: shown, total };
  }

  after(sequence: number, limit: number): SequencedVersion[] {
    return this.#statements.all(AFTER, [sequence, limit]).map(row => versionOf(row, keyOf(row)));
  }

  newest(resourceTypes: readonly string[], sequence: number, limit: number): SequencedVersion[] {
    const rows = this.#statements.all(NEWEST, [JSON.stringify(resourceTypes), sequence, limit]);
    return rows.map(row => versionOf(row, keyOf(row)));
  }
}
