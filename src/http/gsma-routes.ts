import type { FastifyInstance } from 'fastify';
import type { GsmaCallback } from '../integrations/gsma/gsma-gateway.ts';
import type { Answered } from '../integrations/payments/payment-gateway.ts';

const MOST_BYTES = 64 * 1024;

/**
 * Where a provider of mobile money tells how a collection goes. Who calls is proven by the path, which only the provider was given, so this asks
 * for no other login.
 */
export const gsmaRoutes =
  (receive: (callback: GsmaCallback) => Promise<Answered>) =>
  async (app: FastifyInstance): Promise<void> => {
    app.put<{ Params: { bill: string; proof: string }; Body: Buffer }>(
      '/integrations/gsma/:bill/:proof',
      { bodyLimit: MOST_BYTES },
      async ({ params: { bill: billId, proof }, body: sent }, reply) => {
        const { status, contentType, body } = await receive({ billId, proof, body: sent?.toString() ?? '' });
        reply.code(status);
        return status === 204 ? reply.send() : reply.header('content-type', contentType).send(body);
      },
    );
  };
