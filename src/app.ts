import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import packageJson from '../package.json' with { type: 'json' };
import type { AuditTrail } from './audit/audit-trail.ts';
import { machineNow } from './clock.ts';
import type { Config } from './config.ts';
import { exchangeFacts } from './exchange-facts.ts';
import type { JsonObject } from './fhir/resource.ts';
import { firstStart } from './first-start.ts';
import { buildServer } from './http/build-server.ts';
import { createMetrics } from './http/metrics.ts';
import { clockRules } from './insurance/clock-rules.ts';
import type { TellExchange } from './integrations/connector/exchange.ts';
import { createExchangeFigures } from './integrations/connector/exchange-figures.ts';
import type { KeptRegistration } from './integrations/openhim/keep-registered.ts';
import type { Deps } from './interactions/context.ts';
import { openDeps } from './open-deps.ts';
import { createSecurity, readTls } from './secure.ts';
import type { Caller } from './security/caller.ts';
import { createOutgoing } from './security/outgoing.ts';
import { servedSecurity } from './security/served-security.ts';
import { type Asking, startAsking } from './start-asking.ts';
import { startClock } from './start-clock.ts';
import { createDci } from './start-dci.ts';
import { type Delivery, sendsNotifications, startDelivery } from './start-delivery.ts';
import { createDhis2Schedule } from './start-dhis2.ts';
import { createGepg } from './start-gepg.ts';
import { createGsma } from './start-gsma.ts';
import { createKobo } from './start-kobo.ts';
import { createMcsd } from './start-mcsd.ts';
import { startOpenhim } from './start-openhim.ts';
import { type Forwarding, readSyslog, startSyslog } from './start-syslog.ts';
import { StoreError } from './store/store-error.ts';

/** A running server. */
export interface App {
  /** Base of the FHIR API as clients on this machine reach it. */
  readonly url: string;
  readonly deps: Deps;
  /** What interactions work with on behalf of a client. */
  readonly depsOfCaller: (caller: Caller) => Deps;
  readonly server: FastifyInstance;
  /** What is told of who did what; absent where nothing is. */
  readonly trail: AuditTrail | undefined;
  /** Finishes the requests in flight, then closes the store. */
  close(): Promise<void>;
}

/** How often definitions, clients and consents that other processes stored are looked for, in milliseconds. */
const LOOK_FOR_CHANGES_MS = 500;

const addressOf = (scheme: 'http' | 'https', host: string, port: number): string =>
  `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}/fhir`;

/**
 * Puts the server together from its settings and starts it: with `openDeps` the only place where the parts meet.
 * @throws {Error} where settings, definitions or the store cannot be used, with a text for the operator
 */
