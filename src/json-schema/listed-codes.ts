import type { ValueSetCodes } from '../terminology/terminology.ts';

const MOST = 100;

/**
 * The codes of a value set, where that is all it lets in and they are few; undefined where they are many, where some cannot be known here,
 * and where codes are taken in other letters than they are listed in.
 */
export const listedCodes = (valueSet: ValueSetCodes | undefined): string[] | undefined => {
  if (valueSet === undefined || valueSet.open || valueSet.gaps.length > 0) return undefined;
  const codes = valueSet.sample(MOST + 1);
  if (codes.length === 0 || codes.length > MOST) return undefined;
  const listed = new Set(codes);
  const inOtherLetters = codes.flatMap(code => [code.toLowerCase(), code.toUpperCase()]);
  const letsIn = (code: string): boolean => !listed.has(code) && valueSet.judge(code) !== 'no';
  return inOtherLetters.some(letsIn) ? undefined : [...codes];
};
