import { endOfString, isSpace } from './scan-json.ts';

const QUOTE = 34;
const COLON = 58;

/**
 * A JSON text with some of its string values replaced and all else as it was written. The values are named by their number in the text,
 * from 0; names of members are not counted.
 */
export const replaceTexts = (text: string, replacements: ReadonlyMap<number, string>): string => {
  let result = '';
  let from = 0;
  let count = 0;
  let at = text.indexOf('"');
  while (at >= 0) {
    const end = endOfString(text, at);
    let next = end;
    while (isSpace(text.charCodeAt(next))) next++;
    if (text.charCodeAt(next) !== COLON) {
      const replacement = replacements.get(count++);
      if (replacement !== undefined) {
        result += text.slice(from, at) + JSON.stringify(replacement);
        from = end;
      }
    }
    at = text.charCodeAt(next) === QUOTE ? next : text.indexOf('"', next);
  }
  return result + text.slice(from);
};
