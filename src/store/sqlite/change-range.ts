import type { RangeValue } from '../../search/query.ts';
import { boundedTime } from '../bounded.ts';
import type { Statements } from './statements.ts';

/** From the first of these sequence numbers to before the second. */
export type SequenceRange = readonly [from: number, to: number];

/**
 * The versions that `_lastUpdated` values ask for, as ranges of sequence numbers: `lastUpdated` never falls from one version to
 * the next (see `Change.lastUpdated`), so a time is found by halving and needs no index of its own.
 */
export function changeRanges(values: readonly RangeValue[], statements: Statements): SequenceRange[] {
  const [last] = statements.get('SELECT max(seq) FROM version', []) as [number | null];
  const end = (last ?? 0) + 1;
  const at = (time: number): number => firstSince(time, end, statements);
  return values.flatMap(value => rangesOf(value, at, end));
}

/** The time of a change is an instant, `[updated, updated + 1)`. */
function rangesOf({ prefix, low, high }: RangeValue, at: (time: number) => number, end: number): SequenceRange[] {
  switch (prefix) {
    case 'eq':
    case 'ap':
      return [[at(low), at(high)]];
    case 'ne':
      return [
        [0, at(low)],
        [at(high), end],
      ];
    case 'gt':
    case 'sa':
      return [[at(high), end]];
    case 'lt':
    case 'eb':
      return [[0, at(low)]];
    case 'ge':
      return [[at(low), end]];
    case 'le':
      return [[0, at(high)]];
  }
}

/** The first version at or after a time (milliseconds since 1970 UTC); `end`, what comes after the last one, if there is none. */
export function firstSince(since: number, end: number, statements: Statements): number {
  const time = boundedTime(since);
  const statement = statements.prepare('SELECT updated FROM version WHERE seq = ?');
  let low = 1;
  let high = end;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [updated] = statement.get(middle) as unknown as [number];
    if (updated < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
