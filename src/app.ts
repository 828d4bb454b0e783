import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import { createClock } from './clock.ts';
import type { Config } from './config.ts';
import { type Capability, loadCapability } from './definitions/capability.ts';
import type { GrowingDefinitions } from './definitions/definitions.ts';
import { loadDefinitions } from './definitions/load-definitions.ts';
import { createUuidV7 } from './fhir/uuid-v7.ts';
import { firstStart } from './first-start.ts';
import { buildServer } from './http/build-server.ts';
import { createMetrics } from './http/metrics.ts';
import { clockRules } from './insurance/clock-rules.ts';
import { insuranceRules } from './insurance/insurance-rules.ts';
import type { Deps, Settings } from './interactions/context.ts';
import { followDefinitions } from './interactions/follow-definitions.ts';
import { createHeldMemory } from './interactions/held-memory.ts';
import { createTurns } from './interactions/in-turn.ts';
import { createReferenceEntries } from './interactions/reference-entries.ts';
import { createSetUpMemory } from './interactions/set-up-memory.ts';
import type { ValidationProcesses } from './interactions/validation-processes.ts';
import { createValidationProcesses } from './operations/create-validation-processes.ts';
import { operations } from './operations/operations.ts';
import { patchFormats } from './patch/patch-formats.ts';
import { createExtractor } from './search/extract.ts';
import { whyNotSearchable } from './search/search-types.ts';
import { startClock } from './start-clock.ts';
import { openStore } from './store/open-store.ts';
import { StoreError } from './store/store-error.ts';
import { createValidator, type ValidatorOptions } from './validation/create-validator.ts';

/** A running server. */
export interface App {
  /** Base of the FHIR API as clients on this machine reach it. */
  readonly url: string;
  readonly deps: Deps;
  readonly server: FastifyInstance;
  /** Finishes the requests in flight, then closes the store. */
  close(): Promise<void>;
}

const root = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const DEFINITION_FOLDERS = ['profiles/r4', 'profiles/openimis', 'profiles/kiungo', 'capability-statements'].map(root);

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

/** How often definitions that other processes stored are looked for, in milliseconds. */
const LOOK_FOR_DEFINITIONS_MS = 500;

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

const addressOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}/fhir`;

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

/**
 * Puts the server together from its settings and starts it: the only place where the parts meet.
 * @throws {Error} where settings, definitions or the store cannot be used, with a text for the operator
 */
export const startApp = async (config: Config, log: Logger): Promise<App> => {
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
  const store = await openStore(config.store);
  try {
    const now = createClock(store.lastUpdated);
    const settings: Settings = {
      baseUrl: config.baseUrl,
      timeZone: config.timeZone,
      currency: config.currency,
      insurer: config.insurer,
      claimMode: config.claimMode,
      feedbackShare: config.feedbackShare,
      grievanceDays: config.grievanceDays,
      normalize: config.normalize,
      deleteReferenced: config.deleteReferenced,
      requireIfMatch: config.requireIfMatch === 'yes',
      maxDepth: config.maxDepth,
      maxResourceBytes: config.maxResourceBytes,
      maxBundleEntries: config.maxBundleEntries,
      pageSize: config.pageSize,
      maxPageSize: config.maxPageSize,
      maxIncludes: config.maxIncludes,
    };
    const readDefinitions = followDefinitions(store, definitions);
    await readDefinitions();
    warnOfLoaded(definitions, log);
    const newId = createUuidV7(now);
    const deps: Deps = {
      definitions,
      readDefinitions,
      capability,
      validator: createValidator(definitions, validation),
      validationProcesses: processes,
      extract: createExtractor(definitions, settings),
      references: createReferenceEntries(capability, definitions),
      store,
      setUp: createSetUpMemory(),
      held: createHeldMemory(),
      inTurn: createTurns(),
      insuranceRules: capability.insuranceRules ? insuranceRules : new Map(),
      now,
      newId,
      newEffectId: newId,
      tell: (text, facts) => log.info(facts, text),
      settings,
    };
    let started = false;
    const server = buildServer({
      deps,
      log,
      software: { version: packageJson.version, started: now() },
      maxBundleBytes: config.maxBundleBytes,
      requestTimeoutMs: config.requestTimeoutMs,
      maxRequests: config.maxRequests,
      corsOrigins: config.corsOrigins,
      metrics: createMetrics(() => store.statistics()),
      ready: async () => {
        if (!started) throw new Error('Starting');
        await store.check();
      },
    });
    await server.listen({ host: config.host, port: config.port });
    const url = addressOf(config.host, (server.addresses()[0] as AddressInfo).port);
    if (settings.baseUrl === '') settings.baseUrl = url;
    const following = setInterval(() => {
      readDefinitions().catch((error: unknown) => {
        // That the store does not answer is told by /ready, and to whoever asks for something.
        if (!(error instanceof StoreError)) log.error({ err: error }, 'Stored definitions cannot be read');
      });
    }, LOOK_FOR_DEFINITIONS_MS).unref();
    const clock = startClock(deps, {
      rules: capability.insuranceRules ? clockRules : [],
      minutes: config.clockMinutes,
    });
    const close = async (): Promise<void> => {
      clearInterval(following);
      await clock.stop();
      await server.close();
      await processes.close();
      await store.close();
    };
    try {
      await firstStart(deps);
    } catch (error) {
      clearInterval(following);
      await clock.stop();
      await server.close();
      throw error;
    }
    started = true;
    return { url, deps, server, close };
  } catch (error) {
    await store.close();
    throw error;
  }
};
