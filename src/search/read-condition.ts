import type { Definitions, SearchParameter } from '../definitions/definitions.ts';
import { FhirError, refuse } from '../fhir/fhir-error.ts';
import { nearestName } from '../fhir/nearest-name.ts';
import { isId } from '../fhir/reference.ts';
import { splitEscaped, unescapeValue } from './escape.ts';
import type { Condition } from './query.ts';
import { type FilterContext, readFilter } from './read-filter.ts';
import { readText, TEXT_PARAMETERS } from './read-text.ts';
import { refuseModifier, refuseValue } from './refuse-value.ts';
import { type SearchAs, searchesAs } from './search-as.ts';
import { requireFewValues } from './search-limits.ts';
import type { ParameterUse, SearchContext } from './search-type.ts';
import { SEARCH_TYPES, searchTypeOf, whyNotSearchable } from './search-types.ts';
import { parseDates } from './types/date.ts';
import { valueTypes } from './value-types.ts';

/** What conditions are read with. */
export interface ConditionContext extends SearchContext {
  /** The search parameters that a type has here, by code; undefined where it cannot be searched here. */
  parametersOf: (resourceType: string) => ReadonlyMap<string, SearchParameter> | undefined;
  /** How many percent of a type's resources are indexed by a parameter that cannot be searched by yet. */
  percentIndexed: (resourceType: string, code: string) => number | undefined;
  /** Whether the words of all resources of a type are indexed. */
  hasFullText: (resourceType: string) => boolean;
  definitions: Definitions;
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** Names that are no conditions, for the nearest name of one that is not known. */
  otherNames: readonly string[];
}

const unknown = (text: string): FhirError => refuse('search-parameter-unknown', text);
const invalid = (text: string): FhirError => refuse('search-parameter-invalid', text);

/** Links of one chain, and resource types that it is tried on. */
const MOST_LINKS = 8;
const MOST_TYPES = 200;

/**
 * The condition that one parameter stands for: `status`, `name:exact`, `patient.name`, `subject:Patient.organization.name`,
 * `_has:Claim:patient:status`, chained as deeply as it may be.
 * @throws {FhirError} 400 `search-parameter-unknown`, 400 `search-parameter-invalid`
 * https://hl7.org/fhir/R4/search.html#chaining
 */
export const readCondition = (
  name: string,
  value: string,
  resourceType: string,
  context: ConditionContext,
): Condition => {
  // An empty value says nothing about what is searched: like an unknown parameter, it may be left out in lenient handling.
  if (value === '') throw unknown(`Search parameter "${name}" has no value. Give it one or leave it out.`);
  return read(name, value, resourceType, { ...context, chain: { name, links: 0, counted: { types: 0 } } });
};

interface ChainContext extends ConditionContext {
  /** How far the chain has come, and in how many types, since each type on the way is a chain of its own. */
  chain: { name: string; links: number; counted: { types: number } };
}

function read(name: string, value: string, resourceType: string, context: ChainContext): Condition {
  if (name.startsWith('_has:')) return readReverse(name, value, resourceType, context);
  if (name === '_list') return readList(value, context);
  const part = TEXT_PARAMETERS.get(name);
  if (part !== undefined && context.parametersOf(resourceType)?.has(name)) {
    return readText(name, part, value, context.hasFullText(resourceType));
  }
  if (name === '_filter') return readFilter(value, filterContext(resourceType, context));
  const dot = name.indexOf('.');
  if (dot >= 0) return readChain(name.slice(0, dot), name.slice(dot + 1), value, resourceType, context);
  const { code, modifier } = splitName(name);
  const parameter = findParameter(code, resourceType, context);
  if (TEXT_PARAMETERS.has(code)) throw invalid(`"${code}" takes no modifier.`);
  const searches = searchesAs(parameter);
  if (searches.length > 0) return readSearchAs(name, value, { parameter, searches }, resourceType, context);
  if (modifier === 'missing') return readMissing(parameter, value);
  const { baseUrl, timeZone, now, definitions } = context;
  const values = splitEscaped(value, ',');
  const use: ParameterUse = { parameter, modifier, values, baseUrl, timeZone, now, resourceType, definitions };
  requireFewValues(values);
  if (values.includes('')) throw refuseValue(use, 'without empty alternatives; write "\\," for a comma within');
  if (code === '_id') return { kind: 'id', anyOf: readIds(use) };
  if (code === '_lastUpdated') return { kind: 'lastUpdated', anyOf: parseDates(use) };
  return searchTypeOf(parameter).parse(use);
}

function splitName(name: string): { code: string; modifier: string | undefined } {
  const colon = name.indexOf(':');
  return colon < 0
    ? { code: name, modifier: undefined }
    : { code: name.slice(0, colon), modifier: name.slice(colon + 1) };
}

