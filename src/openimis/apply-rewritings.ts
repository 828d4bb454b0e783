import type { Issue } from '../fhir/issue.ts';
import type { Json, Resource } from '../fhir/resource.ts';
import { expressionOf, type Place, visitElements } from './element-places.ts';
import type { NormalizingRule } from './normalizing-rules.ts';
import { type Rewriting, type RewritingContext, type Rewritten, type Target, targetKey } from './rewriting.ts';

/** Changes that are made to one resource at most, so that there is an end to them. */
const MOST_CHANGES = 10_000;

const NONE: readonly Rewriting[] = [];

const tables = new WeakMap<readonly Rewriting[], ReadonlyMap<string, readonly Rewriting[]>>();

/** Rewritings by the elements and data types that they look at. */
const tableOf = (rewritings: readonly Rewriting[]): ReadonlyMap<string, readonly Rewriting[]> => {
  let table = tables.get(rewritings);
  if (table === undefined) {
    const listed = new Map<string, Rewriting[]>();
    for (const rewriting of rewritings) {
      for (const element of rewriting.elements) listed.set(element, [...(listed.get(element) ?? []), rewriting]);
    }
    tables.set(rewritings, listed);
    table = listed;
  }
  return table;
};

/** Those of an element come before those of its data type. */
const rewritingsAt = (
  table: ReadonlyMap<string, readonly Rewriting[]>,
  { path, type }: Place,
): readonly Rewriting[] => {
  const ofElement = table.get(path) ?? NONE;
  const ofType = path === type ? NONE : (table.get(type) ?? NONE);
  return ofType === NONE ? ofElement : ofElement === NONE ? ofType : [...ofElement, ...ofType];
};

const changeOf = ({ said, at, rule }: Rewritten, byDefault: NormalizingRule, place: Place): Issue => ({
  severity: 'information',
  code: 'informational',
  rule: rule ?? byDefault,
  diagnostics: said,
  expression: at === undefined ? expressionOf(place) : `${expressionOf(place)}.${at}`,
});

/**
 * Applies rewritings to a resource of the caller's own, which is changed. Numbers may be raw numbers.
 * @returns the resource, and one information issue for every change in the order of their making
 */
export const applyRewritings = (
  resource: Resource,
  rewritings: readonly Rewriting[],
  context: RewritingContext,
): { resource: Resource; changes: Issue[] } => {
  const table = tableOf(rewritings);
  const changes: Issue[] = [];
  const rewritten = visitElements(resource, context.definitions, (value, place) => {
    let current: Json | undefined = value;
    for (const { rule, rewrite } of rewritingsAt(table, place)) {
      while (current !== undefined && changes.length < MOST_CHANGES) {
        const result = rewrite(current, place, context);
        if (result === undefined) break;
        changes.push(changeOf(result, rule, place));
        if (result.value === current) break;
        current = result.value;
      }
    }
    return current;
  });
  return { resource: rewritten, changes };
};

/** The stored resources that the rewritings need to know of, each once. The resource is not changed. */
export const targetsAsked = (
  resource: Resource,
  rewritings: readonly Rewriting[],
  context: RewritingContext,
): Target[] => {
  const table = tableOf(rewritings);
  const targets = new Map<string, Target>();
  visitElements(resource, context.definitions, (value, place) => {
    for (const { asks } of rewritingsAt(table, place)) {
      for (const target of asks?.(value, place, context) ?? []) targets.set(targetKey(target), target);
    }
    return value;
  });
  return [...targets.values()];
};
