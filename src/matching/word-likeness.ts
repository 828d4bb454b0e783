import { spellingLikeness } from './spelling-likeness.ts';

/** Spellings of one sound, in names of East and West Africa and South Asia: in French, English and Arabic hands. */
const SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/ou|oo/g, 'u'],
  [/ee|ie/g, 'i'],
  [/ph/g, 'f'],
  [/ck|kh|q|c(?!h)/g, 'k'],
  [/dj/g, 'j'],
  [/(?<=[tdbg])h/g, ''],
  [/w/g, 'v'],
  [/y/g, 'i'],
  [/(.)\1+/gu, '$1'],
];

/** A word as it sounds, so that Mohammed is Mohamed and Diallo is Dialo. */
export const soundOf = (word: string): string => SOUNDS.reduce((text, [from, to]) => text.replaceAll(from, to), word);

/** How alike two words of names are, from 0 to 1; an initial is as good as nearly the word. */
export const wordLikeness = (left: string, right: string): number => {
  if (left === right) return 1;
  const isInitial = Math.min(left.length, right.length) === 1 && left[0] === right[0];
  return isInitial ? 0.9 : Math.min(0.99, spellingLikeness(soundOf(left), soundOf(right)));
};
