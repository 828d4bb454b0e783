import type { Definitions, SearchParameter } from '../definitions/definitions.ts';
import { type Expression, ExpressionError, expressionFor } from '../fhir/fhirpath/expression.ts';
import { parseReference } from '../fhir/reference.ts';
import { isJsonObject, type Json, type JsonObject, type Resource } from '../fhir/resource.ts';
import { alternativesFor, type Condition, elementPaths, type Step } from './element-path.ts';
import type { IndexEntry } from './index-entry.ts';
import type { AddEntries, SearchContext, SearchType } from './search-type.ts';
import { KNOWN_TO_STORE, SEARCH_TYPES, searchTypeOf, whyNotSearchable } from './search-types.ts';
import { componentsOf, namesOf } from './types/composite.ts';

/** Adds the entries of one search parameter. */
type Extraction = (resource: Resource, entries: IndexEntry[]) => void;

/** What a type's resources are found by, while its search parameters are the same. */
interface CompiledType {
  parameters: ReadonlyMap<string, SearchParameter>;
  extractions: readonly Extraction[];
}

/** An expression that is not FHIRPath. */
const notAnExpression = (parameter: SearchParameter, cause: unknown): never => {
  throw new Error(`Search parameter ${parameter.url}: "${parameter.expression}" is not FHIRPath`, { cause });
};

/**
 * Makes the function that tells what a resource is found under. What to look for is worked out per resource type at its first
 * resource, and again when its search parameters have changed: elements named by plain paths are taken directly, FHIRPath
 * evaluates the rest. `_id` and `_lastUpdated` have no entries: the store knows both. Entries come without duplicates.
 * @param onUnusable what becomes of a parameter whose expression is not FHIRPath, at the first resource of its type: it is left out, unless
 * this throws, as it does where it is not given
 * https://hl7.org/fhir/R4/searchparameter.html
 */
export function createExtractor(
  definitions: Definitions,
  context: SearchContext,
  onUnusable: (parameter: SearchParameter, cause: unknown) => void = notAnExpression,
): (resource: Resource) => IndexEntry[] {
  const byType = new Map<string, CompiledType>();
  return resource => {
    const { resourceType } = resource;
    const parameters = definitions.searchParameters(resourceType);
    let compiled = byType.get(resourceType);
    if (compiled?.parameters !== parameters) {
      compiled = { parameters, extractions: compileType(resourceType, definitions, context, onUnusable) };
      byType.set(resourceType, compiled);
    }
    const entries: IndexEntry[] = [];
    for (const extract of compiled.extractions) {
      const start = entries.length;
      extract(resource, entries);
      if (entries.length > start + 1) dropDuplicates(entries, start);
    }
    return entries;
  };
}

function compileType(
  resourceType: string,
  definitions: Definitions,
  context: SearchContext,
  onUnusable: (parameter: SearchParameter, cause: unknown) => void,
): Extraction[] {
  const extractions: Extraction[] = [];
  for (const parameter of definitions.searchParameters(resourceType).values()) {
    if (KNOWN_TO_STORE.has(parameter.code) || parameter.expression === undefined) continue;
    if (whyNotSearchable(parameter) !== undefined) continue;
    try {
      extractions.push(...compileParameter(parameter, resourceType, definitions, context));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      onUnusable(parameter, error);
    }
  }
  return extractions;
}

/**
 * What a search parameter takes from a resource of the type: nothing when no part of its expression leads to values that its type
 * of parameter can be searched by.
 */
export function compileParameter(
  parameter: SearchParameter,
  resourceType: string,
  definitions: Definitions,
  context: SearchContext,
): Extraction[] {
  if (parameter.type === 'composite') return compileComposite(parameter, resourceType, definitions, context);
  return compileExpression(parameter, parameter.expression ?? '', resourceType, definitions, context);
}

function compileExpression(
  parameter: SearchParameter,
  expression: string,
  resourceType: string,
  definitions: Definitions,
  context: SearchContext,
): Extraction[] {
  const searchType = searchTypeOf(parameter);
  return alternativesFor(resourceType, expression).flatMap(alternative => {
    const paths = elementPaths(alternative, resourceType, definitions);
    if (paths === undefined) return [evaluated(alternative, parameter, searchType, context)];
    return paths.flatMap(({ steps, type }) => {
      const add = searchType.entries[type];
      return add === undefined ? [] : [direct(steps, parameter.code, add, context)];
    });
  });
}

