import type { SearchParameter } from '../definitions/definitions.ts';
import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import { nearestName } from '../fhir/nearest-name.ts';
import { isId } from '../fhir/reference.ts';
import { splitEscaped, unescapeValue } from './escape.ts';
import type { Condition, SearchQuery, SortKey, TotalMode } from './query.ts';
import { refuseModifier, refuseValue } from './refuse-value.ts';
import { requireFewParameters, requireFewTests, requireFewValues } from './search-limits.ts';
import type { ParameterUse, SearchContext } from './search-type.ts';
import { SEARCH_TYPES, whyNotSearchable } from './search-types.ts';
import { parseDates } from './types/date.ts';

/** A search as it was asked, and what this server knows and allows. */
export interface SearchInput extends SearchContext {
  resourceType: string;
  /** Names and values, percent decoding done, in the order of the request. */
  parameters: readonly (readonly [name: string, value: string])[];
  /** The search parameters that the type has here, by code. */
  known: ReadonlyMap<string, SearchParameter>;
  /** `lenient` leaves out what is not known or not supported, and says so in `ignored`. */
  handling: 'strict' | 'lenient';
  /** Milliseconds since 1970 UTC. */
  now: number;
  defaultCount: number;
  maxCount: number;
}

/** A search as it was understood. */
export interface ParsedSearch {
  query: SearchQuery;
  /** The parameters as they were applied, for the self link: what was left out is not there, a clamped `_count` is. */
  used: readonly (readonly [name: string, value: string])[];
  /** Warnings about what was left out; empty in strict handling. */
  ignored: readonly Issue[];
}

/** Answered by others: the format by HTTP, the cursor by whoever holds the signing key. */
const PASSED_OVER = new Set(['_format', '_pretty', '_cursor']);
const RESULT_PARAMETERS = ['_count', '_sort', '_total'];
const MOST_SORT_KEYS = 10;

/**
 * Reads the parameters of a search.
 * @throws {FhirError} 400 `search-parameter-unknown` for a parameter that the type does not have or this server does not support
 * (in strict handling), 400 `search-parameter-invalid` for a value or modifier that is wrong, or more of them than can be searched
 * by at once.
 * https://hl7.org/fhir/R4/search.html
 */
export function parseSearch(input: SearchInput): ParsedSearch {
  requireFewParameters(input.parameters);
  const where: Condition[] = [];
  const result: ResultParameters = {};
  const used: (readonly [string, string])[] = [];
  const ignored: Issue[] = [];
  for (const [name, value] of input.parameters) {
    if (PASSED_OVER.has(name)) continue;
    try {
      if (RESULT_PARAMETERS.includes(name)) {
        readResultParameter(name, value, result, input);
        used.push([name, name === '_count' ? `${result.count}` : value]);
      } else {
        where.push(readCondition(name, value, input));
        used.push([name, value]);
      }
    } catch (error) {
      if (input.handling === 'strict' || !isIgnorable(error)) throw error;
      ignored.push(...error.issues.map((issue): Issue => ({ ...issue, severity: 'warning' })));
    }
  }
  requireFewTests(where);
  const { count = input.defaultCount, sort = [], total = 'default' } = result;
  return { query: { resourceType: input.resourceType, where, sort, count, total }, used, ignored };
}

const isIgnorable = (error: unknown): error is FhirError =>
  error instanceof FhirError && error.issues.every(({ rule }) => rule === 'search-parameter-unknown');

function readCondition(name: string, value: string, input: SearchInput): Condition {
  const { code, modifier } = splitName(name);
  const parameter = findParameter(code, input);
  // An empty value says nothing about what is searched: like an unknown parameter, it may be left out in lenient handling.
  if (value === '')
    throw refuse('search-parameter-unknown', `Search parameter "${code}" has no value. Give it one or leave it out.`);
  const use: ParameterUse = {
    parameter,
    modifier,
    values: splitEscaped(value, ','),
    baseUrl: input.baseUrl,
    timeZone: input.timeZone,
    now: input.now,
  };
  requireFewValues(use.values);
  if (use.values.includes('')) throw refuseValue(use, 'without empty alternatives; write "\\," for a comma within');
  if (code === '_id') return { kind: 'id', anyOf: readIds(use) };
  if (code === '_lastUpdated') return { kind: 'lastUpdated', anyOf: parseDates(use) };
  return SEARCH_TYPES[parameter.type]!.parse(use);
}

