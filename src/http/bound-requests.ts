import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { type FhirError, refuse } from '../fhir/fhir-error.ts';

/** What is answered at a time. */
export interface RequestBounds {
  requests: number;
  /** Of bodies, as they are announced. */
  bytes: number;
}

/** Seconds after which a client may try again. */
const RETRY_AFTER = '2';

/** What a body counts for that comes in chunks, and how much a compressed one grows. */
const UNTOLD_BYTES = 1024 * 1024;
const GROWTH = 10;

/** The memory that a body takes before it is parsed, about. */
const announcedBytes = (headers: IncomingHttpHeaders): number => {
  if (headers['transfer-encoding'] !== undefined) return UNTOLD_BYTES;
  const { 'content-length': length } = headers;
  if (length === undefined) return 0;
  return Number(length) * (headers['content-encoding'] === undefined ? 1 : GROWTH);
};

const busy = (text: string): FhirError =>
  refuse('server-busy', `${text} Send this one again later.`, { headers: { 'retry-after': RETRY_AFTER } });

/**
 * Refuses requests while as many as these are being answered, before their bodies are read: what waits longer and longer helps
 * nobody, and clients that are told so come back later. One body alone is always taken, as large as it may be.
 */
export const boundRequests = (app: FastifyInstance, most: RequestBounds): void => {
  let inFlight = 0;
  let bytesInFlight = 0;
  app.addHook('onRequest', (request, reply, done) => {
    if (inFlight >= most.requests) {
      return done(busy('The server has as many requests as it takes at a time (KIUNGO_MAX_REQUESTS).'));
    }
    const bytes = announcedBytes(request.headers);
    if (bytesInFlight > 0 && bytesInFlight + bytes > most.bytes) {
      return done(busy('The server has as large bodies as it takes at a time (KIUNGO_MAX_BYTES).'));
    }
    inFlight++;
    bytesInFlight += bytes;
    reply.raw.once('close', () => {
      inFlight--;
      bytesInFlight -= bytes;
    });
    done();
  });
};
