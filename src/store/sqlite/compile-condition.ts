import type { Condition, DateValue, StringValue } from '../../search/query.ts';
import { type Fragment, fragment } from './fragment.ts';
import { boundedTime } from './pack-unit.ts';
import { EVERY, idSource, type Source, termSource, valueSource } from './source.ts';
import type { TermKeys } from './term-keys.ts';

const NO_TEST = fragment('TRUE');

/** The source of a condition; undefined where nothing can match. `_lastUpdated` is not among them: see `changeRange`. */
export function compileCondition(
  resourceType: string,
  condition: Exclude<Condition, { kind: 'lastUpdated' }>,
  keys: TermKeys,
): Source | undefined {
  if (condition.anyOf.length === 0) return undefined;
  if (condition.kind === 'id') return idSource(resourceType, condition.anyOf);
  const { parameter } = condition;
  if (condition.kind === 'date') {
    return valueSource('date', keys.parameter(resourceType, parameter), condition.anyOf.map(dateTest));
  }
  if (condition.kind === 'string') return compileString(resourceType, parameter, condition.anyOf, keys);
  const terms =
    condition.kind === 'token'
      ? condition.anyOf.map(value => keys.token(resourceType, parameter, value))
      : condition.anyOf.map(value => keys.reference(resourceType, parameter, value));
  const known = terms.filter(term => term !== undefined);
  return known.length === 0 ? undefined : termSource(known);
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
  if (sources.length === 1) return sources[0]!;
  const [first, second] = sources as [Source, Source];
  return {
    ...(second.scans && { scans: second.scans }),
    rows: fragment(`${first.rows.sql} UNION ALL ${second.rows.sql}`, ...first.rows.params, ...second.rows.params),
    check: fragment(`(${first.check.sql} OR ${second.check.sql})`, ...first.check.params, ...second.check.params),
  };
}

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
function dateTest(value: DateValue): { range: Fragment; test: Fragment } {
  const low = boundedTime(value.low);
  const high = boundedTime(value.high);
  switch (value.prefix) {
    case 'eq':
      return { range: fragment('v.low >= ? AND v.low < ?', low, high), test: fragment('v.high <= ?', high) };
    case 'ne':
      return { range: EVERY, test: fragment('(v.low < ? OR v.high > ?)', low, high) };
    case 'gt':
      return { range: fragment('v.high > ?', high), test: NO_TEST };
    case 'lt':
      return { range: fragment('v.low < ?', low), test: NO_TEST };
    case 'ge':
      return { range: fragment('v.high > ?', low), test: fragment('(v.high > ? OR v.low >= ?)', high, low) };
    case 'le':
      return { range: fragment('v.low < ?', high), test: fragment('(v.low < ? OR v.high <= ?)', low, high) };
    case 'sa':
      return { range: fragment('v.low >= ?', high), test: NO_TEST };
    case 'eb':
      return { range: fragment('v.high <= ?', low), test: NO_TEST };
    case 'ap':
      return { range: fragment('v.low < ? AND v.high > ?', high, low), test: NO_TEST };
  }
}