function direct(steps: readonly Step[], code: string, add: AddEntries, context: SearchContext): Extraction {
  const walk = createWalk<IndexEntry[]>(steps, context);
  const visit = (value: Json, entries: IndexEntry[]): void => {
    const before = entries.length;
    add(value, code, entries, context);
    if (entries.length === before && value !== null) entries.push({ kind: 'present', parameter: code });
  };
  return (resource, entries) => walk(resource, visit, entries);
}

/** Two values of one element, the second under a name that is made of the first (see `compositeType`). */
function compileComposite(
  parameter: SearchParameter,
  resourceType: string,
  definitions: Definitions,
  context: SearchContext,
): Extraction[] {
  const components = componentsOf(parameter, resourceType, definitions);
  const [firstPath, secondPath] = parameter.component?.map(({ expression }) => expression) ?? [];
  if (components === undefined || firstPath === undefined || secondPath === undefined) return [];
  return alternativesFor(resourceType, parameter.expression ?? '').flatMap(base => {
    const [element] = elementPaths(base, resourceType, definitions) ?? [];
    if (element === undefined) return [];
    const walk = createWalk<IndexEntry[]>(element.steps, context);
    const below = (path: string, code: (typeof components)['first']): Taking[] =>
      takingsBelow(
        { base, depth: element.steps.length, path, searchType: SEARCH_TYPES[code.type] },
        resourceType,
        definitions,
        context,
      );
    const firsts = below(firstPath, components.first);
    const seconds = below(secondPath, components.second);
    const visit = (node: Json, entries: IndexEntry[]): void => {
      if (!isJsonObject(node)) return;
      for (const name of namesIn(node, firsts, parameter.code)) {
        for (const take of seconds) takeUnder(name, node, take, entries);
      }
    };
    return [(resource, entries) => walk(resource, visit, entries)];
  });
}

/** Adds what is found below an element, under a name. */
type Taking = (node: JsonObject, name: string, entries: IndexEntry[]) => void;

function takingsBelow(
  { base, depth, path, searchType }: { base: string; depth: number; path: string; searchType: SearchType },
  resourceType: string,
  definitions: Definitions,
  context: SearchContext,
): Taking[] {
  return path.split('|').flatMap(alternative => {
    const paths = elementPaths(`${base}.${alternative.trim()}`, resourceType, definitions) ?? [];
    return paths.flatMap(({ steps, type }) => {
      const add = searchType.entries[type];
      if (add === undefined) return [];
      const walk = createWalk<[name: string, entries: IndexEntry[]]>(steps.slice(depth), context);
      const visit = (value: Json, [name, entries]: [string, IndexEntry[]]): void => add(value, name, entries, context);
      return [(node: JsonObject, name: string, entries: IndexEntry[]) => walk(node, visit, [name, entries])];
    });
  });
}

/** The names that the tokens in an element give to what belongs to them. */
function namesIn(node: JsonObject, takings: readonly Taking[], code: string): Set<string> {
  const tokens: IndexEntry[] = [];
  for (const take of takings) take(node, code, tokens);
  return new Set(
    tokens.flatMap(entry => (entry.kind === 'token' && entry.parameter === code ? namesOf(code, entry) : [])),
  );
}

/** Values and their units; what modifiers find has no place in a composite. */
function takeUnder(name: string, node: JsonObject, take: Taking, entries: IndexEntry[]): void {
  const found: IndexEntry[] = [];
  take(node, name, found);
  for (const entry of found) {
    if (entry.parameter === name || entry.parameter.startsWith(`${name}$`)) entries.push(entry);
  }
}

/** Goes down to the values of elements, through lists and conditions; `state` is handed on, so that no function is made on the way. */
type Walk<State> = (node: JsonObject, visit: (value: Json, state: State) => void, state: State) => void;

