import type { Resource } from '../fhir/resource.ts';
import type { Found, Lookup, Lookups, SearchLookup } from '../insurance/insurance-rule.ts';
import { parseSearch } from '../search/parse-search.ts';
import type { Cursor } from '../store/store.ts';
import type { Deps } from './context.ts';
import { searchSettings } from './search-settings.ts';
import { isSetUpType } from './set-up-memory.ts';

const findAll = async (deps: Deps, lookup: SearchLookup): Promise<Resource[]> => {
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

const readOne = async (deps: Deps, reference: string): Promise<Resource[]> => {
  const [resourceType = '', id = ''] = reference.split('/');
  const version = await deps.store.read({ resourceType, id });
  return version === undefined || version.method === 'DELETE' ? [] : [JSON.parse(version.body) as Resource];
};

const search = (deps: Deps, lookup: SearchLookup): Promise<readonly Resource[]> =>
  isSetUpType(lookup.resourceType)
    ? deps.setUp.recall(`${lookup.resourceType}?${lookup.parameters.join('&')}`, () => findAll(deps, lookup))
    : findAll(deps, lookup);

const read = (deps: Deps, reference: string): Promise<readonly Resource[]> =>
  isSetUpType(reference.slice(0, reference.indexOf('/')))
    ? deps.setUp.recall(reference, () => readOne(deps, reference))
    : readOne(deps, reference);

const carryOut = async (deps: Deps, lookup: Lookup): Promise<readonly Resource[]> => {
  if ('resourceType' in lookup) return search(deps, lookup);
  const parts =
    'references' in lookup
      ? lookup.references.map(reference => read(deps, reference))
      : lookup.each.map(part => search(deps, part));
  return (await Promise.all(parts)).flat();
};

/**
 * Carries out the look-ups of an insurance rule: every match, as plain JSON, by the names of the look-ups. The rule is asked again with
 * what was found, until it asks for nothing new. The scheme's set-up is remembered until it changes; what was found is not to be changed.
 */
export const lookUp = async (deps: Deps, ask: (found: Found) => Lookups): Promise<Found> => {
  const found: Record<string, readonly Resource[]> = {};
  for (;;) {
    const asked = Object.entries(ask(found)).filter(([name]) => found[name] === undefined);
    if (asked.length === 0) return found;
    const answers = await Promise.all(asked.map(([, lookup]) => carryOut(deps, lookup)));
    asked.forEach(([name], index) => {
      found[name] = answers[index]!;
    });
  }
};
