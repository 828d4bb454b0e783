import type { FastifyInstance } from 'fastify';
import type { Answered, Posted } from '../integrations/kobo/receive.ts';

const MOST_BYTES = 512 * 1024;

/** Where KoboToolbox posts new submissions of a form. It proves itself by user and password, so this asks for no other login. */
export const koboRoutes =
  (receive: (posted: Posted) => Promise<Answered>) =>
  async (app: FastifyInstance): Promise<void> => {
    app.post<{ Params: { form: string }; Body: Buffer | undefined }>(
      '/integrations/kobo/:form',
      { bodyLimit: MOST_BYTES },
      async ({ params: { form }, headers: { authorization }, body }, reply) => {
        const { status, reason } = await receive({ form, authorization, body: body ?? Buffer.alloc(0) });
        if (status === 401) reply.header('www-authenticate', 'Basic realm="kobo"');
        return reply.code(status).send({ detail: reason ?? 'taken' });
      },
    );
  };
