import { refuse } from '../fhir/fhir-error.ts';
import type { Deps } from '../interactions/context.ts';
import type { SearchQuery } from '../search/query.ts';
import type { Cursor, NewestCondition, ResourceKey, StoredVersion } from '../store/store.ts';

/** Resources that one change makes follow at most. */
const MOST_REFERRING = 2_000;

/** Records of what was done: they tell of the resource as it was. */
const RECORDS: ReadonlySet<string> = new Set(['AuditEvent', 'Provenance']);

const queries = ({ references }: Deps, { resourceType, id }: ResourceKey): SearchQuery[] => {
  const parameters = new Map<string, string[]>();
  for (const { resourceType: type, parameter } of references.into(new Set([resourceType]))) {
    if (!RECORDS.has(type)) parameters.set(type, [...(parameters.get(type) ?? []), parameter]);
  }
  return [...parameters].map(([type, names]) => ({
    resourceType: type,
    where: [
      {
        kind: 'any',
        anyOf: names.map(parameter => ({
          kind: 'reference' as const,
          parameter,
          anyOf: [{ type: resourceType, id }],
        })),
      },
    ],
    sort: [],
    count: MOST_REFERRING,
    total: 'none',
  }));
};

/** What refers to a resource, and the conditions under which nothing more does. */
export interface Referring {
  versions: readonly StoredVersion[];
  nothingNew: readonly NewestCondition[];
}

/**
 * All that refers to a resource, of types that hold their references together; but no records of what was done.
 * @throws {FhirError} 422 where that is more than is changed at once
 */
export const referringResources = async (
  deps: Deps,
  key: ResourceKey,
  turn: () => Promise<void>,
): Promise<Referring> => {
  const versions: StoredVersion[] = [];
  const nothingNew: NewestCondition[] = [];
  for (const query of queries(deps, key)) {
    let after: Cursor | undefined;
    let newest: StoredVersion | undefined;
    do {
      await turn();
      const page = await deps.store.search(query, after);
      versions.push(...page.versions);
      newest = page.versions.at(-1) ?? newest;
      after = page.next;
      if (versions.length > MOST_REFERRING) {
        throw refuse(
          'operation-too-costly',
          `More than ${MOST_REFERRING} resources refer to ${key.resourceType}/${key.id}, which are not changed at once. ` +
            'Let those that need not follow refer to the other one first.',
        );
      }
    } while (after !== undefined);
    nothingNew.push(newest === undefined ? { query } : { query, newest });
  }
  return { versions, nothingNew };
};
