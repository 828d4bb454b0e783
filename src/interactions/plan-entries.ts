import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { BundleEntry } from './bundle-entry.ts';
import type { Deps, Prefer } from './context.ts';
import { readIfNoneExist } from './create.ts';
import { findMatch, requireCriteria } from './criteria.ts';
import { enabledType } from './enabled-type.ts';
import { entriesOverlap } from './entries-overlap.ts';
import { isRead } from './entry-order.ts';
import type { EntryPlan } from './entry-plan.ts';
import { meantId } from './find-targets.ts';
import { dialectOf } from './normalize.ts';
import { atEntry } from './place-in-bundle.ts';
import { type SearchEntries, searchEntries } from './search-entries.ts';

const planCreate = async (deps: Deps, { resourceType, conditions }: BundleEntry): Promise<EntryPlan> => {
  if (conditions.ifNoneExist === undefined) return { id: deps.newId() };
  const query = readIfNoneExist(deps, enabledType(deps, resourceType), conditions.ifNoneExist);
  const { versions } = await deps.store.search({ ...query, sort: [], count: 2, total: 'none' });
  if (versions.length > 1) {
    throw refuse('multiple-matches', 'More than one resource matches ifNoneExist. Narrow it until it names one.', {
      expression: 'request.ifNoneExist',
    });
  }
  const [existing] = versions;
  if (existing === undefined) return { id: deps.newId(), match: { query } };
  const { id } = existing;
  return { id, existing: { resourceType, id }, match: { query, id } };
};

/** @param resent the id under which the resource of the entry is stored already, by its business identity */
const planEntry = async (
  deps: Deps,
  entry: BundleEntry,
  { prefer, resent }: { prefer: Prefer; resent: string | undefined },
): Promise<EntryPlan> => {
  const { interaction, resourceType, resource, parameters } = entry;
  if (isRead(entry)) return {};
  if (interaction === 'create') return resent === undefined ? planCreate(deps, entry) : { id: resent };
  const meant = async (id: string): Promise<string> =>
    interaction === 'update' && dialectOf(prefer, deps) !== undefined ? meantId(deps, resourceType, id) : id;
  if (entry.id !== undefined) return { id: await meant(entry.id) };
  const { current, matches: match } = await findMatch(deps, requireCriteria(deps, resourceType, parameters));
  if (current !== undefined) return { id: current.id, match };
  if (interaction !== 'update') return { match };
  const id = resource?.value.id;
  return { id: typeof id === 'string' ? await meant(id) : deps.newId(), match };
};

/**
 * Finds which resource each entry is about.
 * @param resent ids of what is stored already, by the index of the entry that sends it again
 * @param turn lets other requests have their turn
 * @returns the plans in the order of the Bundle, and every refusal
 */
export const planEntries = async (
  deps: Deps,
  entries: readonly BundleEntry[],
  { prefer, resent, turn }: { prefer: Prefer; resent: ReadonlyMap<number, string>; turn: () => Promise<void> },
): Promise<{ plans: (EntryPlan | undefined)[]; search: SearchEntries; faults: FhirError[] }> => {
  const plans: (EntryPlan | undefined)[] = [];
  const faults: FhirError[] = [];
  for (const entry of entries) {
    await turn();
    try {
      plans[entry.index] = await planEntry(deps, entry, { prefer, resent: resent.get(entry.index) });
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      faults.push(atEntry(error, entry.index));
    }
  }
  const search = searchEntries(deps, entries, plans, turn);
  faults.push(...overlaps(entries, plans), ...(await matchedEntries(entries, plans, { search, turn })));
  return { plans, search, faults };
};

/** Entries that are about one resource, by their paths and by what their criteria found. */
const overlaps = (entries: readonly BundleEntry[], plans: readonly (EntryPlan | undefined)[]): FhirError[] => {
  const seen = new Map<string, number>();
  const faults: FhirError[] = [];
  const add = (name: string, index: number): void => {
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    else faults.push(atEntry(entriesOverlap(name, first, index), index));
  };
  for (const { index, resourceType } of entries) {
    const id = plans[index]?.id;
    if (id !== undefined) add(`${resourceType}/${id}`, index);
  }
  return faults;
};

/** Entries whose criteria find nothing that is stored, but what another entry is going to store. */
const matchedEntries = async (
  entries: readonly BundleEntry[],
  plans: readonly (EntryPlan | undefined)[],
  { search, turn }: { search: SearchEntries; turn: () => Promise<void> },
): Promise<FhirError[]> => {
  const faults: FhirError[] = [];
  for (const { index, interaction, resourceType } of entries) {
    const plan = plans[index];
    if (plan?.match === undefined || plan.match.id !== undefined || interaction === 'delete') continue;
    await turn();
    const others = await search.findComing(plan.match.query);
    const other = others.find(({ entry }) => entry !== index);
    if (other === undefined) continue;
    faults.push(atEntry(entriesOverlap(`a ${resourceType} that criteria match`, other.entry, index), index));
  }
  return faults;
};
