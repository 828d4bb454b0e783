import type { FastifyInstance } from 'fastify';
import { refuse } from '../fhir/fhir-error.ts';

/** What one client may ask for. */
export interface ClientBounds {
  /** Requests that are answered at a time. */
  atATime: number;
  /** Requests in a minute; 0 for any number. A sixth of them may come at once. */
  perMinute: number;
}

interface Use {
  inFlight: number;
  /** Requests that may still come at once, when that was counted last. */
  left: number;
  /** Milliseconds of `performance.now()`. */
  at: number;
}

const MINUTE_MS = 60_000;
const RETRY_AFTER_BUSY = '2';

/**
 * Refuses a client that asks for more than its share with 429, before bodies are read, so that others are answered. Comes after
 * authentication; who is not authenticated is not counted.
 */
export const boundClients = (app: FastifyInstance, { atATime, perMinute }: ClientBounds): void => {
  const uses = new Map<string, Use>();
  const most = Math.max(1, perMinute / 6);
  /** Seconds to wait; 0 where the request may be answered. */
  const waitFor = (use: Use): number => {
    if (perMinute === 0) return 0;
    const now = performance.now();
    use.left = Math.min(most, use.left + ((now - use.at) * perMinute) / MINUTE_MS);
    use.at = now;
    if (use.left < 1) return Math.ceil(((1 - use.left) * 60) / perMinute);
    use.left--;
    return 0;
  };
  app.addHook('onRequest', ({ caller }, reply, done) => {
    if (caller === undefined) return done();
    let use = uses.get(caller.clientId);
    if (use === undefined) {
      use = { inFlight: 0, left: most, at: performance.now() };
      uses.set(caller.clientId, use);
    }
    const ofClient = use;
    if (ofClient.inFlight >= atATime) {
      const text = `${atATime} requests of this client are being answered (KIUNGO_MAX_CLIENT_REQUESTS). Wait for one of them to end.`;
      return done(refuse('client-too-busy', text, { headers: { 'retry-after': RETRY_AFTER_BUSY } }));
    }
    const seconds = waitFor(ofClient);
    if (seconds > 0) {
      const text = `This client sends more than ${perMinute} requests a minute (KIUNGO_MAX_CLIENT_RATE). Wait, and send them more slowly.`;
      return done(refuse('client-too-busy', text, { headers: { 'retry-after': String(seconds) } }));
    }
    ofClient.inFlight++;
    reply.raw.once('close', () => {
      ofClient.inFlight--;
    });
    done();
  });
};
