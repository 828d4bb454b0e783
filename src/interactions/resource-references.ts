import type { TypeCapability } from '../definitions/capability.ts';
import type { Issue } from '../fhir/issue.ts';
import { findReferences, parseReference } from '../fhir/reference.ts';
import type { Resource } from '../fhir/resource.ts';
import type { ResourceKey } from '../store/store.ts';
import type { Deps } from './context.ts';

/** A reference to a resource of this server, and where it stands. */
export interface LocalReference {
  key: ResourceKey;
  expression: string;
}

const withoutIndexes = (expression: string): string => expression.replace(/\[\d+\]/g, '');

/**
 * The references of a resource that must resolve here before it is stored; none where the type's references are not enforced.
 * What the type's insurance rule lets dangle is left out, and so is what points elsewhere or into the resource itself.
 * https://hl7.org/fhir/R4/references.html#literal
 */
export const localReferences = (deps: Deps, type: TypeCapability, resource: Resource): LocalReference[] => {
  if (!type.enforceReferences) return [];
  const mayDangle = deps.insuranceRules.get(type.resourceType)?.mayDangle ?? [];
  const found: LocalReference[] = [];
  findReferences(resource, (reference, expression) => {
    const target = parseReference(reference.reference as string, deps.settings.baseUrl);
    if (target.kind === 'contained' || target.kind === 'external') return;
    const at = expression();
    if (mayDangle.length > 0 && mayDangle.includes(withoutIndexes(at))) return;
    found.push({ key: target.kind === 'local' ? target : { resourceType: '', id: '' }, expression: at });
  });
  return found;
};

/** One issue for every reference whose target is among `missing`. */
export const missingReferenceIssues = (
  references: readonly LocalReference[],
  missing: readonly ResourceKey[],
): Issue[] => {
  const isMissing = ({ key }: LocalReference): boolean =>
    key.resourceType === '' ||
    missing.some(({ resourceType, id }) => resourceType === key.resourceType && id === key.id);
  return references.filter(isMissing).map(({ key, expression }) => ({
    severity: 'error',
    code: 'not-found',
    rule: 'reference-not-found',
    expression,
    diagnostics:
      key.resourceType === ''
        ? 'This reference does not name a resource of this server. Write it as Type/id, like Patient/123.'
        : `There is no ${key.resourceType}/${key.id} on this server. Send it first, or correct the reference.`,
  }));
};
