import type { Resource } from '../fhir/resource.ts';
import type { Found, Lookup, Lookups } from '../insurance/insurance-rule.ts';
import { parseSearch } from '../search/parse-search.ts';
import type { Cursor } from '../store/store.ts';
import type { Deps } from './context.ts';
import { searchSettings } from './search-settings.ts';

const findAll = async (deps: Deps, lookup: Extract<Lookup, { resourceType: string }>): Promise<Resource[]> => {
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

/** The resources of references (`Type/id`) that are there, in the order of the references. */
const readAll = async (deps: Deps, references: readonly string[]): Promise<Resource[]> => {
  const read = await Promise.all(
    references.map(reference => {
      const [resourceType = '', id = ''] = reference.split('/');
      return deps.store.read({ resourceType, id });
    }),
  );
  return read.flatMap(version =>
    version === undefined || version.method === 'DELETE' ? [] : [JSON.parse(version.body) as Resource],
  );
};

/**
 * Carries out the look-ups of an insurance rule: every match, as plain JSON, by the names of the look-ups. The rule is asked again with
 * what was found, until it asks for nothing new.
 */
export const lookUp = async (deps: Deps, ask: (found: Found) => Lookups): Promise<Found> => {
  const found: Record<string, readonly Resource[]> = {};
  for (;;) {
    const asked = Object.entries(ask(found)).filter(([name]) => found[name] === undefined);
    if (asked.length === 0) return found;
    const answers = await Promise.all(
      asked.map(([, lookup]) => ('references' in lookup ? readAll(deps, lookup.references) : findAll(deps, lookup))),
    );
    asked.forEach(([name], index) => {
      found[name] = answers[index]!;
    });
  }
};
