import { randomBytes } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { refuse } from '../fhir/fhir-error.ts';
import type { Deps } from '../interactions/context.ts';
import { createXmlForm } from '../xml/xml-form.ts';
import { allow } from './allow.ts';
import { allowOrigins } from './allow-origins.ts';
import { boundRequests } from './bound-requests.ts';
import { cardRoutes } from './card-routes.ts';
import { answerClientError } from './client-error.ts';
import { closeInTime } from './close-in-time.ts';
import { errorResponse } from './error-response.ts';
import { ALL_METHODS } from './fhir-paths.ts';
import { fhirRoutes } from './fhir-routes.ts';
import { inflateBody } from './inflate-body.ts';
import { type OperatorProbes, operatorRoutes } from './operator-routes.ts';
import { createRecordRequest } from './record-request.ts';

/** What the HTTP server is put together from. */
export interface ServerOptions extends OperatorProbes {
  deps: Deps;
  log: Logger;
  software: { version: string; started: number };
  /** Of a body where a Bundle may come; others are bounded by `deps.settings.maxResourceBytes`. */
  maxBundleBytes: number;
  requestTimeoutMs: number;
  /** Requests to the FHIR API that are answered at a time. */
  maxRequests: number;
  /** Origins of pages that may read answers; `*` for all. */
  corsOrigins: readonly string[];
}

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

/** The HTTP server, ready to listen: FHIR below `/fhir`, the operator's paths beside it. */
export const buildServer = (options: ServerOptions): FastifyInstance => {
  const { deps, log, metrics } = options;
  const xml = createXmlForm(deps.definitions, deps.settings.maxDepth);
  const onError = errorResponse(log, deps.capability.formats, xml);
  const record = createRecordRequest(deps, metrics, log);
  const newRequestId = createRequestIds();
  const app = Fastify({
    logger: false,
    bodyLimit: deps.settings.maxResourceBytes,
    requestTimeout: options.requestTimeoutMs,
    genReqId: request => givenRequestId(request.headers['x-request-id']) ?? newRequestId(),
    http: {
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, options.requestTimeoutMs),
      // Node waits for the longer of the two.
      headersTimeout: options.requestTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
    },
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
  closeInTime(app, options.requestTimeoutMs);
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
  app.addHook('onRequest', (request, _reply, done) => {
    request.arrived = performance.now();
    done();
  });
  // What the FHIR routes answer goes past this; see `respond`.
  app.addHook('onSend', (request, reply, _body, done) => {
    reply.header('x-request-id', request.id);
    record(request, reply.statusCode);
    done();
  });
  app.register(
    async fhir => {
      allowOrigins(fhir, options.corsOrigins);
      boundRequests(fhir, options.maxRequests);
      fhir.register(fhirRoutes(deps, options, record, xml));
    },
    { prefix: '/fhir' },
  );
  if (deps.capability.types.get('Coverage')?.operations.has('health-cards-issue')) app.register(cardRoutes(deps));
  app.register(operatorRoutes(options));
  return app;
};
