import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { AuditTrail } from './audit/audit-trail.ts';
import { withAuditEvents } from './audit/with-audit-events.ts';
import { loadCardKeys } from './card/card-keys.ts';
import { createClock } from './clock.ts';
import { type Config, isAudited } from './config.ts';
import { type Capability, loadCapability } from './definitions/capability.ts';
import type { GrowingDefinitions, SearchParameter } from './definitions/definitions.ts';
import { loadDefinitions } from './definitions/load-definitions.ts';
import { createUuidV7 } from './fhir/uuid-v7.ts';
import { insuranceRules } from './insurance/insurance-rules.ts';
import { compartmentOf } from './interactions/compartment.ts';
import type { Deps, Settings } from './interactions/context.ts';
import { createDepsOfCaller } from './interactions/deps-of-caller.ts';
import { entriesOfAnswer } from './interactions/entries-of-answer.ts';
import { followDefinitions } from './interactions/follow-definitions.ts';
import { createHeldMemory } from './interactions/held-memory.ts';
import { createTurns } from './interactions/in-turn.ts';
import { createIndexAnew, type IndexAnew } from './interactions/index-anew.ts';
import { type IndexedParameters, openIndexedParameters } from './interactions/indexed-parameters.ts';
import { loadRoles } from './interactions/load-roles.ts';
import { createReferenceEntries } from './interactions/reference-entries.ts';
import { createSetUpMemory, followSetUp } from './interactions/set-up-memory.ts';
import type { ValidationProcesses } from './interactions/validation-processes.ts';
import { createValidationProcesses } from './operations/create-validation-processes.ts';
import { operations } from './operations/operations.ts';
import { patchFormats } from './patch/patch-formats.ts';
import { createExtractor } from './search/extract.ts';
import { whyNotSearchable } from './search/search-types.ts';
import type { Caller } from './security/caller.ts';
import { createConsents } from './security/consents.ts';
import { createRefusal } from './security/outgoing.ts';
import type { Role } from './security/role.ts';
import { createRuleEntries, onlyParameters } from './security/rule-entries.ts';
import { createSeal } from './security/seal.ts';
import { SEALS_HEADERS, sendsNotifications } from './start-delivery.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';
import { readStoreKeys } from './store/store-keys.ts';
import { prepareSubscription } from './subscriptions/prepare-subscription.ts';
import { createValidator, type ValidatorOptions } from './validation/create-validator.ts';

/** All that interactions work with, open. */
export interface OpenDeps {
  deps: Deps;
  /** What interactions work with on behalf of a client. */
  depsOfCaller: (caller: Caller) => Deps;
  /** The roles that clients may have, by their names. */
  roles: ReadonlyMap<string, Role>;
  indexAnew: IndexAnew;
  /** Forgets what is remembered of a set-up that other processes have changed; absent where there are none. */
  readSetUp: (() => Promise<void>) | undefined;
  /** What is told of who did what; absent where nothing is. */
  trail: AuditTrail | undefined;
  /** Where clients reach the server, if the settings do not say it. */
  reachedAt(url: string): void;
  close(): Promise<void>;
}

const root = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const DEFINITION_FOLDERS = ['profiles/r4', 'profiles/openimis', 'profiles/kiungo', 'capability-statements'].map(root);

const ROLES = root('src/security/roles');

const INTERACTIONS = new Set([
  ...['read', 'vread', 'create', 'update', 'patch', 'delete', 'search-type', 'search-system'],
  ...['history-instance', 'history-type', 'history-system'],
  ...['batch', 'transaction'],
]);

/**
 * A server that holds references together refuses one to a type that R4 does not name there. One that takes every reference as it
 * comes only warns: whether such a target exists is not known to it, and published R4 examples have such references.
 */
const baseTargetsOf = ({ types }: Capability): 'error' | 'warning' =>
  [...types.values()].some(({ enforceReferences }) => enforceReferences) ? 'error' : 'warning';

/** Stored definitions that are passed over, because a guide that was loaded at this start has them too. */
const warnOfLoaded = ({ posted, loadedFrom }: GrowingDefinitions, log: Logger): void => {
  for (const { resourceType, id, resource } of posted) {
    const file = loadedFrom(resource);
    if (file === undefined) continue;
    log.warn(
      { definition: `${resourceType}/${id}`, file },
      'A stored definition is passed over: it is loaded from a file',
    );
  }
};

/** Processes for large bodies, and what one of them may take. */
const MOST_PROCESSES = 2;
const MOST_WAITING = 8;
const HEAP_MEGABYTES = 1024;

const validationProcesses = (
  config: Config,
  { types }: Capability,
  validation: ValidatorOptions,
  definitions: GrowingDefinitions,
): ValidationProcesses =>
  createValidationProcesses({
    data: () => ({
      folders: DEFINITION_FOLDERS,
      packages: config.packages,
      posted: definitions.posted,
      validation,
      requiredProfiles: new Map(
        [...types].flatMap(([type, { profile }]) => (profile === undefined ? [] : [[type, profile] as const])),
      ),
      maxDepth: config.maxDepth,
    }),
    generation: () => definitions.generation,
    most: Math.max(1, Math.min(MOST_PROCESSES, availableParallelism() - 1)),
    mostWaiting: MOST_WAITING,
    limitMs: config.requestTimeoutMs,
    heapMegabytes: HEAP_MEGABYTES,
  });

