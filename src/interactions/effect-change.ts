import { plainNumber } from '../fhir/exact-json.ts';
import type { Resource } from '../fhir/resource.ts';
import type { Change } from '../store/store.ts';
import type { Deps, VersionHead } from './context.ts';
import { ownChange } from './own-change.ts';

/**
 * The change that an effect of the insurance work is: a new resource where it has no id or no version, else over the version that was looked
 * up, or over the one that `head`, the resource that it follows from (if it follows from one), is about to be.
 */
export const effectChange = (
  deps: Deps,
  effect: Resource,
  head: VersionHead | Pick<VersionHead, 'lastUpdated'>,
): Change & { text: string } => {
  const { resourceType } = effect;
  if (effect.id === undefined) {
    return ownChange(deps, effect, {
      resourceType,
      id: deps.newEffectId(),
      versionId: 1,
      lastUpdated: head.lastUpdated,
    });
  }
  const isSelf = 'id' in head && resourceType === head.resourceType && effect.id === head.id;
  const versionId = (isSelf ? head.versionId : plainNumber(effect.meta?.versionId ?? 0)) + 1;
  const version: VersionHead = { resourceType, id: effect.id, versionId, lastUpdated: head.lastUpdated };
  return ownChange(deps, effect, version);
};
