import {
  type Cursor,
  type HistoryPage,
  type HistoryQuery,
  type HistoryVersion,
  PAGE_BYTES,
  type ResourceKey,
} from '../store.ts';
import { firstSince, type SequenceRange } from './change-range.ts';
import type { Column, Statements } from './statements.ts';
import { BLOCK } from './type-blocks.ts';
import { KEYED_VERSION_COLUMNS, readVersionRow } from './version-row.ts';

/** A page ends after so many versions were looked at, however few of them belong to it: no page keeps others waiting. */
const MOST_LOOKED_AT = 5_000;

const VERSION = `SELECT ${KEYED_VERSION_COLUMNS},
    v.version_id = 1 OR 'DELETE' = (SELECT before.method FROM superseded s JOIN version before ON before.seq = s.seq
      WHERE s.type = v.type AND s.id = v.id AND s.version_id = v.version_id - 1)
  FROM version v WHERE v.seq = ?`;

/** The sequence number of the version after one; null for the current one. */
const NEXT_VERSION = `SELECT coalesce(
    (SELECT s.seq FROM superseded s WHERE s.type = v.type AND s.id = v.id AND s.version_id = v.version_id + 1),
    (SELECT r.seq FROM resource r WHERE r.type = v.type AND r.id = v.id AND r.version_id = v.version_id + 1))
  FROM version v WHERE v.seq = ?`;

const LAST = 'SELECT max(seq) FROM version';
const CURRENT_VERSION_ID = 'SELECT version_id FROM resource WHERE type = ? AND id = ?';

type Direction = 'ASC' | 'DESC';

const ofResource = (direction: Direction): string => `
  SELECT seq, type FROM (
    SELECT seq, type, version_id FROM superseded WHERE type = ?1 AND id = ?2
    UNION ALL SELECT seq, type, version_id FROM resource WHERE type = ?1 AND id = ?2
  ) WHERE seq >= ?3 AND seq < ?4 ORDER BY version_id ${direction}`;
const ofAll = (direction: Direction): string =>
  `SELECT seq, type FROM version WHERE seq >= ? AND seq < ? ORDER BY seq ${direction}`;
const blocksOf = (direction: Direction): string =>
  `SELECT block FROM type_block WHERE type = ? AND block >= ? AND block <= ? ORDER BY block ${direction}`;
const inBlock = (direction: Direction): string =>
  `SELECT seq, type FROM version WHERE type = ? AND seq >= ? AND seq < ? ORDER BY seq ${direction}`;

/** Walks over what was stored, in the order of commits or against it; on one connection. */
export class History {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** The cursor is the sequence number that the page ended with. */
  find(query: HistoryQuery, after?: Cursor): HistoryPage {
    const { of, count, at, oldestFirst = false } = query;
    const [last] = this.#statements.get(LAST, []) as [number | null];
    const end = (last ?? 0) + 1;
    const first = (time: number): number => firstSince(time, end, this.#statements);
    const place = after?.[0] as number | undefined;
    const since = query.since === undefined ? 1 : first(query.since);
    const until = at === undefined ? end : first(at.high);
    const range: SequenceRange = oldestFirst
      ? [Math.max(since, (place ?? 0) + 1), until]
      : [since, Math.min(until, place ?? end)];
    const wasCurrent = at === undefined ? () => true : this.#currentSince(first(at.low), first(at.low + 1));
    const types = 'id' in of ? undefined : new Set(of.resourceTypes);

    const versions: HistoryVersion[] = [];
    let next: Cursor | undefined;
    let bytes = 0;
    let lookedAt = 0;
    let passed = place;
    for (const [seq, type] of this.#walk(of, range, oldestFirst ? 'ASC' : 'DESC') as Iterable<[number, string]>) {
      const isSpent = lookedAt++ >= MOST_LOOKED_AT;
      const isPart = !isSpent && types?.has(type) !== false && wasCurrent(seq);
      if (isSpent || (isPart && (versions.length >= count || bytes >= PAGE_BYTES))) {
        next = passed === undefined ? undefined : [passed];
        break;
      }
      passed = seq;
      if (!isPart) continue;
      const version = this.#version(seq);
      versions.push(version);
      bytes += version.bodyBytes;
    }
    const isWhole = after === undefined && next === undefined && count > 0;
    const total = isWhole ? versions.length : this.#versionsOf(query);
    return { versions, ...(next && { next }), ...(total !== undefined && { total }) };
  }

  /** Whether a version was current at some time, told by the first version since its begin and the first after its begin. */
  #currentSince(since: number, afterwards: number): (seq: number) => boolean {
    return seq => {
      if (seq >= since) return true;
      const [next] = this.#statements.get(NEXT_VERSION, [seq]) as [number | null];
      return next === null || next >= afterwards;
    };
  }

  /** Versions in a range by sequence number and type, and some of other types where there are several. */
  *#walk(of: HistoryQuery['of'], [from, to]: SequenceRange, direction: Direction): Iterable<Column[]> {
    if ('id' in of) {
      yield* this.#statements.each(ofResource(direction), [of.resourceType, of.id, from, to]);
      return;
    }
    const [type, ...others] = of.resourceTypes;
    if (type === undefined) return;
    if (others.length > 0) {
      yield* this.#statements.each(ofAll(direction), [from, to]);
      return;
    }
    const bounds = [Math.floor(from / BLOCK), Math.floor(to / BLOCK)] as const;
    for (const [block] of this.#statements.each(blocksOf(direction), [type, ...bounds]) as Iterable<[number]>) {
      const start = Math.max(from, block * BLOCK);
      yield* this.#statements.each(inBlock(direction), [type, start, Math.min(to, (block + 1) * BLOCK)]);
    }
  }

  #version(seq: number): HistoryVersion {
    const row = this.#statements.get(VERSION, [seq])!;
    return { ...readVersionRow(row, this.#statements.seal), creates: row[8] === 1 };
  }

  /** Number of all versions where that is known without counting. */
  #versionsOf({ of, since, at }: HistoryQuery): number | undefined {
    if (!('id' in of) || since !== undefined || at !== undefined) return undefined;
    const { resourceType, id }: ResourceKey = of;
    return this.#statements.get(CURRENT_VERSION_ID, [resourceType, id])?.[0] as number | undefined;
  }
}
