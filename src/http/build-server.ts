import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import Fastify, { type FastifyHttpOptions, type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { refuse } from '../fhir/fhir-error.ts';
import type { GsmaCallback } from '../integrations/gsma/gsma-gateway.ts';
import type { Answered as KoboAnswered, Posted } from '../integrations/kobo/receive.ts';
import type { Answered } from '../integrations/payments/payment-gateway.ts';
import type { Deps } from '../interactions/context.ts';
import type { Authenticate } from '../security/authenticate.ts';
import type { Roles } from '../security/client.ts';
import type { ClientRegistry } from '../security/client-registry.ts';
import { createXmlForm } from '../xml/xml-form.ts';
import { adminRoutes } from './admin-routes.ts';
import { allow } from './allow.ts';
import { allowOrigins } from './allow-origins.ts';
import { createAuditRequest } from './audit-request.ts';
import { authenticateRequests, createCallerOf } from './authenticate-requests.ts';
import { boundClients, type ClientBounds } from './bound-clients.ts';
import { boundRequests, type RequestBounds } from './bound-requests.ts';
import { cardRoutes } from './card-routes.ts';
import { noteCertificates } from './client-certificates.ts';
import { answerClientError } from './client-error.ts';
import { closeInTime } from './close-in-time.ts';
import { dciRoutes, type ReceiveDci } from './dci-routes.ts';
import { errorResponse } from './error-response.ts';
import { ALL_METHODS } from './fhir-paths.ts';
import { fhirRoutes, type RoutesOptions } from './fhir-routes.ts';
import { gepgRoutes } from './gepg-routes.ts';
import { gsmaRoutes } from './gsma-routes.ts';
import { inflateBody } from './inflate-body.ts';
import { koboRoutes } from './kobo-routes.ts';
import { type OperatorProbes, operatorRoutes } from './operator-routes.ts';
import { createRecordRequest } from './record-request.ts';
import { SECURITY_HEADERS, STRICT_TRANSPORT } from './security-headers.ts';
import { type TokenService, tokenRoutes } from './token-routes.ts';

/** What the HTTP server is put together from. */
export interface ServerOptions extends OperatorProbes, RoutesOptions {
  deps: Deps;
  log: Logger;
  requestTimeoutMs: number;
  /** Requests to the FHIR API that are answered at a time, and their bodies. */
  requestBounds: RequestBounds;
  /** Origins of pages that may read answers; `*` for all. */
  corsOrigins: readonly string[];
  /** Who may use the server, and how that is proven. */
  security: {
    clients: ClientRegistry;
    roles: Roles;
    authenticate: Authenticate;
    /** Whether the FHIR API is closed to whoever is not authenticated. */
    isRequired: boolean;
    tokens?: TokenService | undefined;
  };
  clientBounds: ClientBounds;
  /** Without it, HTTP is in clear. */
  tls?: ServerTls | undefined;
  /** Takes what GePG sends, where that is set up. */
  gepg?: ((text: string) => Promise<Answered>) | undefined;
  /** Takes what social registries send, where some are set up. */
  dci?: ReceiveDci | undefined;
  /** Takes what a provider of mobile money calls back with, where that is set up. */
  gsma?: ((callback: GsmaCallback) => Promise<Answered>) | undefined;
  /** Takes submissions of KoboToolbox, where forms are set up. */
  kobo?: ((posted: Posted) => Promise<KoboAnswered>) | undefined;
}

/** The server's certificate (with those above it) and key, and the authorities whose certificates clients may show, all as PEM. */
export interface ServerTls {
  cert: string;
  key: string;
  clientCa?: string;
}

/** How long a client may take to agree on TLS. */
const HANDSHAKE_MS = 10_000;

const tlsOptions = ({ cert, key, clientCa }: ServerTls): object => ({
  cert,
  key,
  minVersion: 'TLSv1.2',
  handshakeTimeout: HANDSHAKE_MS,
  // A client without a certificate, or with one that is not taken, may still have a token.
  ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false }),
});

/** How often the time that requests take to arrive is looked at, at most. */
const TIMEOUT_CHECK_MS = 5000;
const REQUEST_ID = /^[\w.:-]{1,64}$/;

const givenRequestId = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' && REQUEST_ID.test(value) ? value : undefined;

/** A maker of request ids that no other process or start makes: a random name and a count. */
const createRequestIds = (): (() => string) => {
  const name = randomBytes(8).toString('hex');
  let count = 0;
  return () => `${name}-${(++count).toString(36)}`;
};

const isMetadata = ({ routeOptions }: FastifyRequest): boolean =>
  (routeOptions.config as { interaction?: string }).interaction === 'capabilities';

