import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { refuse } from '../fhir/fhir-error.ts';
import type { Deps } from '../interactions/context.ts';
import { createRevokedCards } from '../interactions/revoked-cards.ts';

const page = (name: string): string => readFileSync(new URL(`../card/${name}`, import.meta.url), 'utf8');

/** JSON that may stand in a script of a page. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/**
 * What whoever is shown a card needs, open to all: the keys, the revoked cards, and a page that verifies a card without a network.
 * https://spec.smarthealth.cards/#determining-keys-associated-with-an-issuer
 */
export const cardRoutes =
  (deps: Deps) =>
  async (app: FastifyInstance): Promise<void> => {
    const revoked = createRevokedCards(deps);
    const keys = deps.cardKeys.map(({ publicKey }) => publicKey);
    const open = { 'access-control-allow-origin': '*', 'cache-control': 'max-age=60' };

    app.get('/fhir/.well-known/jwks.json', async (_request, reply) => reply.headers(open).send({ keys }));

    app.get<{ Params: { kid: string } }>('/fhir/.well-known/crl/:kid.json', async ({ params: { kid } }, reply) => {
      if (!keys.some(key => key.kid === kid))
        throw refuse('path-unknown', 'No card is signed with a key of this name.');
      const rids = await revoked();
      return reply.headers(open).send({ kid, method: 'rid', ctr: Math.floor(deps.now() / 1000), rids });
    });

    const html = page('verify-card.html');
    const verify = page('verify-card.js').replace('export const verifyCard', 'const verifyCard');
    const show = page('show-card.js');
    app.get('/card', async (_request, reply) => {
      const rids = await revoked();
      const known = { keys, revoked: Object.fromEntries(keys.map(({ kid }) => [kid, rids])) };
      const script = `${verify}\nconst known = ${inScript(known)};\n${show}`;
      const hash = createHash('sha256').update(script).digest('base64');
      return reply
        .headers({
          'content-type': 'text/html; charset=utf-8',
          // The browser itself holds the page to reaching nothing.
          'content-security-policy': `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        })
        .send(html.replace('<!-- script -->', () => `<script type="module">${script}</script>`));
    });
  };
