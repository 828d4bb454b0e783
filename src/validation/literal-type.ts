import { keyWith, knownWords } from './known-words.ts';
import { SLOTS, slotOf } from './recent-text.ts';

/** The resource type in a reference text that is `Type/id` and no more; undefined for all others. */
export type LiteralType = (reference: string) => string | undefined;

const SLASH = 47;

/** Whether an id and nothing else stands from `start` on. */
function isIdFrom(text: string, start: number): boolean {
  const { length } = text;
  if (length === start || length - start > 64) return false;
  for (let index = start; index < length; index++) {
    const code = text.charCodeAt(index);
    const letter = (code | 32) >= 97 && (code | 32) <= 122;
    if (!letter && (code < 45 || code > 57 || code === 47)) return false;
  }
  return true;
}

/** A reader of the common form of references, without a regular expression. Those read of late are kept. */
export function literalTypeOf(resourceTypes: Iterable<string>): LiteralType {
  const typeAt = knownWords(resourceTypes);
  const recent: { text: string; type: string }[] = Array(SLOTS).fill({ text: '', type: '' });
  return reference => {
    if (reference === '') return undefined;
    const slot = slotOf(reference);
    const last = recent[slot]!;
    if (last.text === reference) return last.type;
    let key = 0;
    let slash = 0;
    for (let letter = reference.charCodeAt(0); letter > SLASH; letter = reference.charCodeAt(++slash))
      key = keyWith(key, letter);
    const type = typeAt(key, reference, 0, slash);
    if (type === undefined || reference.charCodeAt(slash) !== SLASH || !isIdFrom(reference, slash + 1))
      return undefined;
    recent[slot] = { text: reference, type };
    return type;
  };
}
