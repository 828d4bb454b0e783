import type { Resource } from '../fhir/resource.ts';
import { restamp } from '../fhir/stamp-resource.ts';
import { commitUnit } from '../interactions/commit-unit.ts';
import type { Deps } from '../interactions/context.ts';
import { ownChange } from '../interactions/own-change.ts';
import type { NewestCondition, ResourceKey } from '../store/store.ts';

/** A resource to be stored, over the version that it was made of. */
export interface Replacing extends ResourceKey {
  /** Of the version that it replaces; 0 where there is none. */
  versionId: number;
  resource: Resource;
}

/** What rests on nothing new being found, and whether all of it is only to be judged. */
export interface TogetherOptions {
  nothingNew?: readonly NewestCondition[];
  isTrial: boolean;
  turn: () => Promise<void>;
}

/**
 * Stores many resources as one unit, none of which may have changed meanwhile.
 * @returns the texts as they are stored, in their order; undefined where another write came between
 */
export const commitTogether = async (
  deps: Deps,
  replacing: readonly Replacing[],
  { nothingNew = [], isTrial, turn }: TogetherOptions,
): Promise<readonly string[] | undefined> => {
  let lastUpdated = deps.now();
  const changes: ReturnType<typeof ownChange>[] = [];
  for (const { resource, resourceType, id, versionId } of replacing) {
    await turn();
    changes.push(ownChange(deps, resource, { resourceType, id, versionId: versionId + 1, lastUpdated }));
  }
  const time = (): number => {
    lastUpdated = deps.now();
    return lastUpdated;
  };
  const { outcome } = await commitUnit(deps, { changes, nothingNew, time, ...(isTrial ? { isTrial } : {}) });
  return outcome === 'committed' ? changes.map(({ text }) => restamp(text, lastUpdated)) : undefined;
};
