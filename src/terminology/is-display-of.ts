import type { Concept } from './concept.ts';

const fold = (text: string): string => text.normalize('NFC').trim().replace(/\s+/gu, ' ').toLowerCase();

/**
 * Whether a text may stand as the display of a concept: its own display or one of its designations, whatever the language, without
 * regard to case and runs of white space. What has no display in its code system may be called anything.
 */
export const isDisplayOf = (
  text: string,
  { display, designations }: Pick<Concept, 'display' | 'designations'>,
): boolean => {
  if (display === undefined) return true;
  const folded = fold(text);
  return fold(display) === folded || designations.some(({ value }) => fold(value) === folded);
};
