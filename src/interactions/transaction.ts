import { DEFINITION_TYPES } from '../definitions/definition-types.ts';
import { restamp } from '../fhir/stamp-resource.ts';
import type { CommitResult, CurrentVersion, TakenIdentity, Unit } from '../store/store.ts';
import { allFaults } from './all-faults.ts';
import type { BundleEntry } from './bundle-entry.ts';
import { commitUnit } from './commit-unit.ts';
import { type Deps, type InteractionResult, type Prefer, serverOf } from './context.ts';
import { isRead } from './entry-order.ts';
import { type JudgedTransaction, judgeTransaction, type Learnt, type TransactionOptions } from './judge-transaction.ts';
import { atEntry } from './place-in-bundle.ts';
import { runEntry } from './run-entry.ts';
import { type Staging, stagedVersion } from './staged-store.ts';
import { unresolvedInTransaction } from './transaction-references.ts';
import { resourceReferenced, unreferred } from './unreferred.ts';
import { untilUndisturbed } from './until-undisturbed.ts';

/** What the entries were judged by and leave as it is: updates that say the same, deletions of what is not there, resends. */
const leftAsTheyAre = ({ access }: Deps, { staging, results, judged }: JudgedTransaction): CurrentVersion[] =>
  judged.flatMap(({ entry, plan: { id } }) => {
    const { index, resourceType } = entry;
    if (isRead(entry) || id === undefined || staging.changes.has(`${resourceType}/${id}`)) return [];
    const { version } = results[index]!;
    // What a client may not see is not there for it, whatever becomes of it.
    if (version === undefined && access !== undefined) return [];
    return [{ resourceType, id, versionId: version?.versionId ?? 0 }];
  });

/** Hands everything over as one unit, all with the time of the commit. */
const commitAll = async (
  deps: Deps,
  judgement: JudgedTransaction,
): Promise<{ result: CommitResult; lastUpdated: number }> => {
  const { staging, conditions: matches } = judgement;
  const changes = [...staging.versions.values()];
  const mustBeCurrent = leftAsTheyAre(deps, judgement);
  if (changes.length + matches.length + mustBeCurrent.length === 0) {
    return { result: { outcome: 'committed' }, lastUpdated: 0 };
  }
  let lastUpdated = 0;
  const time = (): number => {
    lastUpdated = deps.now();
    return lastUpdated;
  };
  const { nothingNew } = staging;
  const mustExist = [...staging.mustExist.values()];
  const known = { mustExist, mustBeCurrent, matches, nothingNew };
  const unit: Unit = { changes, ...known, time, ...unreferred(deps, staging.unreferred) };
  return { result: await commitUnit(deps, unit), lastUpdated };
};

const learn = (
  { taken, resent }: Learnt,
  { staging, judged }: JudgedTransaction,
  identities: readonly TakenIdentity[],
): void => {
  for (const { identity, key } of identities) {
    taken.set(identity, key);
    const entry = staging.identities.get(identity);
    if (entry !== undefined && judged[entry]?.entry.interaction === 'create') resent.set(entry, key.id);
  }
};

/** What was learnt of resources that are not there any more counts no more. */
const forget = async (deps: Deps, { taken, resent }: Learnt, turn: () => Promise<void>): Promise<void> => {
  for (const [identity, key] of taken) {
    await turn();
    const version = await serverOf(deps).store.read(key);
    if (version !== undefined && version.method !== 'DELETE') continue;
    taken.delete(identity);
    for (const [entry, id] of resent) if (id === key.id) resent.delete(entry);
  }
};

const committed = (result: InteractionResult, { versions }: Staging, lastUpdated: number): InteractionResult => {
  const { version, body } = result;
  if (version === undefined || !versions.has(stagedVersion(version, version.versionId))) return result;
  return {
    ...result,
    version: { ...version, lastUpdated },
    ...(body === undefined ? {} : { body: restamp(body, lastUpdated) }),
  };
};

/** What was read is shown as it is after the commit. The reads went well before it; one that does not any more is shown as it was. */
const readAgain = async (
  deps: Deps,
  entry: BundleEntry,
  before: InteractionResult,
  prefer: Prefer,
): Promise<InteractionResult> => {
  try {
    return await runEntry(deps, { entry, prefer });
  } catch {
    return before;
  }
};

/**
 * Carries out all entries or none. Nothing is stored before everything was judged, and all of it is one unit of the store, which judges
 * every condition again; where another write came between, all is judged anew.
 * @returns what became of each entry, in the order of the Bundle
 * @throws {FhirError} with what is wrong with every entry at fault, by its place in the Bundle
 * https://hl7.org/fhir/R4/http.html#trules
 */
export const runTransaction = async (
  deps: Deps,
  entries: readonly BundleEntry[],
  options: TransactionOptions,
): Promise<InteractionResult[]> => {
  const learnt: Learnt = { taken: new Map(), resent: new Map() };
  const { judgement, lastUpdated } = await untilUndisturbed(async () => {
    await forget(deps, learnt, options.turn);
    const { epoch } = deps.indexedParameters;
    const judgement = await judgeTransaction(deps, entries, learnt, options);
    // What was extracted by other search parameters than there are now is out of date.
    if (judgement === undefined || deps.indexedParameters.epoch !== epoch) return undefined;
    const { result, lastUpdated } = await commitAll(deps, judgement);
    switch (result.outcome) {
      case 'committed':
        return { judgement, lastUpdated };
      case 'references-missing':
        throw allFaults(await unresolvedInTransaction(deps, judgement.judged, options.turn, result.missing));
      case 'referred': {
        const { resourceType, id } = result.key;
        const entry = judgement.staging.changes.get(`${resourceType}/${id}`)?.entry;
        throw atEntry(await resourceReferenced(deps, result), entry ?? 0);
      }
      case 'identity-taken':
        learn(learnt, judgement, [result, ...(result.others ?? [])]);
        return undefined;
      // Criteria of creations are among the conditions, and no name is taken, so the last three cannot come of them.
      case 'version-conflict':
      case 'matches-changed':
      case 'exists':
      case 'multiple-matches':
      case 'used-before':
        return undefined;
    }
  });
  const { staging, results } = judgement;
  if ([...staging.changes.values()].some(({ change }) => DEFINITION_TYPES.has(change.resourceType))) {
    await deps.readDefinitions();
  }
  const isChanged = staging.changes.size > 0;
  const shown: InteractionResult[] = [];
  for (const entry of entries) {
    await options.turn();
    const result = committed(results[entry.index]!, staging, lastUpdated);
    shown.push(isChanged && isRead(entry) ? await readAgain(deps, entry, result, options.prefer) : result);
  }
  return shown;
};