function readMissing({ code }: SearchParameter, value: string): Condition {
  if (value !== 'true' && value !== 'false') throw invalid(`"${code}:missing" must be true or false.`);
  const isMissing = value === 'true';
  // Every resource has an id and a time of change.
  if (code === '_id' || code === '_lastUpdated')
    return isMissing ? { kind: 'any', anyOf: [] } : { kind: 'all', allOf: [] };
  return { kind: 'missing', parameter: code, isMissing };
}

function readIds(use: ParameterUse): string[] {
  if (use.modifier !== undefined) throw refuseModifier(use, []);
  const ids = use.values.map(unescapeValue);
  if (!ids.every(isId))
    throw refuseValue(use, 'an id (1 to 64 letters, digits, "-" and "."), without the resource type');
  return ids;
}

/**
 * The search parameter of a code.
 * @throws {FhirError} 400 naming the nearest one, or why it cannot be used; 409 while resources are being indexed by it
 */
export function findParameter(code: string, resourceType: string, context: ConditionContext): SearchParameter {
  const known = context.parametersOf(resourceType) ?? new Map<string, SearchParameter>();
  const parameter = known.get(code);
  if (parameter === undefined) {
    if (KNOWN_BY_SPECIFICATION.has(code)) {
      throw unknown(`Search parameter "${code}" is not supported for ${resourceType}.`);
    }
    const searchable = [...known.values()].filter(other => whyNotSearchable(other) === undefined);
    const nearest = nearestName(code, [...searchable.map(other => other.code), ...context.otherNames]);
    const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
    throw unknown(`${resourceType} has no search parameter "${code}".${hint}`);
  }
  const reason = whyNotSearchable(parameter);
  if (reason !== undefined) throw unknown(`Search parameter "${code}" cannot be used: ${reason}.`);
  requireIndexed(code, resourceType, context);
  return parameter;
}

/** @throws {FhirError} 409 while resources of the type are being indexed by the parameter */
export function requireIndexed(
  code: string,
  resourceType: string,
  { percentIndexed }: Pick<ConditionContext, 'percentIndexed'>,
): void {
  const percent = percentIndexed(resourceType, code);
  if (percent === undefined) return;
  throw refuse(
    'search-parameter-indexing',
    `Search parameter "${code}" of ${resourceType} is being indexed, ${percent} %. Search by it later.`,
    { headers: { 'retry-after': RETRY_AFTER } },
  );
}

const RETRY_AFTER = '5';

/** Parameters of every R4 search; without a definition of their own they are not supported here. */
const KNOWN_BY_SPECIFICATION = new Set(
  (
    '_id _lastUpdated _tag _profile _security _source _text _content _list _has _type _query ' +
    '_include _revinclude _summary _elements _contained _containedType'
  ).split(' '),
);

function goOn(context: ChainContext, types: number): ChainContext {
  const { name, links, counted } = context.chain;
  counted.types += types;
  if (links === MOST_LINKS) throw invalid(`"${name}" has more than ${MOST_LINKS} links. Search step by step.`);
  if (counted.types > MOST_TYPES) {
    throw invalid(`"${name}" leads to too many types. Name them, as in "subject:Patient.name".`);
  }
  return { ...context, chain: { name, links: links + 1, counted } };
}

/** `link.rest`: resources whose reference leads to one that matches the rest. */
function readChain(link: string, rest: string, value: string, resourceType: string, context: ChainContext): Condition {
  const { code, modifier } = splitName(link);
  const parameter = findParameter(code, resourceType, context);
  const targets = targetsOf(parameter, modifier, resourceType, context);
  const inner = goOn(context, targets.length);
  const chains: Condition[] = [];
  let failure: unknown;
  for (const target of targets) {
    try {
      chains.push({ kind: 'refersTo', parameter: code, resourceType: target, where: read(rest, value, target, inner) });
    } catch (error) {
      // Of several types those are meant that have the parameter.
      if (targets.length > 1 && isUnknown(error)) failure ??= error;
      else throw error;
    }
  }
  if (chains.length === 0) throw failure;
  if (rest === 'identifier') {
    const identified = SEARCH_TYPES.reference.parse({
      ...{ parameter, modifier: 'identifier', values: splitEscaped(value, ','), resourceType },
      ...{ baseUrl: context.baseUrl, timeZone: context.timeZone, now: context.now, definitions: context.definitions },
    });
    chains.push(identified);
  }
  return chains.length === 1 ? chains[0]! : { kind: 'any', anyOf: chains };
}

const isUnknown = (error: unknown): boolean =>
  error instanceof FhirError && error.issues.every(({ rule }) => rule === 'search-parameter-unknown');

