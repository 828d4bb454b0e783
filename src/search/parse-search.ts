import type { Definitions, SearchParameter } from '../definitions/definitions.ts';
import type { NamedQuery } from '../definitions/named-queries.ts';
import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import { expandQuery } from './expand-query.ts';
import type { Condition, SearchQuery, SortKey, TotalMode } from './query.ts';
import { type ConditionContext, findParameter, readCondition } from './read-condition.ts';
import { type Include, isIncludeName, readInclude } from './read-include.ts';
import { TEXT_PARAMETERS } from './read-text.ts';
import { searchesAs } from './search-as.ts';
import { requireFewParameters, requireFewTests } from './search-limits.ts';
import type { SearchContext } from './search-type.ts';

/** A search as it was asked, and what this server knows and allows. */
export interface SearchInput extends SearchContext {
  resourceType: string;
  /** More types that are searched as well; a parameter must be one of each. */
  otherTypes?: readonly string[];
  /** Names and values, percent decoding done, in the order of the request. */
  parameters: readonly (readonly [name: string, value: string])[];
  /** The search parameters that a type has here, by code; undefined where it cannot be searched here. */
  parametersOf: (resourceType: string) => ReadonlyMap<string, SearchParameter> | undefined;
  /** How many percent of a type's resources are indexed by a parameter that cannot be searched by yet. */
  percentIndexed?: (resourceType: string, code: string) => number | undefined;
  /** Whether the words of all resources of a type are indexed. */
  hasFullText?: (resourceType: string) => boolean;
  /** The named queries of the type. */
  queries?: ReadonlyMap<string, NamedQuery>;
  definitions: Definitions;
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
  /** What else is asked for along with what matches. */
  includes: readonly Include[];
  /** Warnings about what was left out; empty in strict handling. */
  ignored: readonly Issue[];
}

/** Answered by others: the format by HTTP, the cursor by whoever holds the signing key. */
const PASSED_OVER = new Set(['_format', '_pretty', '_cursor', '_query']);
const RESULT_PARAMETERS = ['_count', '_sort', '_total'];
const INCLUDES = ['_include', '_revinclude'];
const MOST_SORT_KEYS = 10;
const NO_QUERIES: ReadonlyMap<string, NamedQuery> = new Map();

/**
 * Reads the parameters of a search.
 * @throws {FhirError} 400 `search-parameter-unknown` for a parameter that the type does not have or this server does not support
 * (in strict handling), 400 `search-parameter-invalid` for a value or modifier that is wrong, or more of them than can be searched
 * by at once.
 * https://hl7.org/fhir/R4/search.html
 */
export function parseSearch(input: SearchInput): ParsedSearch {
  requireFewParameters(input.parameters);
  const context = conditionContext(input);
  const types = [input.resourceType, ...(input.otherTypes ?? [])];
  const conditions = types.map((): Condition[] => []);
  const result: ResultParameters = {};
  const used: (readonly [string, string])[] = [];
  const includes: Include[] = [];
  const ignored: Issue[] = [];
  const take = (name: string, value: string): void => {
    if (name === '_contained') requireNotContained(value);
    else if (RESULT_PARAMETERS.includes(name)) readResultParameter(name, value, result, input);
    else if (isIncludeName(name)) includes.push(...readInclude(name, value, types, context));
    else {
      // All or none: what one type does not know is left out for all.
      const read = types.map(type => readCondition(name, value, type, context));
      for (const [index, condition] of read.entries()) conditions[index]!.push(condition);
    }
  };
  const orIgnored = (apply: () => void): void => {
    try {
      apply();
    } catch (error) {
      if (input.handling === 'strict' || !isIgnorable(error)) throw error;
      ignored.push(...error.issues.map((issue): Issue => ({ ...issue, severity: 'warning' })));
    }
  };
  let { parameters } = input;
  orIgnored(() => {
    const { asked, standsFor, others } = expandQuery(types.length === 1 ? input : { ...input, queries: NO_QUERIES });
    for (const [name, value] of standsFor) take(name, value);
    used.push(...asked);
    parameters = others;
  });
  for (const [name, value] of parameters) {
    if (PASSED_OVER.has(name)) continue;
    orIgnored(() => {
      take(name, value);
      used.push([name, name === '_count' ? `${result.count}` : value]);
    });
  }
  const [where = [], ...more] = conditions;
  requireFewTests(where);
  const others = more.map((each, index) => ({ resourceType: types[index + 1]!, where: each }));
  const { count = input.defaultCount, sort = [], total = 'default' } = result;
  const query = { resourceType: input.resourceType, where, ...(others.length > 0 && { others }), sort, count, total };
  return { query, used, includes, ignored };
}

const conditionContext = (input: SearchInput): ConditionContext => ({
  ...{ parametersOf: input.parametersOf, percentIndexed: input.percentIndexed ?? ALL_INDEXED },
  hasFullText: input.hasFullText ?? (() => false),
  ...{ definitions: input.definitions, baseUrl: input.baseUrl, timeZone: input.timeZone, now: input.now },
  otherNames: [...RESULT_PARAMETERS, ...INCLUDES],
});

/** @throws {FhirError} 400 where contained resources are to be found by themselves */
const requireNotContained = (value: string): void => {
  if (value === 'false') return;
  throw refuse(
    'search-parameter-unknown',
    '"_contained" takes "false" only: a contained resource is a part of the one that contains it here, and not found by itself. ' +
      'Search for the resources that contain it.',
  );
};

const ALL_INDEXED = (): undefined => undefined;

const isIgnorable = (error: unknown): error is FhirError =>
  error instanceof FhirError && error.issues.every(({ rule }) => rule === 'search-parameter-unknown');

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

/** What a parameter of a type is sorted by; other types have no order. */
export const SORT_KINDS: Partial<Record<SearchParameter['type'], SortKey['kind']>> = {
  date: 'date',
  number: 'number',
  quantity: 'number',
  string: 'string',
  token: 'text',
  reference: 'text',
  uri: 'text',
};

function readSortKey(key: string, input: SearchInput): SortKey {
  const descending = key.startsWith('-');
  const code = descending ? key.slice(1) : key;
  if (code === '_lastUpdated') return { kind: 'lastUpdated', parameter: code, descending };
  if (code === '_id') return { kind: 'id', parameter: code, descending };
  if (input.otherTypes !== undefined && input.otherTypes.length > 0) {
    throw refuse(
      'search-parameter-unknown',
      '"_sort" takes "_lastUpdated" and "_id" where several types are searched.',
    );
  }
  const parameter = findParameter(code, input.resourceType, conditionContext(input));
  const { type, xpathUsage } = parameter;
  const hasNone = searchesAs(parameter).length > 0 || TEXT_PARAMETERS.has(code) || xpathUsage === 'phonetic';
  const kind = hasNone ? undefined : SORT_KINDS[type];
  if (kind === undefined) {
    throw refuse('search-parameter-unknown', `"_sort" does not take "${code}": what it finds has no order.`);
  }
  return { kind, parameter: code, descending };
}
