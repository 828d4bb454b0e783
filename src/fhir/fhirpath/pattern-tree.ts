import { ExpressionError } from './expression-error.ts';

/** A regular expression as a tree. `one` is what matches one character: a literal, or (`set`) a class or an escape such as `\d`. */
export type PatternTree =
  | { kind: 'one'; text: string; set: boolean }
  | { kind: 'edge'; at: '^' | '$' | '\\b' | '\\B' }
  | { kind: 'sequence' | 'choice'; parts: PatternTree[] }
  | { kind: 'repeat'; of: PatternTree; least: number; most: number }
  | { kind: 'look'; of: PatternTree }
  | { kind: 'back' };

const TIMES = /(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/y;
const OPEN = /\((?:\?(?:(:|<[A-Za-z_]\w*>)|(<?[=!])))?/y;
const CLASS = /\[(?:[^\]\\]|\\.)*\]/sy;
const CLASS_ESCAPE =
  /\\(?:[dDwWsS]|[pP]\{[^}]*\}|u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|c[A-Za-z]|[nrtfv0])/y;
const REFERENCE = /\\(?:[1-9]|k<)/y;
const DEEPEST = 50;

/**
 * The tree of a regular expression, in JavaScript's syntax.
 * @throws {ExpressionError} where it uses what is not known here.
 */
export function patternTree(source: string): PatternTree {
  let at = 0;
  let depth = 0;

  const take = (form: RegExp): RegExpExecArray | null => {
    form.lastIndex = at;
    const found = form.exec(source);
    if (found !== null) at = form.lastIndex;
    return found;
  };

  function choice(): PatternTree {
    if (depth++ > DEEPEST) throw new ExpressionError('a regular expression that is nested too deeply');
    const parts = [sequence()];
    while (source[at] === '|') {
      at++;
      parts.push(sequence());
    }
    depth--;
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  function sequence(): PatternTree {
    const parts: PatternTree[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(repeated(part()));
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  function repeated(of: PatternTree): PatternTree {
    const found = take(TIMES);
    if (found === null) return of;
    const [text, least, comma, most] = found;
    if (least !== undefined) {
      const from = Number(least);
      return { kind: 'repeat', of, least: from, most: comma === undefined ? from : most ? Number(most) : Infinity };
    }
    return { kind: 'repeat', of, least: text[0] === '+' ? 1 : 0, most: text[0] === '?' ? 1 : Infinity };
  }

  function part(): PatternTree {
    const open = take(OPEN);
    if (open !== null) {
      const of = choice();
      if (source[at++] !== ')') throw new ExpressionError('a regular expression with a bracket that is not closed');
      return open[2] === undefined ? of : { kind: 'look', of };
    }
    if (take(REFERENCE) !== null) return { kind: 'back' };
    const set = take(CLASS) ?? take(CLASS_ESCAPE);
    if (set !== null) return { kind: 'one', text: set[0], set: true };
    const letter = source[at++]!;
    if ('*+?'.includes(letter)) throw new ExpressionError('a regular expression with something that is not known here');
    if (letter === '.') return { kind: 'one', text: letter, set: true };
    if (letter === '^' || letter === '$') return { kind: 'edge', at: letter };
    if (letter !== '\\') return character(letter);
    const escaped = source[at++] ?? '\\';
    return escaped === 'b' || escaped === 'B' ? { kind: 'edge', at: `\\${escaped}` } : character(escaped);
  }

  const character = (text: string): PatternTree => ({ kind: 'one', text, set: false });

  const tree = choice();
  if (at < source.length) throw new ExpressionError('a regular expression with a bracket too many');
  return tree;
}