export const startApp = async (config: Config, log: Logger): Promise<App> => {
  const {
    deps,
    depsOfCaller,
    roles,
    indexAnew,
    trail,
    readSetUp,
    reachedAt,
    close: closeDeps,
  } = await openDeps(config, log);
  try {
    const { store, now, readDefinitions, consents } = deps;
    const security = await createSecurity(config, {
      store,
      now,
      machineNow,
      baseUrl: () => deps.settings.baseUrl,
      tell: ({ clientId = 'unknown', refusal }) => {
        if (refusal === undefined) log.info({ client: clientId }, 'Token given');
        else log.warn({ client: clientId, refusal }, 'Token refused');
        const outcome = refusal === undefined ? 0 : 4;
        trail?.gather({ at: now(), deed: 'login', outcome, by: { clientId }, patients: [] });
      },
    });
    const tls = await readTls(config);
    const syslog = readSyslog(config);
    const served = (): JsonObject =>
      servedSecurity(config.auth, {
        baseUrl: deps.settings.baseUrl,
        cors: config.corsOrigins.length > 0,
        certificates: config.tlsClientCa !== '',
      });
    let started = false;
    let delivery: Delivery | undefined;
    const outgoing = createOutgoing(config.trustedHosts);
    const figures = createExchangeFigures();
    const tellExchange: TellExchange = exchange => {
      figures.note(exchange);
      trail?.gather(exchangeFacts(exchange));
      const { peer, message, outcome, reason } = exchange;
      if (reason === undefined) return;
      deps.tell('An exchange with another system went wrong', { peer, message, outcome, reason });
    };
    const gepg = createGepg(config, deps, { outgoing, tell: tellExchange });
    const dci = createDci(config, deps, { depsOfCaller, roles, trail, outgoing, tell: tellExchange });
    const gsma = createGsma(config, deps, { outgoing, tell: tellExchange });
    const kobo = createKobo(config, deps, { outgoing, tell: tellExchange });
    const facilities = createMcsd(config, deps, { outgoing, tell: tellExchange });
    const reports = createDhis2Schedule(config, deps, tellExchange);
    const server = buildServer({
      deps,
      log,
      software: {
        version: packageJson.version,
        started: now(),
        security: security.isRequired ? served : undefined,
      },
      maxBundleBytes: config.maxBundleBytes,
      depsOfCaller,
      trail,
      requestTimeoutMs: config.requestTimeoutMs,
      requestBounds: { requests: config.maxRequests, bytes: config.maxBytes },
      corsOrigins: config.corsOrigins,
      security: { ...security, roles },
      clientBounds: { atATime: config.maxClientRequests, perMinute: config.maxClientRate },
      tls,
      gepg: gepg?.receive,
      dci: dci?.receive,
      gsma: gsma?.receive,
      kobo: kobo?.receive,
      metrics: createMetrics(() => ({ ...store.statistics(), ...indexAnew.statistics() }), figures.counts),
      ready: async () => {
        if (!started) throw new Error('Starting');
        await store.check();
      },
    });
    await server.listen({ host: config.host, port: config.port });
    const url = addressOf(
      tls === undefined ? 'http' : 'https',
      config.host,
      (server.addresses()[0] as AddressInfo).port,
    );
    reachedAt(url);
    const following = setInterval(() => {
      Promise.all([
        readDefinitions(),
        security.clients.readOn(),
        consents?.refresh(),
        readSetUp?.(),
        dci?.readOn(),
      ]).catch((error: unknown) => {
        // That the store does not answer is told by /ready, and to whoever asks for something.
        if (!(error instanceof StoreError))
          log.error({ err: error }, 'Stored definitions, clients or consents cannot be read');
      });
    }, LOOK_FOR_CHANGES_MS).unref();
    const clock = startClock(deps, {
      rules: deps.capability.insuranceRules ? clockRules : [],
      minutes: config.clockMinutes,
    });
    let openhim: KeptRegistration | undefined;
    let forwarding: Forwarding | undefined;
    let asking: Asking | undefined;
    const close = async (): Promise<void> => {
      openhim?.close();
      clearInterval(following);
      await clock.stop();
      await asking?.stop();
      await server.close();
      await delivery?.stop();
      await forwarding?.stop();
      await closeDeps();
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
    const asked = [gepg, gsma].filter(gateway => gateway?.peer !== undefined);
    const gateways = asked.map(gateway => gateway!.peer!);
    const hasConnectors = gateways.length > 0 || dci !== undefined;
    const ofOthers = [
      ...[reports, facilities].filter(question => question !== undefined),
      ...(dci?.questions ?? []),
      ...(kobo?.questions ?? []),
    ];
    const due = [...asked.map(gateway => gateway!.askForDays), ...ofOthers];
    const questions = config.delivery === 'yes' ? due : [];
    asking = startAsking(questions, error => {
      log.error({ err: error }, 'What is due to be asked or sent every hour is not');
    });
    if (config.delivery === 'yes' && (hasConnectors || sendsNotifications(deps.capability))) {
      delivery = startDelivery(deps, {
        outgoing,
        tell: tellExchange,
        connectors: () => [...gateways, ...(dci?.peers() ?? [])],
        isExclusive: config.store.startsWith('sqlite:'),
        viewOf: clientId => {
          if (clientId === undefined) return deps;
          const registered = security.clients.find(clientId);
          return registered?.client.status === 'active' ? depsOfCaller(registered.caller) : undefined;
        },
        fault: (error, peer) => log.error({ err: error, peer }, 'Telling others of changes goes wrong'),
      });
    }
    if (syslog !== undefined) {
      const fault = (error: unknown): void => log.error({ err: error }, 'Forwarding the audit trail goes wrong');
      forwarding = startSyslog(deps, syslog, { isExclusive: !store.isShared, fault });
    }
    openhim = startOpenhim(config, deps, { url, tellExchange });
    indexAnew.start();
    return { url, deps, depsOfCaller, server, trail, close };
  } catch (error) {
    await closeDeps();
    throw error;
  }
};
