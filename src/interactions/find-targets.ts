import { isId } from '../fhir/reference.ts';
import { type Target, targetKey } from '../openimis/rewriting.ts';
import { smallUuid, spellingsOf } from '../openimis/small-uuid.ts';
import type { Deps } from './context.ts';

/** What is looked up for one resource at most: targets by id, and among them searches by identifier, which cost more. */
const MOST_TARGETS = 1000;
const MOST_SEARCHES = 100;

const isStored = async ({ store }: Deps, resourceType: string, id: string): Promise<boolean> => {
  const version = await store.read({ resourceType, id });
  return version !== undefined && version.method !== 'DELETE';
};

/**
 * The id under which a resource is stored that a client names by `id`: that one, or the same UUID in small letters. Undefined where
 * there is neither.
 */
const storedId = async (deps: Deps, resourceType: string, id: string): Promise<string | undefined> => {
  for (const each of new Set([id, smallUuid(id)])) {
    if (isId(each) && (await isStored(deps, resourceType, each))) return each;
  }
  return undefined;
};

/** The id that an update means: as `storedId` or, for a resource that is not there yet, a UUID in small letters. */
export const meantId = async (deps: Deps, resourceType: string, id: string): Promise<string> =>
  (await storedId(deps, resourceType, id)) ?? smallUuid(id);

/** The ids of the resources that have an identifier, two at most. */
const idsByIdentifier = async (deps: Deps, { resourceType, value, system }: Target): Promise<string[]> => {
  const { versions } = await deps.store.search({
    resourceType,
    where: [
      {
        kind: 'token',
        parameter: 'identifier',
        anyOf: spellingsOf(value).map(code => (system === undefined ? { code } : { system, code })),
      },
    ],
    sort: [],
    count: 2,
    total: 'none',
  });
  return versions.map(({ id }) => id);
};

/**
 * Looks up which stored resources are meant: by id, else by identifier.
 * @returns their ids by `targetKey`, none where nothing was found or looked for
 */
export const findTargets = async (
  deps: Deps,
  targets: readonly Target[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const found = new Map<string, readonly string[]>();
  let searches = 0;
  for (const target of targets.slice(0, MOST_TARGETS)) {
    const { resourceType, value, by } = target;
    const type = deps.capability.types.get(resourceType);
    if (type === undefined) continue;
    const id = by === 'id' ? await storedId(deps, resourceType, value) : undefined;
    if (id !== undefined) found.set(targetKey(target), [id]);
    else if (type.searchParameters.has('identifier') && searches++ < MOST_SEARCHES) {
      found.set(targetKey(target), await idsByIdentifier(deps, target));
    }
  }
  return found;
};
