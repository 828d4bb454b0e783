/** What JSON has in the place of something else, for a message; never the value itself. */
export function foundType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  switch (typeof value) {
    case 'string':
      return 'text in quotes';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'an object';
  }
}

/** `a`, `b` and `c`. */
export function list(names: readonly string[], word: 'and' | 'or' = 'and'): string {
  const quoted = names.map(name => `\`${name}\``);
  const last = quoted.pop();
  return quoted.length === 0 ? (last ?? 'nothing') : `${quoted.join(', ')} ${word} ${last}`;
}

const LONGEST_URL = 200;

/** A url of the client's, as far as it fits into a message. */
export const shownUrl = (url: string): string => (url.length > LONGEST_URL ? `${url.slice(0, LONGEST_URL)}...` : url);
