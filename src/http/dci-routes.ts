import type { FastifyInstance } from 'fastify';
import { type Answered, DCI_PATHS, type Received } from '../integrations/dci/receive.ts';
import type { CallerOf } from './authenticate-requests.ts';

const MOST_BYTES = 1024 * 1024;

/** Takes a message of DCI's, with where it came from. */
export type ReceiveDci = (received: Received & { address: string; requestId: string }) => Promise<Answered>;

/** Where social registries and programmes ask by DCI 1.0. Who asks is proven by the signature of each message, or by a token beside it. */
export const dciRoutes =
  (receive: ReceiveDci, callerOf: CallerOf) =>
  async (app: FastifyInstance): Promise<void> => {
    for (const path of DCI_PATHS) {
      app.post<{ Body: Buffer | undefined }>(path, { bodyLimit: MOST_BYTES }, async (request, reply) => {
        const { status, body } = await receive({
          ...{ path, body: request.body ?? Buffer.alloc(0), address: request.ip, requestId: request.id },
          clientId: async () => (await callerOf(request)).clientId,
        });
        return reply.code(status).header('content-type', 'application/json').send(body);
      });
    }
  };
