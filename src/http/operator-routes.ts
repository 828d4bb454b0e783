import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CallerOf } from './authenticate-requests.ts';
import type { Metrics } from './metrics.ts';
import { requireAdministrator } from './require-administrator.ts';

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** What tells an operator, or the machine in his place, how the server is. */
export interface OperatorProbes {
  /** Rejects while the server cannot do its work. */
  ready(): Promise<void>;
  metrics: Metrics;
}

/** A proxy on this machine speaks for others, and says so. */
const isFromThisMachine = ({ ip, headers }: FastifyRequest): boolean =>
  LOOPBACK.test(ip) && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined;

/**
 * `/health` (the process lives), `/ready` (definitions are loaded and the store answers), `/metrics` (Prometheus).
 * @param callerOf where clients are authenticated: `/metrics` is for administrators then, and for programs on this machine
 */
export const operatorRoutes =
  ({ ready, metrics }: OperatorProbes, callerOf?: CallerOf) =>
  async (app: FastifyInstance): Promise<void> => {
    app.get('/health', async () => ({ status: 'alive' }));
    app.get('/ready', async (_request, reply) => {
      try {
        await ready();
        return { status: 'ready' };
      } catch {
        return reply.code(503).header('retry-after', '5').send({ status: 'not ready' });
      }
    });
    app.get('/metrics', async (request, reply) => {
      if (callerOf !== undefined && !isFromThisMachine(request)) requireAdministrator(await callerOf(request));
      return reply.header('content-type', metrics.contentType).send(await metrics.text());
    });
  };
