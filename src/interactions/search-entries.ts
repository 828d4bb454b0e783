import type { IndexEntry } from '../search/index-entry.ts';
import type { Matchable } from '../search/match.ts';
import type { BundleEntry } from './bundle-entry.ts';
import type { Deps } from './context.ts';
import type { EntryPlan } from './entry-plan.ts';
import { type SearchAcross, searchAcross } from './search-across.ts';

/** What an entry of a transaction creates or updates, as it was sent. */
export type Written = Matchable & { entry: number };

/** Searches what entries of a transaction create and update together with what is stored. */
export type SearchEntries = SearchAcross<Written>;

const PLACE = /^([A-Za-z]+)\/(.+)$/;

/** A reference by the fullUrl of an entry leads to what the entry writes. */
const leadingTo =
  (targets: ReadonlyMap<string, string>) =>
  (entry: IndexEntry): IndexEntry => {
    if (entry.kind !== 'reference' || entry.url === undefined) return entry;
    const [, type, id] = PLACE.exec(targets.get(entry.url) ?? '') ?? [];
    return type === undefined ? entry : { kind: 'reference', parameter: entry.parameter, type, id: id! };
  };

/** `Type/id` of what each entry is about, by its fullUrl. */
export const targetsOf = (
  entries: readonly BundleEntry[],
  plans: readonly (EntryPlan | undefined)[],
): ReadonlyMap<string, string> => {
  const targets = new Map<string, string>();
  for (const { index, fullUrl, resourceType } of entries) {
    const id = plans[index]?.id;
    if (fullUrl !== undefined && id !== undefined) targets.set(fullUrl, `${resourceType}/${id}`);
  }
  return targets;
};

/** Ids of what entries replace or delete, by type. */
const replacedBy = (
  entries: readonly BundleEntry[],
  plans: readonly (EntryPlan | undefined)[],
): ReadonlyMap<string, readonly string[]> => {
  const replaced = new Map<string, string[]>();
  for (const { index, interaction, resourceType } of entries) {
    const id = plans[index]?.id;
    if (id === undefined || (interaction !== 'update' && interaction !== 'delete')) continue;
    const ids = replaced.get(resourceType);
    if (ids === undefined) replaced.set(resourceType, [id]);
    else ids.push(id);
  }
  return replaced;
};

/** Makes the search over what entries create and update; each type is indexed when it is first asked for. */
export const searchEntries = (
  deps: Pick<Deps, 'extract' | 'now' | 'store'>,
  entries: readonly BundleEntry[],
  plans: readonly (EntryPlan | undefined)[],
  turn: () => Promise<void>,
): SearchEntries => {
  const withTargets = leadingTo(targetsOf(entries, plans));
  const replaced = replacedBy(entries, plans);
  const coming = async (resourceType: string): Promise<Written[]> => {
    const written: Written[] = [];
    for (const { index: entry, interaction, resource, ...rest } of entries) {
      await turn();
      const plan = plans[entry];
      if (rest.resourceType !== resourceType || resource === undefined || interaction === 'patch') continue;
      if (plan?.id === undefined || plan.existing !== undefined) continue;
      written.push({
        resourceType,
        id: plan.id,
        lastUpdated: deps.now(),
        index: deps.extract(resource.value).map(withTargets),
        entry,
        text: JSON.stringify(resource.value),
      });
    }
    return written;
  };
  return searchAcross({
    store: deps.store,
    coming,
    replaced: resourceType => replaced.get(resourceType) ?? [],
    asMatchable: ({ body, ...version }) => ({ ...version, index: deps.extract(JSON.parse(body)), text: body }),
  });
};
