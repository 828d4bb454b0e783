import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticate } from '../security/authenticate.ts';
import type { Caller } from '../security/caller.ts';

const single = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** Who asks, as a request proves it. */
export type CallerOf = (request: FastifyRequest) => Caller | Promise<Caller>;

/** Reads what a request brings along to prove who asks. */
export const createCallerOf =
  (authenticate: Authenticate, certificateOf: (request: FastifyRequest) => string | undefined): CallerOf =>
  request => {
    const { headers } = request;
    return authenticate({
      authorization: headers.authorization,
      certificate: certificateOf(request),
      openhimClientId: single(headers['x-openhim-clientid']),
      purposeOfUse: single(headers['x-purpose-of-use']),
    });
  };

/**
 * Lets no request through that does not prove who asks, before its body is read: all routes of `app` but those that `isOpen`.
 * `request.caller` is who asks.
 */
export const authenticateRequests = (
  app: FastifyInstance,
  callerOf: CallerOf,
  isOpen: (request: FastifyRequest) => boolean,
): void => {
  app.addHook('onRequest', (request, _reply, done) => {
    if (isOpen(request)) return done();
    try {
      const caller = callerOf(request);
      if (!(caller instanceof Promise)) {
        request.caller = caller;
        return done();
      }
      caller.then(found => {
        request.caller = found;
        done();
      }, done);
    } catch (error) {
      done(error as Error);
    }
  });
};