function createWalk<State>(steps: readonly Step[], context: SearchContext): Walk<State> {
  type Visit = (value: Json, state: State) => void;
  const last = steps.length - 1;
  const names = steps.map(({ name }) => name);
  const conditions = steps.map(({ condition }) => condition && compileCondition(condition, context));
  const take = (value: Json, level: number, visit: Visit, state: State): void => {
    if (Array.isArray(value)) {
      for (const item of value) take(item, level, visit, state);
      return;
    }
    const holds = conditions[level];
    if (holds !== undefined && !holds(value)) return;
    if (level === last) visit(value, state);
    else if (isJsonObject(value)) descend(value, level + 1, visit, state);
  };
  const descend = (node: JsonObject, level: number, visit: Visit, state: State): void => {
    const value = node[names[level]!];
    if (value !== undefined) take(value, level, visit, state);
  };
  return last === -1
    ? (node, visit, state) => visit(node, state)
    : (node, visit, state) => descend(node, 0, visit, state);
}

function compileCondition(condition: Condition, context: SearchContext): (value: Json) => boolean {
  if ('equals' in condition) {
    return value => isJsonObject(value) && value[condition.element] === condition.equals;
  }
  return value => {
    if (!isJsonObject(value) || typeof value.reference !== 'string') return false;
    const target = parseReference(value.reference, context.baseUrl);
    const type = 'resourceType' in target && target.resourceType !== undefined ? target.resourceType : value.type;
    return type === condition.targetType;
  };
}

function evaluated(
  alternative: string,
  parameter: SearchParameter,
  searchType: SearchType,
  context: SearchContext,
): Extraction {
  const expression = expressionFor(alternative);
  return (resource, entries) => {
    for (const { value, type } of selectFrom(expression, resource)) {
      const name = type ?? typeof value;
      const add = searchType.entries[name] ?? searchType.entries[name.charAt(0).toLowerCase() + name.slice(1)];
      const before = entries.length;
      add?.(value as Json, parameter.code, entries, context);
      if (entries.length === before) entries.push({ kind: 'present', parameter: parameter.code });
    }
  };
}

/** An expression that fails on a resource selects nothing there: the resource itself is valid and must stay storable. */
function selectFrom(expression: Expression, resource: Resource): ReturnType<Expression['selectTyped']> {
  try {
    return expression.selectTyped(resource, { resource });
  } catch (error) {
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}

/** Up to so many entries are compared with one another; more by texts that are made of them. */
const FEW = 12;

/** Keeps the first of equal entries; from `start` on, all are of one parameter. */
function dropDuplicates(entries: IndexEntry[], start: number): void {
  const seen = entries.length - start > FEW ? new Set<string>() : undefined;
  let kept = start;
  for (let index = start; index < entries.length; index += 1) {
    const entry = entries[index]!;
    if (seen === undefined ? hasSame(entries, start, kept, entry) : !isNew(seen, keyOf(entry))) continue;
    entries[kept] = entry;
    kept += 1;
  }
  entries.length = kept;
}

const isNew = (seen: Set<string>, key: string): boolean => !seen.has(key) && seen.add(key).has(key);

function hasSame(entries: readonly IndexEntry[], from: number, to: number, entry: IndexEntry): boolean {
  for (let index = from; index < to; index += 1) {
    const other = entries[index]!;
    if (other.kind === entry.kind && other.parameter === entry.parameter && isSame(other, entry)) return true;
  }
  return false;
}

/** Whether two entries of one kind have the same values. */
function isSame(a: IndexEntry, b: IndexEntry): boolean {
  switch (a.kind) {
    case 'token':
      return b.kind === 'token' && a.code === b.code && a.system === b.system;
    case 'reference':
      return b.kind === 'reference' && a.id === b.id && a.type === b.type && a.url === b.url;
    case 'string':
    case 'text':
      return b.kind === a.kind && a.text === b.text;
    case 'date':
    case 'number':
      return b.kind === a.kind && a.low === b.low && a.high === b.high;
    case 'present':
      return true;
  }
}

const keyOf = ({ kind, parameter, ...values }: IndexEntry): string => JSON.stringify([kind, parameter, values]);
