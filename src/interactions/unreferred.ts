import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import type { CommitResult, ResourceKey, Unit } from '../store/store.ts';
import type { Deps } from './context.ts';

/** The condition of a unit that deletes these resources: that nothing refers to them, unless the operator lets references dangle. */
export const unreferred = ({ settings, references }: Deps, keys: readonly ResourceKey[]): Pick<Unit, 'unreferred'> => {
  if (settings.deleteReferenced === 'allow' || keys.length === 0) return {};
  const by = references.into(new Set(keys.map(({ resourceType }) => resourceType)));
  if (by.length === 0) return {};
  return { unreferred: { keys: keys.map(({ resourceType, id }) => ({ resourceType, id })), by } };
};

const visibleOf = async ({ store }: Deps, keys: readonly ResourceKey[]): Promise<ResourceKey[]> => {
  const seen: ResourceKey[] = [];
  for (const key of keys) if ((await store.read(key)) !== undefined) seen.push(key);
  return seen;
};

const nameOf = ({ resourceType, id }: ResourceKey): string => `${resourceType}/${id}`;

/** The refusal (409) of a deletion, which names who refers to the resource, as far as whoever asks may know. */
export const resourceReferenced = async (
  deps: Deps,
  { key, by, isMore }: Extract<CommitResult, { outcome: 'referred' }>,
): Promise<FhirError> => {
  const seen = deps.access === undefined ? by : await visibleOf(deps, by);
  if (seen.length < by.length) {
    const named = seen.map(nameOf).sort();
    return refuse(
      'resource-referenced',
      `${nameOf(key)} cannot be deleted, because others refer to it: ${[...named, 'what this client may not see'].join(', ')}.`,
    );
  }
  const referrers = by.map(nameOf).sort().join(', ');
  return refuse(
    'resource-referenced',
    `${nameOf(key)} cannot be deleted, because others refer to it: ${referrers}${isMore ? ' and more' : ''}. ` +
      'Delete those first, or have them refer to something else.',
  );
};
