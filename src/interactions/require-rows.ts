import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import { findReferences, parseReference } from '../fhir/reference.ts';
import type { Resource } from '../fhir/resource.ts';
import type { IndexEntry } from '../search/index-entry.ts';
import type { SearchQuery } from '../search/query.ts';
import { createHolds } from '../security/holds.ts';
import { isExactEnough } from '../security/restrict-query.ts';
import type { Permission } from '../security/role.ts';
import type { ResourceKey, StoredVersion } from '../store/store.ts';
import { type Deps, serverOf } from './context.ts';
import { requirePermission } from './require-permission.ts';
import { type LocalReference, withoutIndexes } from './resource-references.ts';

const outsideRows = ({ access }: Deps, resourceType: string, permission: Permission): FhirError => {
  const told = (access?.toldRows(resourceType, permission) ?? []).map(queries => queries.join(' or '));
  const where = told.length === 0 ? 'it is not labelled as more confidential than it may see' : told.join(', and ');
  return refuse(
    'access-denied',
    `This client may do so with a ${resourceType} only where this holds: ${where}. Change what the ${resourceType} says, or send it as who may.`,
  );
};

/**
 * Refuses to write what is outside the rows of a client: `index` is what the resource is, or was, found under. What patients deny does not
 * keep a client from telling what it did.
 * @throws {FhirError} 403 `access-denied`
 */
export const requireWithinRows = async (
  deps: Deps,
  { resourceType, id }: ResourceKey,
  index: readonly IndexEntry[],
  permission: Permission,
): Promise<void> => {
  const rows = deps.access?.rows(resourceType, permission);
  if (rows === undefined) return;
  const server = serverOf(deps);
  const itemOf = (version: StoredVersion) => ({
    ...{ resourceType: version.resourceType, id: version.id, lastUpdated: version.lastUpdated },
    index: server.extract(JSON.parse(version.body) as Resource),
  });
  const holds = createHolds(server.store, itemOf);
  const item = { resourceType, id, lastUpdated: deps.now(), index };
  if (!(await holds(item, rows))) throw outsideRows(deps, resourceType, permission);
};

/** As `requireWithinRows`, for a version that is there and is to be changed or deleted. */
export const requireVersionWithinRows = async (
  deps: Deps,
  version: StoredVersion,
  permission: Permission,
): Promise<void> => {
  if (deps.access?.rows(version.resourceType, permission) === undefined) return;
  await requireWithinRows(deps, version, deps.extract(JSON.parse(version.body) as Resource), permission);
};

/**
 * The references of a resource to what its client may not see, as if that were not there: what is told of them, and what the server does
 * because of them, must not differ. Those to types of which a client is to see all, or what it knows by its id, are not looked at.
 */
export const hiddenReferences = async (deps: Deps, resource: Resource): Promise<LocalReference[]> => {
  const { access } = deps;
  if (access === undefined) return [];
  const references: LocalReference[] = [];
  findReferences(resource, (reference, locate) => {
    const target = parseReference(reference.reference as string, deps.settings.baseUrl);
    if (target.kind !== 'local' || !deps.capability.types.has(target.resourceType)) return;
    const { resourceType } = target;
    const rule = access.rule(resourceType);
    const isOpen =
      rule?.may.has('read') && rule.rows.length === 0 && access.toldRows(resourceType, 'read').length === 0;
    const isComing = deps.coming?.has(`${resourceType}/${target.id}`);
    if (!isOpen && !isComing) references.push({ key: target, expression: locate() });
  });
  const mayDangle = deps.insuranceRules.get(resource.resourceType)?.mayDangle;
  const hidden: LocalReference[] = [];
  for (const each of references) {
    const version = await deps.store.read(each.key);
    if (version !== undefined && version.method !== 'DELETE') continue;
    // What may come later may be named before it is there, but not what is there and somebody else's: the server would count it in.
    const isToCome =
      mayDangle?.includes(withoutIndexes(each.expression)) && (await serverOf(deps).store.read(each.key)) === undefined;
    if (!isToCome) hidden.push(each);
  }
  return hidden;
};

/**
 * Refuses a search on types that a client may not search, or that would list what it may only find by what it knows.
 * @throws {FhirError} 403 `access-denied`
 */
export const requireSearchable = (deps: Deps, query: SearchQuery): void => {
  const { access } = deps;
  if (access === undefined) return;
  const typed = [query, ...(query.others ?? [])];
  for (const { resourceType } of typed) requirePermission(deps, resourceType, 'search');
  const vague = typed.find(asked => !isExactEnough({ access, limits: access.limits }, asked));
  if (vague === undefined) return;
  const names = [...(access.rule(vague.resourceType)?.exact ?? [])].join(', ');
  throw refuse(
    'access-denied',
    `This client may search ${vague.resourceType} only for one that it names: by _id, or by a single value of ${names}.`,
  );
};