/** The settings that interactions need to know. */
const settingsOf = (config: Config): Settings => ({
  baseUrl: config.baseUrl,
  timeZone: config.timeZone,
  currency: config.currency,
  insurer: config.insurer,
  language: config.language,
  claimMode: config.claimMode,
  feedbackShare: config.feedbackShare,
  grievanceDays: config.grievanceDays,
  renewalDays: config.renewalDays,
  normalize: config.normalize,
  deleteReferenced: config.deleteReferenced,
  requireIfMatch: config.requireIfMatch === 'yes',
  leastCell: config.leastCell,
  maxDepth: config.maxDepth,
  maxResourceBytes: config.maxResourceBytes,
  maxBundleEntries: config.maxBundleEntries,
  pageSize: config.pageSize,
  maxPageSize: config.maxPageSize,
  maxIncludes: config.maxIncludes,
});

/**
 * Loads definitions, opens the store and puts together all that needs no socket.
 * @throws {Error} where settings, definitions or the store cannot be used, with a text for the operator
 */
export const openDeps = async (config: Config, log: Logger): Promise<OpenDeps> => {
  const definitions = loadDefinitions({
    folders: DEFINITION_FOLDERS,
    packages: config.packages,
    warn: text => log.warn(text),
  });
  const implemented = { interactions: INTERACTIONS, operations, patchFormats, whyNotSearchable };
  const capability = loadCapability(config.capabilities, definitions, implemented, config);
  const validation: ValidatorOptions = {
    baseTargets: baseTargetsOf(capability),
    unknownExtensions: config.unknownExtensions,
  };
  const processes = validationProcesses(config, capability, validation, definitions);
  const store = await openStore(config.store, {
    searchLimit: config.requestTimeoutMs,
    mostScanned: config.maxScan,
    fullTextTypes: config.fullText,
    cacheBytes: config.cacheBytes,
    keys: readStoreKeys(config.storeKeys),
  });
  try {
    return await openOn(store, { config, log, definitions, capability, validation, processes });
  } catch (error) {
    await store.close();
    throw error;
  }
};

interface Loaded {
  config: Config;
  log: Logger;
  definitions: GrowingDefinitions;
  capability: Capability;
  validation: ValidatorOptions;
  processes: ValidationProcesses;
}

const openOn = async (store: Store, loaded: Loaded): Promise<OpenDeps> => {
  const { config, log, definitions, capability, validation, processes } = loaded;
  const now = createClock(store.lastUpdated);
  const settings = settingsOf(config);
  const tell: Deps['tell'] = (text, facts) => log.info(facts, text);
  let indexedParameters: IndexedParameters | undefined;
  const readDefinitions = followDefinitions(store, {
    post(changes) {
      definitions.post(changes);
      indexedParameters?.follow();
    },
  });
  await readDefinitions();
  warnOfLoaded(definitions, log);
  const references = createReferenceEntries(capability, definitions);
  const indexAnew = createIndexAnew({
    store,
    index: () => indexedParameters!,
    entriesOf: resource => entriesOfAnswer(deps, resource, []),
    tell,
  });
  indexedParameters = await openIndexedParameters({
    ...{ definitions, capability, store, references, timeZone: config.timeZone },
    fullTextTypes: new Set(config.fullText),
    onPending: indexAnew.start,
  });
  const leaveOut = ({ id, url }: SearchParameter, cause: unknown): void => {
    // One that was stored before expressions were judged must not keep others from being stored.
    log.warn(
      { searchParameter: id, url, err: cause },
      'A search parameter is left out: its expression is not FHIRPath',
    );
  };
  const newId = createUuidV7(now);
  const consents = capability.types.has('Consent') ? createConsents(store) : undefined;
  await consents?.refresh();
  const seal = createSeal(store.signingKey, SEALS_HEADERS);
  const setUp = createSetUpMemory();
  const readSetUp = store.isShared ? followSetUp(store, setUp) : undefined;
  const extract = createExtractor(definitions, settings, leaveOut);
  const trail = isAudited(config) ? await AuditTrail.open({ store, now, days: config.auditDays, tell }) : undefined;
  const deps: Deps = {
    definitions,
    readDefinitions,
    capability,
    validator: createValidator(definitions, validation),
    validationProcesses: processes,
    extract,
    indexedParameters,
    references,
    // Where clients may write AuditEvents of their own, they are stored like all else.
    store: capability.types.get('AuditEvent')?.interactions.has('create')
      ? store
      : withAuditEvents(store, { baseUrl: () => settings.baseUrl, extract }),
    audit: trail?.of({}),
    cardKeys: loadCardKeys(config.cardKeys, store.signingKey),
    consents,
    setUp,
    held: store.isShared ? undefined : createHeldMemory(),
    inTurn: createTurns(),
    insuranceRules: capability.insuranceRules ? insuranceRules : new Map(),
    preparations: sendsNotifications(capability)
      ? new Map([['Subscription', prepareSubscription({ seal, endpointFault: createRefusal(config.trustedHosts) })]])
      : new Map(),
    now,
    newId,
    newEffectId: newId,
    tell,
    settings,
  };
  const roles = loadRoles(ROLES, deps, new Set(operations.keys()));
  const depsOfCaller = createDepsOfCaller(deps, {
    roles,
    entries: createRuleEntries(definitions, isWanted =>
      createExtractor(onlyParameters(definitions, isWanted), settings, leaveOut),
    ),
    patientParameters: compartmentOf(definitions, 'Patient') ?? new Map(),
  });
  return {
    deps,
    depsOfCaller,
    roles,
    indexAnew,
    readSetUp,
    trail,
    reachedAt(url) {
      if (settings.baseUrl === '') settings.baseUrl = url;
    },
    async close() {
      await indexAnew.close();
      await processes.close();
      await trail?.close();
      await store.close();
    },
  };
};
