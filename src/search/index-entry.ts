import type { Range } from './query.ts';

/**
 * One value under which a resource is found, made by `extract` when the resource is written. Neutral: every store indexes the
 * same entries, each in its own way. `parameter` is the search parameter's code, or a name that begins with it:
 *
 * | name | what it finds | for |
 * |---|---|---|
 * | `code:text` | words beside a code | `:text` |
 * | `identifier:of-type` | an identifier by the codes of its type | `:of-type` |
 * | `subject:identifier` | a reference by the identifier in it | `:identifier` |
 * | `*:others` | a reference that no search parameter finds | deletes |
 * | `url:below` | an address by how it begins | `:below` |
 * | `value-quantity$unit` and a unit | a quantity in that unit | units |
 * | `code-value-quantity$` and a token | the second of two values that belong together, by the first | composites |
 *
 * A store lets at most the names without `$` take memory for good: of the others there is no end.
 */
export type IndexEntry =
  | { kind: 'token'; parameter: string; system?: string; code?: string }
  | { kind: 'reference'; parameter: string; type?: string; id?: string; url?: string }
  | { kind: 'string'; parameter: string; text: string; folded: string }
  /** Found by its beginning or a part of it, as it stands here. */
  | { kind: 'text'; parameter: string; text: string }
  | ({ kind: 'date' | 'number'; parameter: string } & Range)
  /** The element is there, and nothing in it can be searched by. */
  | { kind: 'present'; parameter: string };

const derived = new Map<string, Map<string, string>>();

/** The name that a modifier searches by, the same text for each call: names are looked up by the thousand. */
export function derivedName(parameter: string, modifier: string): string {
  let ofModifier = derived.get(modifier);
  if (ofModifier === undefined) {
    ofModifier = new Map();
    derived.set(modifier, ofModifier);
  }
  let name = ofModifier.get(parameter);
  if (name === undefined) {
    name = `${parameter}:${modifier}`;
    if (!parameter.includes('$')) ofModifier.set(parameter, name);
  }
  return name;
}

/** The code of the search parameter that an entry is made for. */
export const codeOf = (parameter: string): string => {
  for (let at = 0; at < parameter.length; at++) {
    const character = parameter.charCodeAt(at);
    if (character === COLON || character === DOLLAR) return parameter.slice(0, at);
  }
  return parameter;
};

const COLON = 58;
const DOLLAR = 36;
