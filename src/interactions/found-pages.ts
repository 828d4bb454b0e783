import { parseExact } from '../fhir/exact-json.ts';
import type { Resource } from '../fhir/resource.ts';
import type { SearchLookup } from '../insurance/insurance-rule.ts';
import { parseSearch } from '../search/parse-search.ts';
import type { Cursor } from '../store/store.ts';
import type { Deps } from './context.ts';
import { searchSettings } from './search-settings.ts';

/** A stored body as a look-up wants it. */
export const readFound = (body: string, exact?: true): Resource =>
  (exact ? parseExact(body) : JSON.parse(body)) as Resource;

/** All matches of a search, page by page, so that a reader holds one page at a time; as large as searches allow, or of `count`. */
export async function* foundPages(
  deps: Deps,
  lookup: SearchLookup,
  count: number = deps.settings.maxPageSize,
): AsyncGenerator<readonly Resource[]> {
  const { resourceType, parameters } = lookup;
  const { query } = parseSearch({
    ...searchSettings(deps, resourceType),
    resourceType,
    parameters,
    handling: 'strict',
  });
  const everything = { ...query, count, total: 'none' as const };
  let after: Cursor | undefined;
  do {
    const page = await deps.store.search(everything, after);
    yield page.versions.map(({ body }) => readFound(body, lookup.exact));
    after = page.next;
  } while (after !== undefined);
}
