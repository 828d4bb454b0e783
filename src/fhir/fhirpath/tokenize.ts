import { ExpressionError } from './expression-error.ts';

/** What a token is. */
export type TokenKind = 'identifier' | 'delimited' | 'string' | 'number' | 'date' | 'constant' | 'symbol' | 'end';

/** One token: `text` is unescaped for strings and delimited identifiers; `start` is its offset in the expression. */
export interface Token {
  kind: TokenKind;
  text: string;
  start: number;
}

const PATTERN = new RegExp(
  [
    /(?<space>\s+|\/\/[^\n]*|\/\*.*?\*\/)/,
    /(?<number>\d+(?:\.\d+)?)/,
    /@(?<date>T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?|\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)/,
    /%(?<constant>[A-Za-z_]\w*|`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*')/,
    /(?<identifier>\$?[A-Za-z_]\w*)/,
    /`(?<delimited>(?:[^`\\]|\\.)*)`/,
    /'(?<string>(?:[^'\\]|\\.)*)'/,
    /(?<symbol><=|>=|!=|!~|[-+*/&|<>=~().,[\]{}])/,
  ]
    .map(part => part.source)
    .join('|'),
  'suy',
);

const ESCAPES: Record<string, string> = { r: '\r', n: '\n', t: '\t', f: '\f' };

const withoutEscapes = (text: string): string =>
  text.includes('\\')
    ? text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gsu, (_, hex, one) =>
        hex === undefined ? (ESCAPES[one] ?? one) : String.fromCharCode(Number.parseInt(hex, 16)),
      )
    : text;

/**
 * The tokens of a FHIRPath text, closed by one of kind `end`. https://hl7.org/fhirpath/N1/#lexical-elements
 * @throws {ExpressionError} at the first character that starts no token.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  let start = 0;
  while (start < text.length) {
    const groups = PATTERN.exec(text)?.groups;
    if (groups === undefined)
      throw new ExpressionError(`not a FHIRPath expression, at character ${start + 1}: ${text}`);
    for (const kind in groups) {
      const found = groups[kind];
      if (found === undefined) continue;
      if (kind !== 'space') tokens.push({ kind: kind as TokenKind, text: plain(kind, found), start });
      break;
    }
    start = PATTERN.lastIndex;
  }
  tokens.push({ kind: 'end', text: '', start });
  return tokens;
}

function plain(kind: string, text: string): string {
  if (kind === 'string' || kind === 'delimited') return withoutEscapes(text);
  if (kind === 'constant' && /^[`']/.test(text)) return withoutEscapes(text.slice(1, -1));
  return text;
}
