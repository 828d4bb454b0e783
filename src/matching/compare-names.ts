import { type Agreement, WORD_LIKENESS } from './match-weights.ts';
import type { NameWord } from './read-person.ts';
import { wordLikeness } from './word-likeness.ts';

/** Words of one name that are compared; more are nobody's. */
const MOST_WORDS = 8;

const likeness = (left: NameWord, right: NameWord): number =>
  left.written === right.written ? 1 : Math.min(0.99, wordLikeness(left.latin, right.latin));

/** Pairs of words that are alike, the most alike first, each word once: in whatever order family and given names stand. */
const pairs = (left: readonly NameWord[], right: readonly NameWord[]): number[] => {
  const all = left.flatMap((word, row) => right.map((other, column) => ({ row, column, like: likeness(word, other) })));
  all.sort((a, b) => b.like - a.like);
  const [rows, columns] = [new Set<number>(), new Set<number>()];
  const found: number[] = [];
  for (const { row, column, like } of all) {
    if (like < WORD_LIKENESS) break;
    if (rows.has(row) || columns.has(column)) continue;
    rows.add(row);
    columns.add(column);
    found.push(like);
  }
  return found;
};

/** How two names compare, word by word. */
export const compareNames = (left: readonly NameWord[], right: readonly NameWord[]): Agreement<'name'> => {
  const [a, b] = [left.slice(0, MOST_WORDS), right.slice(0, MOST_WORDS)];
  const found = pairs(a, b);
  const isWhole = found.length === a.length && found.length === b.length;
  if (isWhole && found.every(like => like === 1)) return 'same';
  if (isWhole || (found.length >= 2 && found.length === Math.min(a.length, b.length))) return 'near';
  return found.length > 0 ? 'some' : 'differs';
};
