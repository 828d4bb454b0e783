import type { TypeCapability } from '../definitions/capability.ts';
import { type Issue, MOST_ISSUES } from '../fhir/issue.ts';
import { findReferences, parseReference } from '../fhir/reference.ts';
import type { Resource } from '../fhir/resource.ts';
import type { ResourceKey } from '../store/store.ts';
import type { Deps } from './context.ts';

/** A reference to a resource of this server, and where it stands. */
export interface LocalReference {
  key: ResourceKey;
  expression: string;
}

/** The path of an element, whichever of a list it is. */
export const withoutIndexes = (expression: string): string => expression.replace(/\[\d+\]/g, '');

/** Stands for the target of a reference that names no resource of this server: it is never there. */
const NOWHERE: ResourceKey = { resourceType: '', id: '' };

/**
 * Visits the references of a resource that should resolve here. What the type's insurance rule lets dangle is left out, and so is what
 * points elsewhere or into the resource itself.
 * https://hl7.org/fhir/R4/references.html#literal
 */
const visitLocal = (
  deps: Deps,
  { resourceType }: TypeCapability,
  resource: Resource,
  visit: (key: ResourceKey, locate: () => string) => void,
): void => {
  const mayDangle = deps.insuranceRules.get(resourceType)?.mayDangle;
  findReferences(resource, (reference, locate) => {
    const target = parseReference(reference.reference as string, deps.settings.baseUrl);
    if (target.kind === 'contained' || target.kind === 'external') return;
    if (mayDangle?.includes(withoutIndexes(locate()))) return;
    visit(target.kind === 'local' ? target : NOWHERE, locate);
  });
};

/** What must be there when the resource is stored; nothing where the type's references are not enforced. */
export const enforcedTargets = (deps: Deps, type: TypeCapability, resource: Resource): ResourceKey[] => {
  const targets: ResourceKey[] = [];
  if (type.enforceReferences) visitLocal(deps, type, resource, key => targets.push(key));
  return targets;
};

const located = (deps: Deps, type: TypeCapability, resource: Resource): LocalReference[] => {
  const found: LocalReference[] = [];
  visitLocal(deps, type, resource, (key, locate) => found.push({ key, expression: locate() }));
  return found;
};

/** The references to what must be there, with where they stand: for telling which of them do not resolve. */
export const localReferences = (deps: Deps, type: TypeCapability, resource: Resource): LocalReference[] =>
  type.enforceReferences ? located(deps, type, resource) : [];

const nameOf = ({ resourceType, id }: ResourceKey): string => `${resourceType}/${id}`;

/** One issue for every reference whose target is among `missing`, up to the most that one answer holds. */
export const missingReferenceIssues = (
  references: readonly LocalReference[],
  missing: readonly ResourceKey[],
): Issue[] => {
  const names = new Set(missing.map(nameOf));
  const issues: Issue[] = [];
  for (const { key, expression } of references) {
    if (issues.length === MOST_ISSUES) break;
    if (key.resourceType !== '' && !names.has(nameOf(key))) continue;
    issues.push({
      severity: 'error',
      code: 'not-found',
      rule: 'reference-not-found',
      expression,
      diagnostics:
        key.resourceType === ''
          ? 'This reference does not name a resource of this server. Write it as Type/id, like Patient/123.'
          : `There is no ${nameOf(key)} on this server. Send it first, or correct the reference.`,
    });
  }
  return issues;
};

/**
 * The issues of references that do not resolve now, found by reading: for the answer to a resource that is refused anyway. What is
 * stored is judged inside the commit.
 */
export const unresolvedReferences = async (
  deps: Pick<Deps, 'store'>,
  references: readonly LocalReference[],
): Promise<Issue[]> => {
  const keys = new Map(references.map(({ key }) => [nameOf(key), key]));
  const missing: ResourceKey[] = [];
  for (const key of keys.values()) {
    if (missing.length === MOST_ISSUES) break;
    const version = await deps.store.read(key);
    if (version === undefined || version.method === 'DELETE') missing.push(key);
  }
  return missingReferenceIssues(references, missing);
};

/**
 * What is told of references that do not resolve now and that do not have to. In a transaction nothing is, where what they lead to may come
 * with a later entry.
 */
export const referenceWarnings = async (deps: Deps, type: TypeCapability, resource: Resource): Promise<Issue[]> => {
  if (deps.inTurn === undefined) return [];
  const issues = await unresolvedReferences(deps, located(deps, type, resource));
  return issues.map(issue => ({ ...issue, severity: 'warning' }));
};
