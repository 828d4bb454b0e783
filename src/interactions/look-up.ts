import { parseDateRange } from '../fhir/datetime.ts';
import type { Resource } from '../fhir/resource.ts';
import type { Found, Lookup, Lookups, SearchLookup } from '../insurance/insurance-rule.ts';
import { parseSearch } from '../search/parse-search.ts';
import type { SearchQuery } from '../search/query.ts';
import type { CurrentVersion, Cursor, NewestCondition, ResourceKey, StoredVersion } from '../store/store.ts';
import { type Deps, serverOf } from './context.ts';
import { readFound } from './found-pages.ts';
import { type Held, isHeldType, keptSize, referringSearch } from './held-memory.ts';
import { searchSettings } from './search-settings.ts';
import { isSetUpType } from './set-up-memory.ts';

type ReferenceLookup = Extract<Lookup, { references: readonly string[] }>;

/** What was found for a rule, and what must still be so when its decision is committed. */
export interface LookedUp {
  found: Found;
  nothingNew: readonly NewestCondition[];
}

const currentVersion = ({ resourceType, id, versionId }: StoredVersion): CurrentVersion => ({
  resourceType,
  id,
  versionId,
});

/** Everything that a search finds, what was changed last at the end. */
const allVersions = async (deps: Deps, query: SearchQuery): Promise<StoredVersion[]> => {
  const everything = { ...query, count: deps.settings.maxPageSize, total: 'none' as const };
  const found: StoredVersion[] = [];
  let after: Cursor | undefined;
  do {
    const page = await deps.store.search(everything, after);
    found.push(...page.versions);
    after = page.next;
  } while (after !== undefined);
  return found;
};

/** What was changed last of what was found. */
const newestOf = (versions: readonly StoredVersion[]): CurrentVersion | undefined => {
  const newest = versions.findLast(({ isStaged }) => !isStaged);
  return newest === undefined ? undefined : currentVersion(newest);
};

const conditionOf = ({ query, newest }: NonNullable<Held['search']>): NewestCondition =>
  newest === undefined ? { query } : { query, newest };

const nameOf = ({ resourceType, id }: ResourceKey): string => `${resourceType}/${id}`;

/** All that matches, from memory where it is known; `held` takes the condition of a search that is held. */
const findAll = async (deps: Deps, lookup: SearchLookup, held: NewestCondition[]): Promise<Resource[]> => {
  const { resourceType, parameters, isHeld, exact, digest } = lookup;
  const memory = isHeldType(resourceType) && !exact ? deps.held : undefined;
  const key = `${resourceType}?${parameters.join('&')} ${digest?.name ?? ''}`;
  const known = memory?.recall(key);
  if (known?.search !== undefined) {
    if (isHeld) held.push(conditionOf(known.search));
    return [...known.found.values()];
  }
  const generation = memory?.generation ?? 0;
  const { query } = parseSearch({ ...searchSettings(deps, resourceType), parameters, handling: 'strict' });
  const versions = await allVersions(deps, query);
  const search = { query, newest: newestOf(versions), digest };
  if (isHeld) held.push(conditionOf(search));
  const whole = versions.map(({ body }) => readFound(body, exact));
  const resources = digest === undefined ? whole : whole.map(digest);
  const by = referringSearch(resourceType, parameters);
  if (memory !== undefined && by !== undefined) {
    const found = new Map(versions.map((version, index) => [nameOf(version), resources[index]!]));
    const size = versions.reduce((sum, { body }) => sum + keptSize(body, digest), 0);
    memory.keep(key, { found, search, size }, generation, by);
  }
  return resources;
};

const readOne = async (deps: Deps, reference: string, exact?: true): Promise<Resource[]> => {
  const [resourceType = '', id = ''] = reference.split('/');
  const memory = isHeldType(resourceType) && !exact ? deps.held : undefined;
  const known = memory?.recall(reference)?.found.get(reference);
  if (known !== undefined) return [known];
  const generation = memory?.generation ?? 0;
  const version = await deps.store.read({ resourceType, id });
  if (version === undefined || version.method === 'DELETE') return [];
  const resource = readFound(version.body, exact);
  memory?.keep(reference, { found: new Map([[reference, resource]]), size: version.body.length }, generation);
  return [resource];
};

