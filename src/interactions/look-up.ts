import type { Resource } from '../fhir/resource.ts';
import type { Lookup } from '../insurance/insurance-rule.ts';
import { parseSearch } from '../search/parse-search.ts';
import type { Cursor } from '../store/store.ts';
import type { Deps } from './context.ts';
import { searchSettings } from './search-settings.ts';

const findAll = async (deps: Deps, lookup: Lookup): Promise<Resource[]> => {
  const { query } = parseSearch({ ...searchSettings(deps, lookup.resourceType), ...lookup, handling: 'strict' });
  const everything = { ...query, count: deps.settings.maxPageSize, total: 'none' as const };
  const found: Resource[] = [];
  let after: Cursor | undefined;
  do {
    const page = await deps.store.search(everything, after);
    for (const version of page.versions) found.push(JSON.parse(version.body) as Resource);
    after = page.next;
  } while (after !== undefined);
  return found;
};

/** Carries out the searches that an insurance rule asks for: every match, as plain JSON, by the names of the look-ups. */
export const lookUp = async (
  deps: Deps,
  lookups: Readonly<Record<string, Lookup>>,
): Promise<Record<string, readonly Resource[]>> => {
  const found: Record<string, readonly Resource[]> = {};
  for (const [name, lookup] of Object.entries(lookups)) found[name] = await findAll(deps, lookup);
  return found;
};
