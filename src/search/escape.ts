/**
 * Splits at a separator that no backslash stands before; escapes stay as they are, so that the parts can be split again.
 * https://hl7.org/fhir/R4/search.html#escaping
 */
export function splitEscaped(text: string, separator: string): string[] {
  if (!text.includes('\\')) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === separator) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** Undoes `\,` `\|` `\$` and `\\`; any other backslash stands for itself. */
export const unescapeValue = (text: string): string => text.replace(/\\([,|$\\])/g, '$1');

/** The text as a search value: what `unescapeValue` reads back. */
export const escapeValue = (text: string): string => (SPECIAL.test(text) ? text.replace(/[,|$\\]/g, '\\$&') : text);

const SPECIAL = /[,|$\\]/;
