import type { FastifyInstance } from 'fastify';
import { refuse } from '../fhir/fhir-error.ts';
import { replayOutbox, reportOutboxes } from '../integrations/connector/outbox-report.ts';
import type { Store } from '../store/store.ts';

/** `/outboxes`: what waits for other systems and what was set aside, and trying again. */
export const outboxRoutes =
  (store: Store, now: () => number) =>
  async (app: FastifyInstance): Promise<void> => {
    app.get('/outboxes', async (_request, reply) =>
      reply.header('cache-control', 'no-store').send(await reportOutboxes(store)),
    );
    app.post<{ Params: { peer: string } }>('/outboxes/:peer/replay', async ({ params: { peer } }) => {
      const replayed = await replayOutbox(store, peer, now);
      if (replayed !== undefined) return { peer, replayed };
      throw refuse('path-unknown', 'No outbox has this name. GET /admin/outboxes lists those that there are.');
    });
  };
