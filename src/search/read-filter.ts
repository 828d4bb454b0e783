import type { SearchParameter } from '../definitions/definitions.ts';
import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import { escapeValue } from './escape.ts';
import type { Condition, RangeValue } from './query.ts';

/** What a filter reads its comparisons with. */
export interface FilterContext {
  /** The condition of a parameter, as if it were asked for by itself. */
  read: (name: string, value: string) => Condition;
  /** The type of the parameter at the end of a path; undefined for what a path may not have. */
  typeOf: (path: string) => SearchParameter['type'];
}

const invalid = (text: string): FhirError => refuse('search-parameter-invalid', `"_filter" ${text}`);

/** Parentheses in one another, and comparisons. */
const MOST_NESTED = 20;
const MOST_COMPARISONS = 100;

const TOKEN = /\s*(?:([()])|"((?:[^"\\]|\\.)*)"|([^\s()"]+))/gy;

interface Token {
  text: string;
  kind: 'parenthesis' | 'quoted' | 'word';
}

/**
 * The condition that a filter stands for: comparisons, `and`, `or`, `not(...)` and parentheses.
 * @throws {FhirError} 400 `search-parameter-invalid`, and what a comparison is refused for
 * https://hl7.org/fhir/R4/search_filter.html
 */
export function readFilter(text: string, context: FilterContext): Condition {
  const tokens = tokensOf(text);
  const reader = { tokens, at: 0, depth: 0, comparisons: 0 };
  const condition = readAny(reader, context);
  if (reader.at < tokens.length) throw invalid('goes on behind its end: a "(" is missing, or "and" or "or".');
  return condition;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const end = text.trimEnd().length;
  while (at < end) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw invalid('has a quote that does not end.');
    const [whole, parenthesis, quoted, word] = match;
    if (parenthesis !== undefined) tokens.push({ kind: 'parenthesis', text: parenthesis });
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted.replace(/\\(.)/g, '$1') });
    else tokens.push({ kind: 'word', text: word! });
    at += whole.length;
  }
  return tokens;
}

interface Reader {
  tokens: readonly Token[];
  at: number;
  depth: number;
  comparisons: number;
}

const isNext = ({ tokens, at }: Reader, kind: Token['kind'], text: string): boolean =>
  tokens[at]?.kind === kind && tokens[at].text === text;

/** Comparisons with one word between them: which of two different ones would bind more is for parentheses to say. */
function readAny(reader: Reader, context: FilterContext): Condition {
  const parts = [readOne(reader, context)];
  let between: string | undefined;
  while (isNext(reader, 'word', 'and') || isNext(reader, 'word', 'or')) {
    const word = reader.tokens[reader.at++]!.text;
    if (between !== undefined && between !== word) throw invalid('needs parentheses where "and" and "or" meet.');
    between = word;
    parts.push(readOne(reader, context));
  }
  if (parts.length === 1) return parts[0]!;
  return between === 'and' ? { kind: 'all', allOf: parts } : { kind: 'any', anyOf: parts };
}

function readOne(reader: Reader, context: FilterContext): Condition {
  if (isNext(reader, 'word', 'not')) {
    reader.at++;
    return { kind: 'not', none: readGroup(reader, context) };
  }
  return isNext(reader, 'parenthesis', '(') ? readGroup(reader, context) : readComparison(reader, context);
}

function readGroup(reader: Reader, context: FilterContext): Condition {
  if (!isNext(reader, 'parenthesis', '(')) throw invalid('must have parentheses behind "not".');
  if (reader.depth === MOST_NESTED) throw invalid(`has more than ${MOST_NESTED} parentheses in one another.`);
  reader.at++;
  reader.depth++;
  const condition = readAny(reader, context);
  if (!isNext(reader, 'parenthesis', ')')) throw invalid('has a parenthesis that does not end.');
  reader.at++;
  reader.depth--;
  return condition;
}

function readComparison(reader: Reader, context: FilterContext): Condition {
  const [path, operator, value] = reader.tokens.slice(reader.at, reader.at + 3);
  if (path?.kind !== 'word' || operator?.kind !== 'word' || value === undefined || value.kind === 'parenthesis') {
    throw invalid(
      'takes comparisons of three parts: a parameter, eq or its like, and a value, as in: family eq "Sadiki".',
    );
  }
  if (/[[\]:]/.test(path.text)) throw invalid('takes names of parameters with dots between, without ":" and "[".');
  if (reader.comparisons === MOST_COMPARISONS) throw invalid(`has more than ${MOST_COMPARISONS} comparisons.`);
  reader.comparisons++;
  reader.at += 3;
  return compare(path.text, operator.text, value.text, context);
}

type Types = readonly SearchParameter['type'][];

const ORDERED: Types = ['date', 'number', 'quantity'];
const CODED: Types = ['token'];

/** The name and value that a comparison is asked for as, by its operator, and the types of parameters that have it. */
const OPERATORS: Record<string, { types: Types; modifier?: string; prefix?: string }> = {
  eq: { types: ['date', 'number', 'quantity', 'token', 'reference', 'uri'] },
  sw: { types: ['string'] },
  co: { types: ['string'], modifier: ':contains' },
  gt: { types: ORDERED, prefix: 'gt' },
  lt: { types: ORDERED, prefix: 'lt' },
  ge: { types: ORDERED, prefix: 'ge' },
  le: { types: ORDERED, prefix: 'le' },
  ap: { types: ORDERED, prefix: 'ap' },
  sa: { types: ORDERED, prefix: 'sa' },
  eb: { types: ORDERED, prefix: 'eb' },
  re: { types: ['reference'] },
  ss: { types: CODED, modifier: ':below' },
  sb: { types: CODED, modifier: ':above' },
  in: { types: CODED, modifier: ':in' },
  ni: { types: CODED, modifier: ':not-in' },
};

function compare(path: string, operator: string, text: string, context: FilterContext): Condition {
  if (operator === 'ne') return { kind: 'not', none: compare(path, 'eq', text, context) };
  if (operator === 'pr') {
    if (text !== 'true' && text !== 'false') throw invalid('takes true or false behind "pr".');
    return context.read(`${path}:missing`, text === 'true' ? 'false' : 'true');
  }
  const type = context.typeOf(path);
  // A comma is part of a value here: alternatives are written with "or".
  const value = type === 'string' ? escapeValue(text) : text.replaceAll(',', '\\,');
  if (operator === 'eq' && type === 'string') return context.read(`${path}:exact`, value);
  if (operator === 'po' && type === 'date') return overlapping(context.read(path, value));
  const how = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (how === undefined) {
    throw invalid(
      `has a comparison that it does not know. It takes ${[...Object.keys(OPERATORS), 'ne', 'po', 'pr'].join(', ')}.`,
    );
  }
  if (!how.types.includes(type)) throw invalid(`does not take "${operator}" for "${path}", which is of type ${type}.`);
  return context.read(path + (how.modifier ?? ''), (how.prefix ?? '') + value);
}

const overlap = (value: RangeValue): RangeValue => ({ ...value, prefix: 'ap' });

/** The same with any range that has a part in common with the value's. */
function overlapping(condition: Condition): Condition {
  switch (condition.kind) {
    case 'date':
      return { ...condition, anyOf: condition.anyOf.map(overlap) };
    case 'lastUpdated':
      return { ...condition, anyOf: condition.anyOf.map(overlap) };
    case 'refersTo':
      return { ...condition, where: overlapping(condition.where) };
    case 'any':
      return { ...condition, anyOf: condition.anyOf.map(overlapping) };
    default:
      return condition;
  }
}
