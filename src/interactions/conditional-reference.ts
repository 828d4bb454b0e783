import { refuse } from '../fhir/fhir-error.ts';
import type { MatchCondition } from '../store/store.ts';
import type { BundleEntry } from './bundle-entry.ts';
import type { Deps } from './context.ts';
import { type Criteria, requireCriteria } from './criteria.ts';
import type { EntryPlan } from './entry-plan.ts';
import type { SearchEntries } from './search-entries.ts';

const several = (resourceType: string) =>
  refuse(
    'multiple-matches',
    `More than one ${resourceType} matches this reference. Narrow its criteria until they name one.`,
  );

/**
 * Makes the function that finds the one resource that a reference by criteria means (`Patient?identifier=123`): among what will be there
 * when the transaction is done. What it found of what is stored must be found at the commit, too: `conditions` gets it.
 * https://hl7.org/fhir/R4/http.html#trules
 */
export const findConditional = (
  deps: Deps,
  {
    entries,
    plans,
    search,
  }: { entries: readonly BundleEntry[]; plans: readonly (EntryPlan | undefined)[]; search: SearchEntries },
  conditions: MatchCondition[],
  turn: () => Promise<void>,
): ((resourceType: string, criteria: Criteria) => Promise<string>) => {
  const changed = new Set(
    entries.flatMap(({ index, interaction, resourceType }) =>
      interaction === 'update' || interaction === 'delete' ? [`${resourceType}/${plans[index]?.id}`] : [],
    ),
  );
  const found = new Map<string, string>();
  return async (resourceType, criteria) => {
    const asked = JSON.stringify([resourceType, criteria]);
    const known = found.get(asked);
    if (known !== undefined) return known;
    await turn();
    const query = requireCriteria(deps, resourceType, criteria);
    const { versions } = await deps.store.search({ ...query, sort: [], count: 2, total: 'none' });
    const [stored, ...others] = versions;
    if (others.length > 0) throw several(resourceType);
    const ids = new Set((await search(query)).map(({ id }) => id));
    if (stored !== undefined && !changed.has(`${resourceType}/${stored.id}`)) ids.add(stored.id);
    const [id] = ids;
    if (ids.size > 1) throw several(resourceType);
    if (id === undefined) {
      throw refuse(
        'criteria-unmatched',
        `No ${resourceType} matches this reference. Correct its criteria, or send the resource along.`,
      );
    }
    conditions.push(stored === undefined ? { query } : { query, id: stored.id });
    const target = `${resourceType}/${id}`;
    found.set(asked, target);
    return target;
  };
};
