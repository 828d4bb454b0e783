/** Where a member of the outermost object stands in the text: from the quote of its name up to the comma or brace after it. */
export interface MemberSpan {
  start: number;
  valueStart: number;
  end: number;
}

/** What one pass over a JSON text tells that `JSON.parse` does not. */
export interface JsonScan {
  /** Levels of nesting; the outermost object is 1. */
  depth: number;
  /** Names of members, counted with repetitions, so that a duplicate shows as a difference to the parsed value. */
  memberCount: number;
  /** True if a number has more digits than JavaScript keeps, or an exponent. */
  inexactNumbers: boolean;
  /** True if a whole number is written with a point or an exponent, other than under `value`, where FHIR has decimals. */
  pointedWholes: boolean;
  resourceType?: MemberSpan;
  id?: MemberSpan;
  meta?: MemberSpan;
}

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Decimal digits that a JavaScript number always keeps. */
const EXACT_DIGITS = 15;

/** Whether a character is white space of JSON. */
export const isSpace = (char: number): boolean =>
  char <= 32 && (char === 32 || char === 10 || char === 13 || char === 9);
const isDigit = (char: number): boolean => char >= ZERO && char <= NINE;

/** Index after the closing quote of the string whose opening quote is at `start`. */
export const endOfString = (text: string, start: number): number => {
  let end = text.indexOf('"', start + 1);
  while (end > 0) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end + 1;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
};

/** The name that a written name means: `\\u0069d` is `id` too. */
export const memberName = (written: string): string => {
  if (!written.includes('\\')) return written;
  try {
    return JSON.parse(`"${written}"`) as string;
  } catch {
    return written;
  }
};

const VALUE = '"value"';

/** Whether what begins at the index is the value of a member `value`. */
const isOfValue = (text: string, index: number): boolean => {
  let at = index - 1;
  while (isSpace(text.charCodeAt(at))) at--;
  if (text.charCodeAt(at--) !== COLON) return false;
  while (isSpace(text.charCodeAt(at))) at--;
  return text.startsWith(VALUE, at + 1 - VALUE.length);
};

/**
 * Reads over a JSON text once, without building anything. A text that is not JSON gives some scan and never throws;
 * `JSON.parse` is the judge of that.
 */
export const scanJson = (text: string): JsonScan => {
  const scan: JsonScan = { depth: 0, memberCount: 0, inexactNumbers: false, pointedWholes: false };
  let depth = 0;
  let deepest = 0;
  let memberCount = 0;
  let open: MemberSpan | undefined;
  let index = 0;
  while (index < text.length) {
    const char = text.charCodeAt(index);
    if (isSpace(char)) {
      index++;
    } else if (char === QUOTE) {
      const start = index;
      index = endOfString(text, index);
      const close = index - 1;
      while (isSpace(text.charCodeAt(index))) index++;
      if (text.charCodeAt(index) !== COLON) continue;
      memberCount++;
      index++;
      if (depth === 1) {
        const name = memberName(text.slice(start + 1, close));
        if (name === 'id' || name === 'meta' || name === 'resourceType') {
          open = { start, valueStart: index, end: index };
          scan[name] = open;
        }
      }
    } else if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      depth++;
      if (depth > deepest) deepest = depth;
      index++;
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      if (depth === 1 && open !== undefined) {
        open.end = index;
        open = undefined;
      }
      depth--;
      index++;
    } else if (char === COMMA) {
      if (depth === 1 && open !== undefined) {
        open.end = index;
        open = undefined;
      }
      index++;
    } else if (isDigit(char) || char === MINUS) {
      let digits = 0;
      let hasPoint = false;
      let hasFraction = false;
      let at = index;
      for (; at < text.length; at++) {
        const digit = text.charCodeAt(at);
        if (isDigit(digit)) {
          if (digits > 0 || digit !== ZERO) digits++;
          if (hasPoint && digit !== ZERO) hasFraction = true;
        } else if (digit === 69 || digit === 101) {
          scan.inexactNumbers = true;
          hasPoint = true;
        } else if (digit === POINT) {
          hasPoint = true;
        } else if (digit !== MINUS && digit !== 43) {
          break;
        }
      }
      if (digits > EXACT_DIGITS) scan.inexactNumbers = true;
      if (hasPoint && !scan.pointedWholes && (!hasFraction || scan.inexactNumbers)) {
        scan.pointedWholes = !isOfValue(text, index);
      }
      index = at;
    } else {
      index++;
    }
  }
  scan.depth = deepest;
  scan.memberCount = memberCount;
  return scan;
};
