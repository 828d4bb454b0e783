import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { ParsedResource } from '../fhir/parse-resource.ts';
import type { MatchCondition, ResourceKey } from '../store/store.ts';
import { allFaults } from './all-faults.ts';
import type { BundleEntry } from './bundle-entry.ts';
import { findConditional } from './conditional-reference.ts';
import { type Deps, type InteractionResult, onStore, type Prefer, serverOf } from './context.ts';
import { inOrder, isRead } from './entry-order.ts';
import type { EntryPlan } from './entry-plan.ts';
import { parseEntry } from './parse-entry.ts';
import { atEntry } from './place-in-bundle.ts';
import { planEntries } from './plan-entries.ts';
import { type Resolution, resolveReferences } from './resolve-bundle-references.ts';
import { resolvePatchReferences } from './resolve-patch-references.ts';
import { runEntry } from './run-entry.ts';
import { targetsOf } from './search-entries.ts';
import { createSetUpMemory, isSetUpType } from './set-up-memory.ts';
import { createStaging, type Staging } from './staged-store.ts';
import { type JudgedEntry, withoutUnresolved } from './transaction-references.ts';

/** How a transaction is carried out. */
export interface TransactionOptions {
  prefer: Prefer;
  /** Lets other requests have their turn. */
  turn: () => Promise<void>;
}

/** What earlier attempts at a transaction have learnt. */
export interface Learnt {
  /** Business identities that stored resources have. */
  taken: Map<string, ResourceKey>;
  /** Ids of these resources, by the index of the entry that sends one again. */
  resent: Map<number, string>;
}

/**
 * The entry, ready to be carried out, and the resource that it creates or updates.
 * @throws {FhirError} 412 for references by criteria, 400 for a name that stands twice
 */
const resolved = async (
  resolution: Resolution,
  entry: BundleEntry,
): Promise<{ entry: BundleEntry; parsed?: ParsedResource }> => {
  const { resource, fullUrl, interaction } = entry;
  if (resource === undefined) return { entry };
  const { value } = resource;
  if (interaction === 'patch' && value.resourceType === 'Binary') {
    const { data } = value;
    if (typeof data !== 'string') return { entry };
    const patch = { ...value, data: resolvePatchReferences(data, resolution.targets) };
    return { entry: { ...entry, resource: { ...resource, value: patch } } };
  }
  const { faults, ...replaced } = await resolveReferences(resolution, { ...resource, fullUrl });
  if (faults.length > 0) throw allFaults(faults);
  const ready = { ...entry, resource: replaced };
  return { entry: ready, ...parseEntry(ready) };
};

/** A profile is judged by what is stored before; what one entry does to another one's base would go unjudged. */
const requireJudgedDefinitions = ({ changes }: Staging): void => {
  const profiles = [...changes.values()].filter(({ change }) => change.resourceType === 'StructureDefinition');
  const changed = profiles.find(({ change }) => change.versionId > 1);
  if (changed === undefined || profiles.length === 1) return;
  throw atEntry(
    refuse(
      'bundle-entry-refused',
      'A stored profile cannot be changed together with other profiles, which are judged by what was stored before. Send it by itself.',
    ),
    changed.entry,
  );
};

/** A transaction that was judged and not committed. */
export interface JudgedTransaction {
  staging: Staging;
  /** In the order of the Bundle. */
  results: InteractionResult[];
  conditions: MatchCondition[];
  judged: JudgedEntry[];
}

/** Whether what an If-None-Exist found was deleted before it could be read. */
const isDisturbed = ({ existing }: EntryPlan, { status }: FhirError): boolean =>
  existing !== undefined && status === 410;

/**
 * Judges all entries in their order, as if they were carried out. Undefined where another write came between.
 * @throws {FhirError} with the faults of all entries
 */
export const judgeTransaction = async (
  deps: Deps,
  entries: readonly BundleEntry[],
  { taken, resent }: Learnt,
  { prefer, turn }: TransactionOptions,
): Promise<JudgedTransaction | undefined> => {
  const { plans, search, faults: unplanned } = await planEntries(deps, entries, { prefer, resent, turn });
  if (unplanned.length > 0) throw allFaults(unplanned);
  const conditions = plans.flatMap(plan => plan?.match ?? []);
  const staging = createStaging(serverOf(deps).store, taken);
  const resolution: Resolution = {
    definitions: deps.definitions,
    baseUrl: deps.settings.baseUrl,
    targets: targetsOf(entries, plans),
    find: findConditional(deps, search, conditions, turn),
  };
  // What is found of set-up that the transaction itself changes is nobody else's.
  const changesSetUp = entries.some(entry => !isRead(entry) && isSetUpType(entry.resourceType));
  const setUp = changesSetUp ? createSetUpMemory() : deps.setUp;
  const coming = new Set(entries.map(({ index, resourceType }) => `${resourceType}/${plans[index]?.id}`));
  const started = deps.now();
  const results: InteractionResult[] = [];
  const judged: JudgedEntry[] = [];
  const faults: FhirError[] = [];
  for (const entry of inOrder(deps, entries)) {
    await turn();
    const { index } = entry;
    const { id, existing } = plans[index]!;
    const store = staging.storeOf(index, existing);
    const newId = id === undefined ? deps.newId : () => id;
    try {
      const ready = await resolved(resolution, entry);
      judged[index] = { ...ready, plan: plans[index]! };
      results[index] = await runEntry(
        onStore(deps, {
          store,
          setUp,
          audit: undefined,
          held: undefined,
          inTurn: undefined,
          coming,
          newId,
          now: () => started,
        }),
        { ...ready, prefer },
      );
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      if (isDisturbed(plans[index]!, error)) return undefined;
      judged[index] ??= { entry, plan: plans[index]! };
      judged[index].fault = atEntry(error, index);
      faults.push(judged[index].fault);
    }
  }
  if (faults.length > 0) {
    const all = await withoutUnresolved(deps, judged, turn);
    throw allFaults(all.length > 0 ? all : faults);
  }
  requireJudgedDefinitions(staging);
  return { staging, results, conditions, judged };
};
