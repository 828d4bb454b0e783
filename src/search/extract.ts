import type { Definitions, SearchParameter } from '../definitions/definitions.ts';
import { type Expression, ExpressionError, expressionFor } from '../fhir/fhirpath/expression.ts';
import { parseReference } from '../fhir/reference.ts';
import { isJsonObject, type Json, type JsonObject, type Resource } from '../fhir/resource.ts';
import { alternativesFor, type Condition, elementPaths, type Step } from './element-path.ts';
import type { IndexEntry } from './index-entry.ts';
import type { AddEntries, SearchContext, SearchType } from './search-type.ts';
import { SEARCH_TYPES, whyNotSearchable } from './search-types.ts';
import { componentsOf, namesOf } from './types/composite.ts';

/** Adds the entries of one search parameter. */
type Extraction = (resource: Resource, entries: IndexEntry[]) => void;

/**
 * Makes the function that tells what a resource is found under. What to look for is worked out per resource type at its first
 * resource, from the search parameters that are known for the type: elements named by plain paths are taken directly, FHIRPath
 * evaluates the rest. `_id` and `_lastUpdated` have no entries: the store knows both. Entries come without duplicates.
 * @throws {Error} naming the search parameter whose expression is not FHIRPath, at the first resource of its type.
 * https://hl7.org/fhir/R4/searchparameter.html
 */
export function createExtractor(
  definitions: Definitions,
  context: SearchContext,
): (resource: Resource) => IndexEntry[] {
  const byType = new Map<string, Extraction[]>();
  return resource => {
    let extractions = byType.get(resource.resourceType);
    if (extractions === undefined) {
      extractions = compileType(resource.resourceType, definitions, context);
      byType.set(resource.resourceType, extractions);
    }
    const entries: IndexEntry[] = [];
    for (const extract of extractions) {
      const start = entries.length;
      extract(resource, entries);
      if (entries.length > start + 1) dropDuplicates(entries, start);
    }
    return entries;
  };
}

function compileType(resourceType: string, definitions: Definitions, context: SearchContext): Extraction[] {
  const extractions: Extraction[] = [];
  for (const parameter of definitions.searchParameters(resourceType).values()) {
    if (KNOWN_TO_STORE.has(parameter.code) || whyNotSearchable(parameter) !== undefined) continue;
    extractions.push(...compileParameter(parameter, resourceType, definitions, context));
  }
  return extractions;
}

const KNOWN_TO_STORE = new Set(['_id', '_lastUpdated']);

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
  const searchType = SEARCH_TYPES[parameter.type];
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
  const walk = createWalk(steps, context);
  return (resource, entries) =>
    walk(resource, value => {
      const before = entries.length;
      add(value, code, entries, context);
      if (entries.length === before && value !== null) entries.push({ kind: 'present', parameter: code });
    });
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
    const walk = createWalk(element.steps, context);
    const below = (path: string, code: (typeof components)['first']): Taking[] =>
      takingsBelow(
        { base, depth: element.steps.length, path, searchType: SEARCH_TYPES[code.type] },
        resourceType,
        definitions,
        context,
      );
    const firsts = below(firstPath, components.first);
    const seconds = below(secondPath, components.second);
    return [
      (resource, entries) =>
        walk(resource, node => {
          if (!isJsonObject(node)) return;
          for (const name of namesIn(node, firsts, parameter.code)) {
            for (const take of seconds) takeUnder(name, node, take, entries);
          }
        }),
    ];
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
      const walk = createWalk(steps.slice(depth), context);
      return [
        (node: JsonObject, name: string, entries: IndexEntry[]) =>
          walk(node, value => add(value, name, entries, context)),
      ];
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

/** The way down to the values of elements, through lists and conditions. */
function createWalk(
  steps: readonly Step[],
  context: SearchContext,
): (node: JsonObject, visit: (value: Json) => void) => void {
  const last = steps.length - 1;
  const names = steps.map(({ name }) => name);
  const conditions = steps.map(({ condition }) => condition && compileCondition(condition, context));
  const take = (value: Json, level: number, visit: (value: Json) => void): void => {
    if (Array.isArray(value)) {
      for (const item of value) take(item, level, visit);
      return;
    }
    const holds = conditions[level];
    if (holds !== undefined && !holds(value)) return;
    if (level === last) visit(value);
    else if (isJsonObject(value)) descend(value, level + 1, visit);
  };
  const descend = (node: JsonObject, level: number, visit: (value: Json) => void): void => {
    const value = node[names[level]!];
    if (value !== undefined) take(value, level, visit);
  };
  return (node, visit) => (last === -1 ? visit(node) : descend(node, 0, visit));
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
  let expression: Expression;
  try {
    expression = expressionFor(alternative);
  } catch (cause) {
    throw new Error(`Search parameter ${parameter.url}: "${alternative}" is not FHIRPath`, { cause });
  }
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

/** Keeps the first of equal entries; from `start` on, all are of one parameter. */
function dropDuplicates(entries: IndexEntry[], start: number): void {
  if (entries.length === start + 2) {
    if (keyOf(entries[start]!) === keyOf(entries[start + 1]!)) entries.pop();
    return;
  }
  const seen = new Set<string>();
  let kept = start;
  for (let index = start; index < entries.length; index += 1) {
    const entry = entries[index]!;
    const key = keyOf(entry);
    if (seen.has(key)) continue;
    seen.add(key);
    entries[kept] = entry;
    kept += 1;
  }
  entries.length = kept;
}

function keyOf(entry: IndexEntry): string {
  return `${entry.kind} ${entry.parameter} ${valueTextOf(entry)}`;
}

function valueTextOf(entry: IndexEntry): string {
  switch (entry.kind) {
    case 'token':
      return `${entry.system ?? ''}|${entry.code ?? ''}|${entry.system === undefined}${entry.code === undefined}`;
    case 'reference':
      return entry.url ?? `${entry.type}/${entry.id}`;
    case 'string':
    case 'text':
      return entry.text;
    case 'date':
    case 'number':
      return `${entry.low} ${entry.high}`;
    case 'present':
      return '';
  }
}
