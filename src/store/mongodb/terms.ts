import { codeOf, type IndexEntry } from '../../search/index-entry.ts';
import { bounded } from '../bounded.ts';
import type { SortValues } from './documents.ts';
import { sortableNumber } from './sortable-number.ts';

/** Stands between the parts of a term, where no text has it. */
const SEPARATOR = '\u0001';

/**
 * Everything that a version is found under is a text in one array, with one index. A term begins with the type and the parameter:
 *
 * | term | finds |
 * |---|---|
 * | `Claim` | every Claim |
 * | `Claim.status?` | what has the parameter |
 * | `Claim.status c` code | a token by its code |
 * | `Claim.status s` system | a token by its system |
 * | `Claim.status b` system, code | a token by both |
 * | `Claim.patient i` id | a reference by id |
 * | `Claim.patient r` type, id | a reference by type and id |
 * | `Claim.patient u` url | a reference by its url |
 * | `Patient.name x` text | a string exactly |
 * | `Patient.name f` text | a string by its beginning or a part, folded |
 * | `Claim.created l` low, high | a range from its low end on |
 * | `Claim.created h` high, low | a range from its high end on |
 * | `Location._content w` word | a word (see `words.ts`) |
 */
export type TermKind = 'c' | 's' | 'b' | 'i' | 'r' | 'u' | 'x' | 'f' | 'l' | 'h' | 'w';

/** How all terms of a kind of a parameter begin. */
export const termStart = (type: string, parameter: string, kind: TermKind): string =>
  `${type}.${parameter}${SEPARATOR}${kind}`;

export const hasTerm = (type: string, parameter: string): string => `${type}.${parameter}${SEPARATOR}?`;

export const tokenTerm = (type: string, parameter: string, system: string, code: string): string =>
  `${termStart(type, parameter, 'b')}${system}${SEPARATOR}${code}`;

export const referenceTerm = (type: string, parameter: string, target: string, id: string): string =>
  `${termStart(type, parameter, 'r')}${target}/${id}`;

/** The terms of a resource that is not deleted. */
export function termsOf(type: string, entries: readonly IndexEntry[]): string[] {
  const terms = new Set([type]);
  for (const entry of entries) {
    const { parameter } = entry;
    terms.add(hasTerm(type, codeOf(parameter)));
    const add = (kind: TermKind, text: string): unknown => terms.add(termStart(type, parameter, kind) + text);
    switch (entry.kind) {
      case 'token':
        add('s', entry.system ?? '');
        if (entry.code === undefined) break;
        add('c', entry.code);
        terms.add(tokenTerm(type, parameter, entry.system ?? '', entry.code));
        break;
      case 'reference':
        if (entry.url !== undefined) add('u', entry.url);
        if (entry.id === undefined) break;
        add('i', entry.id);
        if (entry.type !== undefined) terms.add(referenceTerm(type, parameter, entry.type, entry.id));
        break;
      case 'string':
        add('x', entry.text);
        add('f', entry.folded);
        break;
      case 'text':
        add('f', entry.text);
        break;
      case 'date':
      case 'number': {
        const [low, high] = [sortableNumber(entry.low), sortableNumber(entry.high)];
        add('l', low + high);
        add('h', high + low);
        break;
      }
      case 'present':
        break;
    }
  }
  return [...terms];
}

/** The name of a parameter as the name of a field: without what would be taken for a path. */
export const sortField = (parameter: string): string =>
  parameter.replace(/[%.$]/g, character => `%${character.charCodeAt(0).toString(16)}`);

/** Of each parameter by which resources are sorted its least and greatest value; names made of a code are none. */
export function sortValuesOf(entries: readonly IndexEntry[]): Record<string, SortValues> {
  const values: Record<string, SortValues> = {};
  for (const entry of entries) {
    if (/[:$]/.test(entry.parameter)) continue;
    const [low, high] = valuesOf(entry);
    if (low === undefined || high === undefined) continue;
    const field = sortField(entry.parameter);
    const known = values[field];
    if (known === undefined) values[field] = { least: low, greatest: high };
    else {
      if (compareValues(low, known.least) < 0) known.least = low;
      if (compareValues(high, known.greatest) > 0) known.greatest = high;
    }
  }
  return values;
}

type Value = number | string | undefined;

function valuesOf(entry: IndexEntry): [low: Value, high: Value] {
  const both = (text: Value): [Value, Value] => [text, text];
  switch (entry.kind) {
    case 'date':
    case 'number':
      return [bounded(entry.kind, entry.low), bounded(entry.kind, entry.high)];
    case 'string':
      return both(entry.folded);
    case 'token':
      return both(entry.code);
    case 'reference':
      return both(entry.url ?? `${entry.type}/${entry.id}`);
    default:
      return both(undefined);
  }
}

/** As databases compare: numbers before texts, texts by their UTF-8. */
export function compareValues(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
