import type { FastifyInstance } from 'fastify';
import type { Answered } from '../integrations/payments/payment-gateway.ts';

/** A message is small; that of a day's reconciliation may have some ten thousand rows. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Where GePG sends control numbers, payments and reconciliations. Who sends is proven by the signature of each message, so these ask for no
 * other login.
 */
export const gepgRoutes =
  (receive: (text: string) => Promise<Answered>) =>
  async (app: FastifyInstance): Promise<void> => {
    for (const path of ['control-number', 'payment', 'reconciliation']) {
      app.post<{ Body: Buffer }>(`/integrations/gepg/${path}`, { bodyLimit: MOST_BYTES }, async (request, reply) => {
        const { status, contentType, body } = await receive(request.body?.toString() ?? '');
        return reply.code(status).header('content-type', contentType).send(body);
      });
    }
  };
