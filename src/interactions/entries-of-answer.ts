import type { Resource } from '../fhir/resource.ts';
import type { IndexEntry } from '../search/index-entry.ts';
import type { ResourceKey } from '../store/store.ts';
import type { Deps } from './context.ts';
import { enforcedTargets } from './resource-references.ts';

/** What an answer is found under. What it refers to as the resource that it answers does, `kept`, is kept from deletion by that one. */
export const entriesOfAnswer = (deps: Deps, answer: Resource, kept: readonly ResourceKey[]): IndexEntry[] => {
  const index = deps.extract(answer);
  const type = deps.capability.types.get(answer.resourceType);
  if (type === undefined) return index;
  const targets = enforcedTargets(deps, type, answer).filter(
    ({ resourceType, id }) => !kept.some(key => key.id === id && key.resourceType === resourceType),
  );
  index.push(...deps.references.others(answer.resourceType, targets, index));
  return index;
};
