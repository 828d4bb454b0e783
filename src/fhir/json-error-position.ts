const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** What may come next. `first` stands for the place behind an opening bracket, where the closing one may come at once. */
type Expected = 'value' | 'firstValue' | 'name' | 'firstName' | 'colon' | 'comma';

const endOf = (pattern: RegExp, text: string, start: number): number | undefined => {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
};

/**
 * Index in the text where it stops being JSON; its length where it ends too early. For texts that `JSON.parse` refuses, whose
 * own message repeats what stands there, which may be a person's data.
 * https://www.rfc-editor.org/rfc/rfc8259
 */
export const jsonErrorPosition = (text: string): number => {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    at = endOf(SPACE, text, at) ?? at;
    const char = text[at];
    if (char === undefined) return at;
    if (expected === 'comma') {
      const inside = open.at(-1);
      if (char === ',' && inside !== undefined) expected = inside === '{' ? 'name' : 'value';
      else if ((char === '}' && inside === '{') || (char === ']' && inside === '[')) open.pop();
      else return at;
      at++;
    } else if (expected === 'colon') {
      if (char !== ':') return at;
      expected = 'value';
      at++;
    } else if ((char === '}' && expected === 'firstName') || (char === ']' && expected === 'firstValue')) {
      open.pop();
      expected = 'comma';
      at++;
    } else if (expected === 'name' || expected === 'firstName') {
      const end = endOf(STRING, text, at);
      if (end === undefined) return at;
      expected = 'colon';
      at = end;
    } else if (char === '{' || char === '[') {
      open.push(char);
      expected = char === '{' ? 'firstName' : 'firstValue';
      at++;
    } else {
      const end = endOf(char === '"' ? STRING : SCALAR, text, at);
      if (end === undefined) return at;
      expected = 'comma';
      at = end;
    }
  }
};
