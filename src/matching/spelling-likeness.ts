const VOWELS = new Set('aeiouy');

/** One vowel for another is half a slip: names are written as they are heard. */
const cost = (a: string, b: string): number => {
  if (a === b) return 0;
  return VOWELS.has(a) && VOWELS.has(b) ? 0.5 : 1;
};

/**
 * How alike two words are spelled, from 0 to 1: the least number of letters left out, put in, replaced, or swapped with their neighbour,
 * as a part of the longer word.
 */
export const spellingLikeness = (left: string, right: string): number => {
  if (left === right) return 1;
  const [a, b] = [[...left], [...right]];
  const longest = Math.max(a.length, b.length);
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const [letter, other] = [a[row - 1]!, b[column - 1]!];
      let least = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + cost(letter, other));
      const isSwapped = row > 1 && column > 1 && letter === b[column - 2] && a[row - 2] === other;
      if (isSwapped) least = Math.min(least, before[column - 2]! + 1);
      current.push(least);
    }
    before = last;
    last = current;
  }
  return 1 - last[b.length]! / longest;
};
