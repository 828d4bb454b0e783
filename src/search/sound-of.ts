const LATIN = /^[a-z]+$/;

/** Letters that stand for one sound together, and how that is written here; the longer ones first. */
const TOGETHER: readonly (readonly [RegExp, string])[] = [
  [/^(?:kn|gn)/, 'n'],
  [/^wr/, 'r'],
  [/sch|tsh|tch|sh|ch|zh|jh/g, 'j'],
  [/ph|bv/g, 'f'],
  [/([bdgkt])h/g, '$1'],
  [/ck|qu/g, 'k'],
  [/c(?=[eiy])/g, 's'],
  [/x/g, 'ks'],
];

/** Letters that are heard or written for one another. What is not here is not heard, but at the beginning. */
const SOUNDS: readonly (readonly [string, string])[] = [
  ['bp', 'p'],
  ['fvw', 'f'],
  ['dt', 't'],
  ['ckgq', 'k'],
  ['sz', 's'],
  ['j', 'j'],
  ['lr', 'r'],
  ['mn', 'n'],
];
const SOUND = new Map(SOUNDS.flatMap(([letters, sound]) => [...letters].map(letter => [letter, sound] as const)));

/** No name has more letters; what is longer is no word, and would take long. */
const LONGEST = 64;

/**
 * How a folded word sounds, so that names are found however somebody has spelled them: consonants that are mistaken for one another are
 * one, doubled ones too; vowels count at the beginning alone. Words in other scripts than Latin are left as they are.
 */
export const soundOf = (long: string): string => {
  const word = long.slice(0, LONGEST);
  if (!LATIN.test(word)) return word;
  const written = TOGETHER.reduce((text, [letters, sound]) => text.replace(letters, sound), word);
  let sounds = SOUND.get(written[0]!) ?? (written[0] === 'y' ? 'y' : 'a');
  for (const letter of written.slice(1)) {
    const sound = SOUND.get(letter);
    if (sound !== undefined && !sounds.endsWith(sound)) sounds += sound;
  }
  return sounds;
};
