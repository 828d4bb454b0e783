import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** What a page may read of an answer besides its body. */
const EXPOSED =
  'Location, ETag, Last-Modified, Content-Location, X-Request-Id, Retry-After, Allow, Accept-Patch, Preference-Applied, WWW-Authenticate, X-Kiungo-Normalized';
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const HEADERS =
  'Accept, Content-Type, Content-Encoding, Authorization, Prefer, If-Match, If-None-Match, If-Modified-Since, If-None-Exist, X-Request-Id, X-Purpose-Of-Use';
const MAX_AGE_SECONDS = '600';

const isPreflight = (method: string, headers: IncomingHttpHeaders): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

/**
 * Lets pages of these origins (or of all, by `*`) read what the FHIR API answers. Cookies and passwords that a browser keeps are never
 * asked for. Pages of other origins are answered as any client, and their browsers keep the answer from them.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export const allowOrigins = (app: FastifyInstance, origins: readonly string[]): void => {
  if (origins.length === 0) return;
  const isAnyAllowed = origins.includes('*');
  const allowed = new Set(origins);
  const tell = (response: ServerResponse, origin: string): void => {
    response.setHeader('access-control-allow-origin', isAnyAllowed ? '*' : origin);
    response.setHeader('access-control-expose-headers', EXPOSED);
  };
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers;
    if (!isAnyAllowed) reply.raw.setHeader('vary', 'Origin');
    if (origin === undefined || !(isAnyAllowed || allowed.has(origin))) return done();
    tell(reply.raw, origin);
    if (!isPreflight(request.method, request.headers)) return done();
    reply
      .code(204)
      .header('access-control-allow-methods', METHODS)
      .header('access-control-allow-headers', HEADERS)
      .header('access-control-max-age', MAX_AGE_SECONDS)
      .send();
  });
};
