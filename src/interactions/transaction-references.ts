import { FhirError } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import type { ParsedResource } from '../fhir/parse-resource.ts';
import type { ResourceKey } from '../store/store.ts';
import type { BundleEntry } from './bundle-entry.ts';
import type { Deps } from './context.ts';
import { enabledType } from './enabled-type.ts';
import type { EntryPlan } from './entry-plan.ts';
import { placeInBundle } from './place-in-bundle.ts';
import { localReferences, missingReferenceIssues } from './resource-references.ts';

/** An entry of a transaction that was judged, and what it is refused for. */
export interface JudgedEntry {
  entry: BundleEntry;
  plan: EntryPlan;
  /** Its resource, references resolved, where it could be read. */
  parsed?: ParsedResource;
  fault?: FhirError;
}

const UNRESOLVED = 'reference-not-found';

const nameOf = ({ resourceType, id }: ResourceKey): string => `${resourceType}/${id}`;

/** Whether a resource will be there when the transaction is done. */
const existence = (deps: Deps, judged: readonly JudgedEntry[]): ((key: ResourceKey) => Promise<boolean>) => {
  const known = new Map<string, boolean>();
  for (const { entry, plan } of judged) {
    const { id } = plan;
    if (id !== undefined) known.set(nameOf({ resourceType: entry.resourceType, id }), entry.interaction !== 'delete');
  }
  return async key => {
    const name = nameOf(key);
    let isThere = known.get(name);
    if (isThere === undefined) {
      const version = await deps.store.read(key);
      isThere = version !== undefined && version.method !== 'DELETE';
      known.set(name, isThere);
    }
    return isThere;
  };
};

const issuesOf = async (
  deps: Deps,
  { entry, parsed, fault }: JudgedEntry,
  isThere: (key: ResourceKey) => Promise<boolean>,
): Promise<Issue[]> => {
  if (parsed === undefined) return [];
  const refused = new Set(fault?.issues.map(({ expression }) => expression));
  const missing: ResourceKey[] = [];
  const references = localReferences(deps, enabledType(deps, entry.resourceType), parsed.resource).flatMap(each => {
    const expression = placeInBundle(each.expression, entry.index);
    return refused.has(`${expression}.reference`) ? [] : [{ ...each, expression }];
  });
  for (const { key } of references) if (!(await isThere(key))) missing.push(key);
  return missingReferenceIssues(references, missing);
};

/**
 * The refusals of all entries. What one was told of missing references is judged again by all that the transaction stores, and what no
 * entry got to is added.
 */
export const withoutUnresolved = async (
  deps: Deps,
  judged: readonly JudgedEntry[],
  turn: () => Promise<void>,
): Promise<FhirError[]> => {
  const isThere = existence(deps, judged);
  const faults: FhirError[] = [];
  for (const each of judged) {
    await turn();
    const { fault } = each;
    const others = fault?.issues.filter(({ rule }) => rule !== UNRESOLVED) ?? [];
    const issues = [...others, ...(await issuesOf(deps, each, isThere))];
    if (issues.length > 0) faults.push(new FhirError(fault?.status ?? 422, issues, fault ?? {}));
  }
  return faults;
};

/** The refusals of entries that refer to what the commit did not find, or of the whole where none of them names it. */
export const unresolvedInTransaction = async (
  deps: Deps,
  judged: readonly JudgedEntry[],
  turn: () => Promise<void>,
  missing: readonly ResourceKey[],
): Promise<FhirError[]> => {
  const names = new Set(missing.map(nameOf));
  const faults: FhirError[] = [];
  for (const each of judged) {
    await turn();
    const issues = await issuesOf(deps, each, async key => !names.has(nameOf(key)));
    if (issues.length > 0) faults.push(new FhirError(422, issues));
  }
  if (faults.length > 0) return faults;
  const unnamed = missing.map(key => ({ key, expression: 'Bundle' }));
  return [new FhirError(422, missingReferenceIssues(unnamed, missing))];
};
