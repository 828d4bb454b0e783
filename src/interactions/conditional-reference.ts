import { refuse } from '../fhir/fhir-error.ts';
import type { MatchCondition } from '../store/store.ts';
import type { Deps } from './context.ts';
import { type Criteria, requireCriteria } from './criteria.ts';
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
  search: SearchEntries,
  conditions: MatchCondition[],
  turn: () => Promise<void>,
): ((resourceType: string, criteria: Criteria) => Promise<string>) => {
  const found = new Map<string, string>();
  return async (resourceType, criteria) => {
    const name = JSON.stringify([resourceType, criteria]);
    const known = found.get(name);
    if (known !== undefined) return known;
    await turn();
    const asked = requireCriteria(deps, resourceType, criteria);
    const query = await search.ofStored(asked);
    const { versions } = await deps.store.search({ ...query, sort: [], count: 2, total: 'none' });
    const ids = new Set([...versions, ...(await search.findComing(asked))].map(each => each.id));
    if (ids.size > 1) throw several(resourceType);
    const [id] = ids;
    if (id === undefined) {
      throw refuse(
        'criteria-unmatched',
        `No ${resourceType} matches this reference. Correct its criteria, or send the resource along.`,
      );
    }
    const [stored] = versions;
    conditions.push(stored === undefined ? { query } : { query, id: stored.id });
    const target = `${resourceType}/${id}`;
    found.set(name, target);
    return target;
  };
};