function splitName(name: string): { code: string; modifier: string | undefined } {
  if (name.startsWith('_has:')) throw refuse('search-parameter-unknown', 'Reverse chaining (_has) is not supported.');
  if (name.includes('.')) {
    throw refuse(
      'search-parameter-unknown',
      `Chained search ("${name}") is not supported. Search by the reference itself.`,
    );
  }
  const colon = name.indexOf(':');
  return colon < 0
    ? { code: name, modifier: undefined }
    : { code: name.slice(0, colon), modifier: name.slice(colon + 1) };
}

function findParameter(code: string, { known, resourceType }: SearchInput): SearchParameter {
  const parameter = known.get(code);
  if (parameter === undefined) {
    if (KNOWN_BY_SPECIFICATION.has(code)) {
      throw refuse('search-parameter-unknown', `Search parameter "${code}" is not supported for ${resourceType}.`);
    }
    const searchable = [...known.values()]
      .filter(other => whyNotSearchable(other) === undefined)
      .map(other => other.code);
    const nearest = nearestName(code, [...searchable, ...RESULT_PARAMETERS]);
    throw refuse(
      'search-parameter-unknown',
      `${resourceType} has no search parameter "${code}".${nearest === undefined ? '' : ` Did you mean "${nearest}"?`}`,
    );
  }
  const reason = whyNotSearchable(parameter);
  if (reason !== undefined) {
    throw refuse('search-parameter-unknown', `Search parameter "${code}" cannot be used: ${reason}.`);
  }
  return parameter;
}

/** Parameters of every R4 search; without a definition of their own they are not supported here. */
const KNOWN_BY_SPECIFICATION = new Set(
  (
    '_id _lastUpdated _tag _profile _security _source _text _content _list _has _type _query _filter ' +
    '_include _revinclude _summary _elements _contained _containedType'
  ).split(' '),
);

function readIds(use: ParameterUse): string[] {
  if (use.modifier !== undefined) throw refuseModifier(use, []);
  const ids = use.values.map(unescapeValue);
  if (!ids.every(isId))
    throw refuseValue(use, 'an id (1 to 64 letters, digits, "-" and "."), without the resource type');
  return ids;
}

interface ResultParameters {
  count?: number;
  sort?: SortKey[];
  total?: TotalMode;
}

const TOTALS: ReadonlyMap<string, TotalMode> = new Map([
  ['none', 'none'],
  ['estimate', 'accurate'],
  ['accurate', 'accurate'],
]);

function readResultParameter(name: string, value: string, result: ResultParameters, input: SearchInput): void {
  const invalid = (text: string): FhirError => refuse('search-parameter-invalid', `"${name}" ${text}.`);
  switch (name) {
    case '_count':
      if (result.count !== undefined) throw invalid('must be given once');
      if (!/^\d{1,9}$/.test(value)) throw invalid('must be a whole number, 0 or greater');
      result.count = Math.min(Number(value), input.maxCount);
      break;
    case '_sort':
      if (result.sort !== undefined) throw invalid('must be given once, with commas between its keys');
      result.sort = readSortKeys(value, input);
      break;
    default:
      if (result.total !== undefined) throw invalid('must be given once');
      if (!TOTALS.has(value)) throw invalid('must be none, estimate or accurate');
      result.total = TOTALS.get(value)!;
  }
}

function readSortKeys(value: string, input: SearchInput): SortKey[] {
  const keys = value.split(',');
  if (keys.length > MOST_SORT_KEYS) {
    throw refuse('search-parameter-invalid', `"_sort" must have at most ${MOST_SORT_KEYS} keys.`);
  }
  return keys.map(key => readSortKey(key, input));
}

function readSortKey(key: string, input: SearchInput): SortKey {
  const descending = key.startsWith('-');
  const code = descending ? key.slice(1) : key;
  if (code === '_lastUpdated') return { kind: 'lastUpdated', parameter: code, descending };
  const parameter = findParameter(code, input);
  if (parameter.type !== 'date') {
    throw refuse(
      'search-parameter-unknown',
      `"_sort" takes date parameters and "_lastUpdated"; "${code}" is of type ${parameter.type}.`,
    );
  }
  return { kind: 'date', parameter: code, descending };
}
