import type { FastifyInstance } from 'fastify';
import { type smartConfiguration, TOKEN_PATH } from '../security/smart-configuration.ts';
import type { TokenAnswer } from '../security/token-endpoint.ts';

const MOST_BYTES = 64 * 1024;
const FORM = /^application\/x-www-form-urlencoded *(;|$)/i;

/** What a server offers that gives tokens itself. */
export interface TokenService {
  configuration: () => ReturnType<typeof smartConfiguration>;
  answer: (form: URLSearchParams) => Promise<TokenAnswer>;
}

/** The token endpoint and what tells clients of it. Open to all. */
export const tokenRoutes =
  ({ configuration, answer }: TokenService) =>
  async (app: FastifyInstance): Promise<void> => {
    app.get('/.well-known/smart-configuration', { config: { interaction: 'smart-configuration' } }, async () =>
      configuration(),
    );
    app.post(TOKEN_PATH, { bodyLimit: MOST_BYTES, config: { interaction: 'token' } }, async (request, reply) => {
      const isForm = FORM.test(request.headers['content-type'] ?? '');
      const { status, body }: TokenAnswer | { status: 400; body: object } = isForm
        ? await answer(new URLSearchParams(String(request.body ?? '')))
        : {
            status: 400,
            body: { error: 'invalid_request', error_description: 'The body is a form (x-www-form-urlencoded).' },
          };
      return reply.code(status).header('cache-control', 'no-store').header('pragma', 'no-cache').send(body);
    });
  };
