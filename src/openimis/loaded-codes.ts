import type { CodeSystemConcepts } from '../terminology/code-system-concepts.ts';

/** The codes of a code system by their small letters; undefined where two differ in nothing else. */
type FoldedCodes = ReadonlyMap<string, string | undefined>;

const folded = new WeakMap<CodeSystemConcepts, FoldedCodes>();

const foldedCodesOf = (codeSystem: CodeSystemConcepts): FoldedCodes => {
  let known = folded.get(codeSystem);
  if (known === undefined) {
    const codes = new Map<string, string | undefined>();
    for (const code of codeSystem.concepts.keys()) {
      const small = code.toLowerCase();
      codes.set(small, codes.has(small) ? undefined : code);
    }
    folded.set(codeSystem, codes);
    known = codes;
  }
  return known;
};

/**
 * The code of a whole code system that is written like `text` but for capitals; undefined where `text` is one of its codes, or none or
 * several are written so.
 */
export const codeIgnoringCase = (codeSystem: CodeSystemConcepts | undefined, text: string): string | undefined =>
  codeSystem?.whole && codeSystem.find(text) === undefined
    ? foldedCodesOf(codeSystem).get(text.toLowerCase())
    : undefined;
