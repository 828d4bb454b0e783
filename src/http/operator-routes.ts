import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.ts';

/** What tells an operator, or the machine in his place, how the server is. */
export interface OperatorProbes {
  /** Rejects while the server cannot do its work. */
  ready(): Promise<void>;
  metrics: Metrics;
}

/** `/health` (the process lives), `/ready` (definitions are loaded and the store answers), `/metrics` (Prometheus). */
export const operatorRoutes =
  ({ ready, metrics }: OperatorProbes) =>
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
    app.get('/metrics', async (_request, reply) =>
      reply.header('content-type', metrics.contentType).send(await metrics.text()),
    );
  };
