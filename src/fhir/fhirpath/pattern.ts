import { spend } from './evaluation.ts';
import { ExpressionError } from './expression-error.ts';
import { type PatternTree, patternTree } from './pattern-tree.ts';

/** Tests of a text by a regular expression; undefined when it takes too many steps to tell. */
export interface Pattern {
  /** Whether some part of the text matches; by FHIRPath, `.` is any character. */
  test(text: string): boolean | undefined;
  /** The text with what matches replaced; undefined as above. */
  replace(text: string, by: string): string | undefined;
}

/** The regular expression as JavaScript's own. The strict Unicode syntax refuses some patterns in use. */
function native(source: string): RegExp {
  for (const unicode of ['u', ''])
    try {
      return new RegExp(source, `${unicode}sg`);
    } catch {}
  throw new ExpressionError('not a regular expression');
}

// How long a text may be for JavaScript's own matching, by how many parts of a pattern are of open length: its time grows with the
// length to the power of their number and one.
const LENGTHS = [1_000_000, 2_000, 200, 60];
const MOST_STEPS = 1_000_000;

const children = (tree: PatternTree): readonly PatternTree[] =>
  'parts' in tree ? tree.parts : 'of' in tree ? [tree.of] : [];

const some = (tree: PatternTree, fits: (tree: PatternTree) => boolean): boolean =>
  fits(tree) || children(tree).some(child => some(child, fits));

const count = (tree: PatternTree, fits: (tree: PatternTree) => boolean): number =>
  children(tree).reduce((sum, child) => sum + count(child, fits), fits(tree) ? 1 : 0);

const isOpen = (tree: PatternTree): boolean => tree.kind === 'repeat' && tree.most > tree.least && tree.most > 1;
const branches = (tree: PatternTree): boolean =>
  tree.kind === 'choice' || (tree.kind === 'repeat' && tree.most > tree.least);
/** What may try a number of ways that doubles with each character. */
const isNested = (tree: PatternTree): boolean => tree.kind === 'repeat' && tree.most > 1 && some(tree.of, branches);

/**
 * A regular expression that cannot run away, whatever the text: JavaScript's own where its form and the length of the text allow, else
 * one of ours that counts its steps.
 * @throws {ExpressionError} when it is none, or one that cannot be bounded.
 */
export function patternOf(source: string): Pattern {
  const own = native(source);
  const tree = patternTree(source);
  const nested = some(tree, isNested);
  const longest = nested ? 0 : (LENGTHS[count(tree, isOpen)] ?? 0);
  const isOurs = !some(tree, ({ kind }) => kind === 'look' || kind === 'back');
  if (longest === 0 && !isOurs) throw new ExpressionError('a regular expression that may take for ever');
  let counted: ((text: string) => boolean | undefined) | undefined;
  return {
    test(text) {
      if (text.length <= longest) {
        own.lastIndex = 0;
        return own.test(text);
      }
      if (!isOurs) return undefined;
      counted ??= countingTest(tree);
      return counted(text);
    },
    replace: (text, by) => (text.length <= longest ? text.replace(own, by) : undefined),
  };
}

type Step = (at: number, next: (at: number) => boolean) => boolean;

/** A backtracking matcher that gives up after a number of steps. */
function countingTest(tree: PatternTree): (text: string) => boolean | undefined {
  let text = '';
  let steps = 0;
  const tooMany = Symbol('too many steps');

  const step = (): void => {
    if (++steps > MOST_STEPS) throw tooMany;
  };

  function one(source: string, set: boolean): (letter: string) => boolean {
    if (!set) return letter => letter === source;
    const form = native(`^${source}$`);
    const known = new Map<string, boolean>();
    return letter => {
      let fits = known.get(letter);
      if (fits === undefined) {
        form.lastIndex = 0;
        fits = form.test(letter);
        if (known.size < 1000) known.set(letter, fits);
      }
      return fits;
    };
  }

  const isWord = (at: number): boolean => at >= 0 && at < text.length && /\w/.test(text[at]!);

  function edge(at: (PatternTree & { kind: 'edge' })['at']): Step {
    if (at === '^') return (index, next) => index === 0 && next(index);
    if (at === '$') return (index, next) => index === text.length && next(index);
    const wanted = at === '\\b';
    return (index, next) => (isWord(index - 1) !== isWord(index)) === wanted && next(index);
  }

  /** A run of single characters: as many as fit, then fewer. */
  function run(fits: (letter: string) => boolean, least: number, most: number): Step {
    return (start, next) => {
      let at = start;
      while (at < text.length && at - start < most && fits(text[at]!)) {
        step();
        at++;
      }
      for (; at >= start + least; at--) {
        step();
        if (next(at)) return true;
      }
      return false;
    };
  }

  function repeat(of: Step, least: number, most: number): Step {
    const more = (times: number, start: number, next: (at: number) => boolean): boolean => {
      step();
      if (times < most && of(start, at => (at > start || times < least) && more(times + 1, at, next))) return true;
      return times >= least && next(start);
    };
    return (at, next) => more(0, at, next);
  }

  function matcher(part: PatternTree): Step {
    switch (part.kind) {
      case 'one': {
        const fits = one(part.text, part.set);
        return (at, next) => {
          step();
          return at < text.length && fits(text[at]!) && next(at + 1);
        };
      }
      case 'edge':
        return edge(part.at);
      case 'repeat':
        return part.of.kind === 'one'
          ? run(one(part.of.text, part.of.set), part.least, part.most)
          : repeat(matcher(part.of), part.least, part.most);
      case 'choice': {
        const parts = part.parts.map(matcher);
        return (at, next) => parts.some(each => each(at, next));
      }
      case 'sequence':
        return part.parts.map(matcher).reduceRight<Step>(
          (rest, first) => (at, next) => first(at, end => rest(end, next)),
          (at, next) => next(at),
        );
      default:
        throw new ExpressionError('a regular expression that cannot be counted');
    }
  }

  const match = matcher(tree);
  return value => {
    text = value;
    steps = 0;
    try {
      for (let start = 0; start <= text.length; start++) if (match(start, () => true)) return true;
      return false;
    } catch (error) {
      // As deep as the stack is too many steps as well.
      if (error === tooMany || error instanceof RangeError) return undefined;
      throw error;
    } finally {
      text = '';
      spend(steps);
    }
  };
}
