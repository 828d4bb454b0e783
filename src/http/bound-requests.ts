import type { FastifyInstance } from 'fastify';
import { refuse } from '../fhir/fhir-error.ts';

/** Seconds after which a client may try again. */
const RETRY_AFTER = '2';

/**
 * Refuses requests while as many as `most` are being answered, before their bodies are read: what waits longer and longer helps
 * nobody, and clients that are told so come back later.
 */
export const boundRequests = (app: FastifyInstance, most: number): void => {
  let inFlight = 0;
  const leave = (): void => {
    inFlight--;
  };
  app.addHook('onRequest', (_request, reply, done) => {
    if (inFlight >= most) {
      const text =
        'The server has as many requests as it takes at a time (KIUNGO_MAX_REQUESTS). Send this one again later.';
      return done(refuse('server-busy', text, { headers: { 'retry-after': RETRY_AFTER } }));
    }
    inFlight++;
    reply.raw.once('close', leave);
    done();
  });
};
