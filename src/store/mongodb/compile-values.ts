import type { Filter } from 'mongodb';
import type { Condition, RangeValue, ReferenceValue, StringValue, TokenValue } from '../../search/query.ts';
import type { VersionDocument } from './documents.ts';
import { ANY_NUMBER, numberPattern, sortableNumber } from './sortable-number.ts';
import { referenceTerm, termStart, tokenTerm } from './terms.ts';

type ValueCondition = Extract<Condition, { kind: 'token' | 'reference' | 'string' | 'date' | 'number' }>;

/** Finds nothing. */
export const NOTHING: Filter<VersionDocument> = { _id: { $lt: 0 } };

/** Where any of the filters holds. */
export const anyFilter = (filters: readonly Filter<VersionDocument>[]): Filter<VersionDocument> =>
  filters.length === 0 ? NOTHING : filters.length === 1 ? filters[0]! : { $or: [...filters] };

/** The filter of a condition on the values of a parameter. */
export function compileValues(type: string, condition: ValueCondition): Filter<VersionDocument> {
  const { parameter } = condition;
  switch (condition.kind) {
    case 'token':
      return anyTerm(condition.anyOf.map(value => tokenAsked(type, parameter, value)));
    case 'reference':
      return anyTerm(condition.anyOf.map(value => referenceAsked(type, parameter, value)));
    case 'string': {
      const exact = condition.anyOf.filter(({ match }) => match === 'exact');
      const terms = exact.map(({ text }) => termStart(type, parameter, 'x') + text);
      const patterns = condition.anyOf.filter(({ match }) => match !== 'exact');
      return anyFilter([
        ...(terms.length === 0 ? [] : [anyTerm(terms)]),
        ...patterns.map(value => textFilter(termStart(type, parameter, 'f'), value)),
      ]);
    }
    case 'date':
    case 'number':
      return anyFilter(condition.anyOf.flatMap(value => rangeFilters(type, parameter, value)));
  }
}

const anyTerm = (terms: readonly string[]): Filter<VersionDocument> =>
  terms.length === 0 ? NOTHING : { terms: terms.length === 1 ? terms[0]! : { $in: [...terms] } };

function tokenAsked(type: string, parameter: string, { system, code }: TokenValue): string {
  if (code === undefined) return termStart(type, parameter, 's') + (system ?? '');
  if (system === undefined) return termStart(type, parameter, 'c') + code;
  return tokenTerm(type, parameter, system, code);
}

function referenceAsked(type: string, parameter: string, value: ReferenceValue): string {
  if ('url' in value) return termStart(type, parameter, 'u') + value.url;
  if (value.type === undefined) return termStart(type, parameter, 'i') + value.id;
  return referenceTerm(type, parameter, value.type, value.id);
}

/** A text as a pattern that matches it. */
export const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

function textFilter(start: string, { match, text }: StringValue): Filter<VersionDocument> {
  const anything = match === 'contains' ? '[\\s\\S]*' : '';
  return { terms: { $regex: `^${literal(start)}${anything}${literal(text)}` } };
}

/**
 * One term of which everything is asked that is asked of the range. The pattern alone says it all; the bounds say where in the index
 * such terms are.
 */
function rangeFilters(type: string, parameter: string, value: RangeValue): Filter<VersionDocument>[] {
  const [low, high] = [sortableNumber(value.low), sortableNumber(value.high)];
  const byLow = term(termStart(type, parameter, 'l'));
  const byHigh = term(termStart(type, parameter, 'h'));
  const within = byLow(low, high, numberPattern('ge', low) + numberPattern('le', high));
  const endsAfter = byHigh(high, LAST, numberPattern('gt', high) + ANY_NUMBER);
  const beginsBefore = byLow('', low, numberPattern('lt', low) + ANY_NUMBER);
  switch (value.prefix) {
    case 'eq':
      return [within];
    case 'ne':
      return [beginsBefore, endsAfter];
    case 'gt':
      return [endsAfter];
    case 'lt':
      return [beginsBefore];
    case 'ge':
      return [endsAfter, within];
    case 'le':
      return [beginsBefore, within];
    case 'sa':
      return [byLow(high, LAST, numberPattern('ge', high) + ANY_NUMBER)];
    case 'eb':
      return [byHigh('', low, numberPattern('le', low) + ANY_NUMBER)];
    case 'ap':
      return [byLow('', high, numberPattern('lt', high) + numberPattern('gt', low))];
  }
}

/** Comes after every digit. */
const LAST = 'g';

/** A filter of the terms from one number to another, that included. */
const term =
  (start: string) =>
  (from: string, to: string, pattern: string): Filter<VersionDocument> => ({
    terms: { $elemMatch: { $gte: start + from, $lt: `${start}${to}${LAST}`, $regex: `^${literal(start)}${pattern}$` } },
  });