/** The version of a resource that was current at a time, or the current one where there was none yet. */
const versionAt = async (deps: Deps, key: ResourceKey, until: number): Promise<StoredVersion | undefined> => {
  const current = await deps.store.read(key);
  let version = current;
  while (version !== undefined && version.lastUpdated >= until) {
    version = version.versionId > 1 ? await deps.store.readVersion(key, version.versionId - 1) : undefined;
  }
  return version ?? current;
};

/** Of many days the version is the same one, and is kept in memory once. */
const readAsOf = async (deps: Deps, reference: string, asOf: string): Promise<readonly Resource[]> => {
  const [resourceType = '', id = ''] = reference.split('/');
  const until = parseDateRange(asOf, deps.settings.timeZone)?.high ?? Number.POSITIVE_INFINITY;
  const version = await versionAt(deps, { resourceType, id }, until);
  if (version === undefined || version.method === 'DELETE') return [];
  return deps.setUp.recall(`${reference}/_history/${version.versionId}`, async () => [readFound(version.body)]);
};

const search = (deps: Deps, lookup: SearchLookup, held: NewestCondition[]): Promise<readonly Resource[]> =>
  isSetUpType(lookup.resourceType) && !lookup.exact
    ? deps.setUp.recall(`${lookup.resourceType}?${lookup.parameters.join('&')}`, () => findAll(deps, lookup, held))
    : findAll(deps, lookup, held);

const read = (deps: Deps, reference: string, exact?: true): Promise<readonly Resource[]> =>
  isSetUpType(reference.slice(0, reference.indexOf('/'))) && !exact
    ? deps.setUp.recall(reference, () => readOne(deps, reference))
    : readOne(deps, reference, exact);

const referenced = (deps: Deps, { references, asOf, exact }: ReferenceLookup): Promise<readonly Resource[]>[] =>
  references.map(reference =>
    asOf === undefined
      ? read(deps, reference, exact)
      : deps.setUp.recall(`${reference}@${asOf}`, () => readAsOf(deps, reference, asOf)),
  );

/** How many match a search, as the Bundle that tells it. */
const count = async (deps: Deps, { resourceType, parameters }: SearchLookup): Promise<Resource> => {
  const { query } = parseSearch({ ...searchSettings(deps, resourceType), parameters, handling: 'strict' });
  const { total = 0 } = await deps.store.search({ ...query, count: 0, total: 'accurate' });
  return { resourceType: 'Bundle', type: 'searchset', total };
};

const carryOut = async (deps: Deps, lookup: Lookup, held: NewestCondition[]): Promise<readonly Resource[]> => {
  if ('resourceType' in lookup) return search(deps, lookup, held);
  if ('counts' in lookup) return [await count(deps, lookup.counts)];
  const parts = 'references' in lookup ? referenced(deps, lookup) : lookup.each.map(part => search(deps, part, held));
  return (await Promise.all(parts)).flat();
};

/**
 * Carries out the look-ups of an insurance rule: every match, as JSON, by the names of the look-ups. The rule is asked again with
 * what was found, until it asks for nothing new; what it asks for later is read after what it asked for before. The
 * scheme's set-up is remembered until it changes; what was found is not to be changed. It is the server that asks, not its client.
 */
export const lookUp = async (asking: Deps, ask: (found: Found) => Lookups): Promise<LookedUp> => {
  const deps = serverOf(asking);
  const found: Record<string, readonly Resource[]> = {};
  const nothingNew: NewestCondition[] = [];
  for (;;) {
    const asked = Object.entries(ask(found)).filter(([name]) => found[name] === undefined);
    if (asked.length === 0) return { found, nothingNew };
    const answers = await Promise.all(asked.map(([, lookup]) => carryOut(deps, lookup, nothingNew)));
    asked.forEach(([name], index) => {
      found[name] = answers[index]!;
    });
  }
};
