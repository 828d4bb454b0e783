import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Capability } from '../definitions/capability.ts';
import type { Metrics } from './metrics.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request came, on the clock of `performance.now()`. */
    arrived: number;
  }
}

/** Counts a request that is being answered and writes its one line in the log. */
export type RecordRequest = (request: FastifyRequest, status: number) => void;

/**
 * Tells operators of every request: what it asked for, its type, status and time. Never a body, a path, a search value or
 * anything else that may name a person.
 */
export const createRecordRequest =
  (capability: Capability, metrics: Metrics, log: Logger): RecordRequest =>
  (request, status) => {
    const { interaction = 'none' } = request.routeOptions.config as { interaction?: string };
    const asked = (request.params as { type?: string } | undefined)?.type;
    const type = asked !== undefined && capability.types.has(asked) ? asked : 'none';
    const ms = performance.now() - request.arrived;
    metrics.observe(interaction, type, status, ms / 1000);
    log.info({ requestId: request.id, interaction, type, status, ms: Math.round(ms * 100) / 100 }, 'request');
  };