/** The types that a link of a chain leads to. */
function targetsOf(
  parameter: SearchParameter,
  modifier: string | undefined,
  resourceType: string,
  { parametersOf, definitions }: ChainContext,
): string[] {
  const { code, type, target: targets = [] } = parameter;
  if (type !== 'reference') {
    throw invalid(`"${code}" is of type ${type}: only what a reference leads to can be searched by with a dot.`);
  }
  const { types } = valueTypes(parameter, resourceType, definitions);
  if (types.size > 0 && !types.has('Reference')) {
    throw unknown(`"${code}" holds canonical addresses, and what those lead to cannot be searched by.`);
  }
  if (modifier !== undefined) {
    if (!(targets as string[]).includes(modifier)) {
      throw invalid(`"${code}" does not refer to ${modifier}, but to ${targets.join(', ')}.`);
    }
    if (parametersOf(modifier) === undefined) throw unknown(`${modifier} cannot be searched on this server.`);
    return [modifier];
  }
  const here = targets.filter(each => parametersOf(each) !== undefined);
  if (here.length === 0)
    throw unknown(`What "${code}" refers to (${targets.join(', ')}) cannot be searched on this server.`);
  return here;
}

const PREFIX = /^(?:eq|ne|gt|lt|ge|le|sa|eb|ap)/;

/** What a parameter stands for that is searched as another one. */
function readSearchAs(
  name: string,
  value: string,
  { parameter, searches }: { parameter: SearchParameter; searches: readonly SearchAs[] },
  resourceType: string,
  context: ChainContext,
): Condition {
  const { code, comparator = [] } = parameter;
  if (name !== code) throw invalid(`"${code}" takes no modifier.`);
  const [any] = searches;
  if (any!.value === undefined) {
    const [only, ...more] = comparator;
    const prefix = only !== undefined && more.length === 0 ? only : '';
    const values = splitEscaped(value, ',').map(each => (PREFIX.test(each) ? each : prefix + each));
    return read(any!.search, values.join(','), resourceType, goOn(context, 1));
  }
  const anyOf = splitEscaped(value, ',').map(each => {
    const found = searches.find(search => search.value === each);
    if (found === undefined) {
      throw invalid(`"${code}" must be ${searches.map(search => search.value).join(' or ')}.`);
    }
    const equals = found.search.indexOf('=');
    return read(found.search.slice(0, equals), found.search.slice(equals + 1), resourceType, goOn(context, 1));
  });
  return anyOf.length === 1 ? anyOf[0]! : { kind: 'any', anyOf };
}

/** The resources that a List has as items: those that one of these Lists refers to. https://hl7.org/fhir/R4/search.html#list */
function readList(value: string, context: ChainContext): Condition {
  if (context.parametersOf('List')?.get('item') === undefined)
    throw unknown('"_list" needs the type List, which cannot be searched here.');
  const ids = value.split(',');
  if (!ids.every(isId))
    throw invalid('"_list" must be the id of a List. The lists that are not stored ($current-...) are not there.');
  requireIndexed('item', 'List', context);
  return { kind: 'referredBy', parameter: 'item', resourceType: 'List', where: { kind: 'id', anyOf: ids } };
}

const filterContext = (resourceType: string, context: ChainContext): FilterContext => ({
  read: (name, value) => {
    if (name.startsWith('_')) {
      if (!/^_(?:id|lastUpdated|tag|profile|security|source)\b/.test(name))
        throw invalid('"_filter" takes of the names with "_" only those that every type has, like _id.');
    }
    return read(name, value, resourceType, goOn(context, 1));
  },
  typeOf: path => typeAtEnd(path, resourceType, context),
});

/** The type of the parameter that a chain ends in, on the first type that has it. */
function typeAtEnd(path: string, resourceType: string, context: ChainContext): SearchParameter['type'] {
  const [code = '', ...rest] = path.split('.');
  const parameter = findParameter(code, resourceType, context);
  if (rest.length === 0) return parameter.type;
  let failure: unknown;
  for (const target of targetsOf(parameter, undefined, resourceType, context)) {
    try {
      return typeAtEnd(rest.join('.'), target, context);
    } catch (error) {
      if (!isUnknown(error)) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

/** `_has:Type:reference:rest`: resources that one of the type refers to which matches the rest. */
function readReverse(name: string, value: string, resourceType: string, context: ChainContext): Condition {
  const match = /^_has:([A-Za-z]+):([A-Za-z0-9_-]+):(.+)$/.exec(name);
  if (match === null) {
    throw invalid('"_has" is written "_has:Type:reference:parameter", as in "_has:Claim:patient:status=active".');
  }
  const [, source, code, rest] = match as unknown as [string, string, string, string];
  if (context.parametersOf(source) === undefined) throw unknown(`${source} cannot be searched on this server.`);
  const parameter = findParameter(code, source, context);
  if (parameter.type !== 'reference' || !parameter.target?.includes(resourceType as 'Patient')) {
    throw invalid(`"${code}" of ${source} does not refer to ${resourceType}, so "_has" cannot follow it.`);
  }
  const where = read(rest, value, source, goOn(context, 1));
  return { kind: 'referredBy', parameter: code, resourceType: source, where };
}
