import type { Statements } from './statements.ts';
import { termsOf } from './terms.ts';

/** A version by its number in the order of commits, with the terms that it was written with. */
export interface RecentVersion {
  seq: number;
  terms: Int32Array;
  isCurrent: boolean;
  /** The version of the same resource before it, where there is one. */
  previousSeq: number | null;
}

const AFTER = `SELECT v.seq, v.terms,
  EXISTS (SELECT 1 FROM superseded s WHERE s.type = v.type AND s.id = v.id AND s.version_id = v.version_id),
  (SELECT s.seq FROM superseded s WHERE s.type = v.type AND s.id = v.id AND s.version_id = v.version_id - 1)
  FROM version v WHERE v.seq > ? ORDER BY v.seq`;

/** All versions after a sequence number, in their order. */
export const recentVersions = (statements: Statements, after: number): RecentVersion[] =>
  statements.all(AFTER, [after]).map(([seq, terms, isSuperseded, previousSeq]) => ({
    seq: seq as number,
    terms: termsOf(terms as Uint8Array),
    isCurrent: isSuperseded === 0,
    previousSeq: previousSeq as number | null,
  }));
