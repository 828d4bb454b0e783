import type { PackedChange } from './pack-unit.ts';
import type { Statements } from './statements.ts';
import { termsOf } from './terms.ts';

/** What a version is found under. */
export type Indexed = Pick<PackedChange, 'terms' | 'ranges' | 'strings'>;

/** A version by its number in the order of commits, with what it was found under when it was written. */
export interface RecentVersion extends Indexed {
  seq: number;
  isCurrent: boolean;
  /** The version of the same resource before it, where there is one. */
  previousSeq: number | null;
}

const AFTER = `SELECT v.seq, v.terms, v.ranges, v.strings,
  EXISTS (SELECT 1 FROM superseded s WHERE s.type = v.type AND s.id = v.id AND s.version_id = v.version_id),
  (SELECT s.seq FROM superseded s WHERE s.type = v.type AND s.id = v.id AND s.version_id = v.version_id - 1)
  FROM version v WHERE v.seq > ? ORDER BY v.seq`;

/** How `version` keeps ranges: three doubles each; null where there are none. */
export const printRanges = (ranges: Indexed['ranges']): Uint8Array | null => {
  if (ranges.length === 0) return null;
  const numbers = new Float64Array(ranges.length * 3);
  let at = 0;
  for (const { parameter, low, high } of ranges) {
    numbers[at++] = parameter;
    numbers[at++] = low;
    numbers[at++] = high;
  }
  return new Uint8Array(numbers.buffer);
};

const readRanges = (bytes: unknown): Indexed['ranges'] => {
  if (bytes === null) return [];
  const numbers = new Float64Array(new Uint8Array(bytes as Uint8Array).buffer);
  return Array.from({ length: numbers.length / 3 }, (_, i) => ({
    parameter: numbers[3 * i]!,
    low: numbers[3 * i + 1]!,
    high: numbers[3 * i + 2]!,
  }));
};

/** How `version` keeps texts: as JSON, null where there are none. */
export const printList = (list: readonly unknown[]): string | null => (list.length === 0 ? null : JSON.stringify(list));

const readList = <T>(text: unknown): T[] => (text === null ? [] : JSON.parse(text as string));

/** What a version was found under when it was written, or was indexed last. */
export const indexedOf = (statements: Statements, seq: number): Indexed => {
  const [terms, ranges, strings] = statements.get('SELECT terms, ranges, strings FROM version WHERE seq = ?', [seq])!;
  return { terms: termsOf(terms as Uint8Array), ranges: readRanges(ranges), strings: readList(strings) };
};

/** All versions after a sequence number, in their order. */
export const recentVersions = (statements: Statements, after: number): RecentVersion[] =>
  statements.all(AFTER, [after]).map(([seq, terms, ranges, strings, isSuperseded, previousSeq]) => ({
    seq: seq as number,
    terms: termsOf(terms as Uint8Array),
    ranges: readRanges(ranges),
    strings: readList(strings),
    isCurrent: isSuperseded === 0,
    previousSeq: previousSeq as number | null,
  }));
