import type { ValueSetCodes } from '../definitions/definitions.ts';

const MOST = 100;

/** What no list has: nonsense, and codes of the systems that are judged by their grammar. */
const UNLISTED = ['no-such-code', 'text/x-unlisted', 'qaa', 'mg/dL', 'XTS'];

/**
 * The codes of a value set, where that is all it lets in and they are few; undefined where they are many, where some cannot be known here,
 * and where codes are taken in other letters than they are listed in.
 */
export const listedCodes = (valueSet: ValueSetCodes | undefined): string[] | undefined => {
  const codes = valueSet?.sample(MOST + 1) ?? [];
  if (valueSet === undefined || codes.length === 0 || codes.length > MOST) return undefined;
  const listed = new Set(codes);
  const inOtherLetters = codes.flatMap(code => [code.toLowerCase(), code.toUpperCase()]);
  const letsIn = (code: string): boolean => !listed.has(code) && valueSet.judge(code) !== 'no';
  return [...UNLISTED, ...inOtherLetters].some(letsIn) ? undefined : [...codes];
};