/** The HTTP server, ready to listen: FHIR below `/fhir`, the operator's paths beside it. */
export const buildServer = (options: ServerOptions): FastifyInstance => {
  const { deps, log, metrics, security, tls } = options;
  const xml = createXmlForm(deps.definitions, deps.settings.maxDepth);
  const onError = errorResponse(log, deps.capability.formats, xml);
  const record = createRecordRequest(deps, metrics, log, options.trail && createAuditRequest(options.trail, deps.now));
  const newRequestId = createRequestIds();
  const connections = {
    connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, options.requestTimeoutMs),
    // Node waits for the longer of the two.
    headersTimeout: options.requestTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
  };
  // Both kinds of server are the same to all that is built on them.
  const transport = (
    tls === undefined ? { http: connections } : { https: { ...connections, ...tlsOptions(tls) } }
  ) as FastifyHttpOptions<Server>;
  const app = Fastify({
    ...transport,
    logger: false,
    bodyLimit: deps.settings.maxResourceBytes,
    requestTimeout: options.requestTimeoutMs,
    genReqId: request => givenRequestId(request.headers['x-request-id']) ?? newRequestId(),
    clientErrorHandler: (error, socket) => answerClientError(error, socket, newRequestId()),
    // While the server closes, requests that come on open connections are still answered, each as the last one of its connection.
    return503OnClosing: false,
    frameworkErrors: onError,
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: 200,
      // Read by the routes, where a query that cannot be read gets its answer.
      querystringParser: text => text as unknown as Record<string, unknown>,
    },
  });
  closeInTime(app, options.requestTimeoutMs, tls !== undefined);
  app.removeAllContentTypeParsers();
  // Of whatever type: what is not offered at all is refused for that, not for the type of its body.
  app.addContentTypeParser<Buffer>('*', { parseAs: 'buffer' }, (request, body, done) => {
    const { 'content-encoding': encoding } = request.headers;
    if (encoding === undefined) done(null, body);
    else inflateBody(body, encoding, request.routeOptions.bodyLimit).then(bytes => done(null, bytes), done);
  });
  app.setErrorHandler(onError);
  app.setNotFoundHandler((request, reply) =>
    onError(
      ['GET', 'HEAD', 'OPTIONS', ...ALL_METHODS].includes(request.method)
        ? refuse('path-unknown', 'There is nothing at this path. The FHIR API is below /fhir.')
        : refuse('interaction-not-enabled', `${request.method} is not a method of FHIR's API.`, {
            headers: { allow: allow(ALL_METHODS) },
          }),
      request,
      reply,
    ),
  );
  app.decorateRequest('arrived', 0);
  app.decorateRequest('caller', undefined);
  app.decorateRequest('audit', undefined);
  app.addHook('onRequest', (request, _reply, done) => {
    request.arrived = performance.now();
    done();
  });
  if (tls !== undefined) {
    app.addHook('onRequest', (_request, reply, done) => {
      reply.raw.setHeader('strict-transport-security', STRICT_TRANSPORT);
      done();
    });
  }
  // What the FHIR routes answer goes past this; see `respond`.
  app.addHook('onSend', (request, reply, _body, done) => {
    reply.header('x-request-id', request.id);
    // A page of ours says itself what may run in it.
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) if (!reply.hasHeader(name)) reply.header(name, value);
    record(request, reply.statusCode);
    done();
  });
  const callerOf = createCallerOf(security.authenticate, noteCertificates(app));
  app.register(
    async fhir => {
      allowOrigins(fhir, options.corsOrigins);
      boundRequests(fhir, options.requestBounds);
      if (security.tokens !== undefined) fhir.register(tokenRoutes(security.tokens));
      fhir.register(async closed => {
        if (security.isRequired) {
          authenticateRequests(closed, callerOf, isMetadata);
          boundClients(closed, options.clientBounds);
        }
        closed.register(fhirRoutes(deps, options, record, xml));
      });
    },
    { prefix: '/fhir' },
  );
  if (deps.capability.types.get('Coverage')?.operations.has('health-cards-issue')) app.register(cardRoutes(deps));
  if (security.tokens !== undefined) {
    const { configuration } = security.tokens;
    app.get('/.well-known/smart-configuration', async () => configuration());
  }
  if (options.gepg !== undefined) app.register(gepgRoutes(options.gepg));
  if (options.dci !== undefined) app.register(dciRoutes(options.dci, callerOf));
  if (options.gsma !== undefined) app.register(gsmaRoutes(options.gsma));
  if (options.kobo !== undefined) app.register(koboRoutes(options.kobo));
  app.register(adminRoutes({ ...deps, ...security, callerOf }), { prefix: '/admin' });
  app.register(operatorRoutes(options, security.isRequired ? callerOf : undefined));
  return app;
};
