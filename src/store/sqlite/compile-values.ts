import type { Condition, RangeValue, ReferenceValue, StringValue } from '../../search/query.ts';
import { bounded } from '../bounded.ts';
import { type Fragment, fragment, sql } from './fragment.ts';
import { hasPlain, isDerived } from './plain.ts';
import { EVERY, type Source, termSource, type ValueTest, valueSource } from './source.ts';
import type { TermKeys } from './term-keys.ts';

const NO_TEST = fragment('TRUE');

/** A condition on the values of one parameter. */
export type ValueCondition = Extract<Condition, { kind: 'token' | 'reference' | 'string' | 'date' | 'number' }>;

/** The source of values of one parameter; undefined where nothing can match. */
export function compileValues(resourceType: string, condition: ValueCondition, keys: TermKeys): Source | undefined {
  const { parameter } = condition;
  switch (condition.kind) {
    case 'date':
    case 'number':
      return valueSource(
        'range',
        keys.parameter(resourceType, parameter),
        condition.anyOf.map(value => rangeTest(value, condition.kind)),
      );
    case 'string':
      return compileString(resourceType, parameter, condition.anyOf, keys);
    case 'token': {
      const terms = condition.anyOf.map(value => keys.token(resourceType, parameter, value));
      const known = terms.filter(term => term !== undefined);
      const codes = condition.anyOf.map(({ code }) => code);
      return known.length === 0 ? undefined : withPlain(termSource(known), parameter, codes);
    }
    case 'reference': {
      const terms = condition.anyOf.map(value => keys.reference(resourceType, parameter, value));
      return withPlain(termSource(terms), parameter, condition.anyOf.map(textOf));
    }
  }
}

/** What `printPlain` has for a reference; undefined where it has more than is known. */
const textOf = (value: ReferenceValue): string | undefined =>
  'url' in value ? value.url : value.type === undefined ? undefined : `${value.type}/${value.id}`;

/** A single resource is held against each of many terms only where one of its texts is among theirs. */
function withPlain(source: Source, parameter: string, texts: readonly (string | undefined)[]): Source {
  if (source.ordered !== undefined || isDerived(parameter)) return source;
  const known = texts.filter(text => text !== undefined);
  return known.length < texts.length
    ? source
    : { ...source, check: sql`(${hasPlain(parameter, known)} AND ${source.check})` };
}

function compileString(
  resourceType: string,
  parameter: string,
  values: readonly StringValue[],
  keys: TermKeys,
): Source {
  const exact = values.filter(value => value.match === 'exact');
  const folded = values.filter(value => value.match !== 'exact');
  const sources: Source[] = [];
  if (exact.length > 0) sources.push(termSource(exact.map(value => keys.exact(resourceType, parameter, value.text))));
  if (folded.length > 0) {
    sources.push(valueSource('string', keys.parameter(resourceType, parameter), folded.map(stringTest)));
  }
  return anySource(sources);
}

/** What any of the sources finds. */
export function anySource(sources: readonly Source[]): Source {
  if (sources.length === 1) return sources[0]!;
  return {
    ...scansOf(sources),
    rows: joinedRows(sources),
    check: fragment(
      `(${sources.map(({ check }) => check.sql).join(' OR ')})`,
      ...sources.flatMap(({ check }) => check.params),
    ),
  };
}

const scansOf = (sources: readonly Source[]): Pick<Source, 'scans'> => {
  const scans = sources.flatMap(source => source.scans ?? []);
  return scans.length === 0 ? {} : { scans: scans.includes('resources') ? 'resources' : 'values' };
};

/** Each in parentheses of its own, since some are in an order. */
const joinedRows = (sources: readonly Source[]): Fragment =>
  fragment(
    sources.map(({ rows }) => `SELECT seq FROM (${rows.sql})`).join(' UNION ALL '),
    ...sources.flatMap(({ rows }) => rows.params),
  );

function stringTest({ match, text }: StringValue): { range: Fragment; test: Fragment } {
  if (text === '') return { range: EVERY, test: NO_TEST };
  if (match === 'contains') return { range: EVERY, test: fragment('instr(v.folded, ?) > 0', text) };
  // Texts are ordered by their UTF-8 bytes; no character sorts behind U+10FFFF.
  return { range: fragment('v.folded >= ? AND v.folded < ?', text, `${text}\u{10ffff}`), test: NO_TEST };
}

/**
 * A value `[v.low, v.high)` of a resource against the searched range, by prefix. `range` is one bound on one column, which an
 * index finds; `test` the rest. https://hl7.org/fhir/R4/search.html#prefix
 */
function rangeTest(value: RangeValue, kind: 'date' | 'number'): ValueTest {
  const low = bounded(kind, value.low);
  const high = bounded(kind, value.high);
  const beginsBefore = (end: number): Fragment => fragment('b.low < ?', end);
  const endsAfter = (begin: number): Fragment => fragment('b.high > ?', begin);
  switch (value.prefix) {
    case 'eq':
      return {
        range: fragment('v.low >= ? AND v.low < ?', low, high),
        test: fragment('v.high <= ?', high),
        extent: sql`${beginsBefore(high)} AND ${endsAfter(low)}`,
      };
    case 'ne':
      return { range: EVERY, test: fragment('(v.low < ? OR v.high > ?)', low, high) };
    case 'gt':
      return { range: fragment('v.high > ?', high), test: NO_TEST, extent: endsAfter(high) };
    case 'lt':
      return { range: fragment('v.low < ?', low), test: NO_TEST, extent: beginsBefore(low) };
    case 'ge':
      return {
        range: fragment('v.high > ?', low),
        test: fragment('(v.high > ? OR v.low >= ?)', high, low),
        extent: endsAfter(low),
      };
    case 'le':
      return {
        range: fragment('v.low < ?', high),
        test: fragment('(v.low < ? OR v.high <= ?)', low, high),
        extent: beginsBefore(high),
      };
    case 'sa':
      return { range: fragment('v.low >= ?', high), test: NO_TEST, extent: endsAfter(high) };
    case 'eb':
      return { range: fragment('v.high <= ?', low), test: NO_TEST, extent: beginsBefore(low) };
    case 'ap':
      return {
        range: fragment('v.low < ? AND v.high > ?', high, low),
        test: NO_TEST,
        extent: sql`${beginsBefore(high)} AND ${endsAfter(low)}`,
      };
  }
}
