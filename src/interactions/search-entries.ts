import { type Gathered, gather } from '../search/gather.ts';
import type { Matchable } from '../search/match.ts';
import type { SearchQuery } from '../search/query.ts';
import type { BundleEntry } from './bundle-entry.ts';
import type { Deps } from './context.ts';
import type { EntryPlan } from './entry-plan.ts';

type Written = Matchable & { entry: number };

/** Searches what the entries of a transaction create and update, as they were sent. */
export type SearchEntries = (query: SearchQuery) => Promise<readonly { id: string; entry: number }[]>;

/** Makes the search over what entries create and update; each type is indexed when it is first asked for. */
export const searchEntries = (
  deps: Pick<Deps, 'extract' | 'now'>,
  entries: readonly BundleEntry[],
  plans: readonly (EntryPlan | undefined)[],
  turn: () => Promise<void>,
): SearchEntries => {
  const types = new Map<string, Gathered<Written>>();
  const ofType = async (resourceType: string): Promise<Gathered<Written>> => {
    const known = types.get(resourceType);
    if (known !== undefined) return known;
    const made = gather<Written>();
    for (const { index: entry, interaction, resource, ...rest } of entries) {
      await turn();
      const plan = plans[entry];
      if (rest.resourceType !== resourceType || resource === undefined || interaction === 'patch') continue;
      if (plan?.id === undefined || plan.existing !== undefined) continue;
      made.add({
        resourceType,
        id: plan.id,
        lastUpdated: deps.now(),
        index: deps.extract(resource.value),
        entry,
        text: JSON.stringify(resource.value),
      });
    }
    types.set(resourceType, made);
    return made;
  };
  return async query => (await ofType(query.resourceType)).find(query);
};
