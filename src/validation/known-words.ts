/** The key of a word, letter by letter: that of no letter is 0. */
export const keyWith = (key: number, letter: number): number => (Math.imul(key, 37) + letter) | 0;

/**
 * The word of a set that stands between two places of a text, whose letters have the key `key`. Undefined when none does; of words with
 * the same key only the first is found.
 */
export type WordFinder = (key: number, text: string, start: number, end: number) => string | undefined;

const isAt = (word: string, text: string, start: number): boolean => {
  for (let index = 0; index < word.length; index++)
    if (text.charCodeAt(start + index) !== word.charCodeAt(index)) return false;
  return true;
};

/**
 * Finds words in a text whose letters are being read anyway. To cut a word out and look it up in a Set costs several times as much:
 * a string is made and hashed by the runtime each time.
 */
export function knownWords(words: Iterable<string>): WordFinder {
  const byKey = new Map<number, string>();
  for (const word of words) {
    let key = 0;
    for (let index = 0; index < word.length; index++) key = keyWith(key, word.charCodeAt(index));
    if (!byKey.has(key)) byKey.set(key, word);
  }
  return (key, text, start, end) => {
    const word = byKey.get(key);
    return word !== undefined && word.length === end - start && isAt(word, text, start) ? word : undefined;
  };
}
