import { keyWith, knownWords } from './known-words.ts';

const OPENING = '<div xmlns="http://www.w3.org/1999/xhtml">';
const [OPEN, CLOSE, SLASH] = [60, 62, 47];

function closes(text: string, start: number, name: string): boolean {
  for (let index = 0; index < name.length; index++)
    if (text.charCodeAt(start + index) !== name.charCodeAt(index)) return false;
  return text.charCodeAt(start + name.length) === CLOSE;
}

/**
 * A test for the narratives that most systems make: of `elements` without attributes, without entities and comments, and without `blocks`
 * in a paragraph. What passes is right; what does not must be looked at by the rules of XHTML.
 */
export function plainXhtml(elements: ReadonlySet<string>, blocks: ReadonlySet<string>): (text: string) => boolean {
  const elementAt = knownWords(elements);
  // One for all texts, since no two are read at once.
  const open: string[] = ['div'];
  return text => {
    if (text.slice(0, OPENING.length) !== OPENING || text.includes('&')) return false;
    let depth = 1;
    let content = false;
    let paragraphs = 0;
    let index = OPENING.length;
    for (;;) {
      if (text.charCodeAt(index) !== OPEN) {
        const next = text.indexOf('<', index);
        if (next < 0) return false;
        content ||= text.slice(index, next).trim() !== '';
        index = next;
      }
      if (text.charCodeAt(++index) === SLASH) {
        const name = open[--depth]!;
        if (!closes(text, index + 1, name)) return false;
        index += name.length + 2;
        if (name === 'p') paragraphs--;
        if (depth === 0) return content && index === text.length;
      } else {
        const start = index;
        let key = 0;
        let letter = text.charCodeAt(index);
        for (; letter > SLASH && letter !== CLOSE; letter = text.charCodeAt(++index)) key = keyWith(key, letter);
        const name = elementAt(key, text, start, index);
        if (name === undefined || (paragraphs > 0 && blocks.has(name))) return false;
        if (letter === SLASH) letter = text.charCodeAt(++index);
        else {
          open[depth++] = name;
          if (name === 'p') paragraphs++;
        }
        if (letter !== CLOSE) return false;
        index++;
      }
    }
  };
}
