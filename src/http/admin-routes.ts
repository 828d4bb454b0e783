import type { FastifyInstance, FastifyReply } from 'fastify';
import { verifyAudit } from '../audit/verify-audit.ts';
import { refuse } from '../fhir/fhir-error.ts';
import { parseJson, requireUniqueNames } from '../fhir/parse-json.ts';
import type { Deps } from '../interactions/context.ts';
import { type Roles, readClient } from '../security/client.ts';
import type { ClientRegistry, RegisteredClient } from '../security/client-registry.ts';
import { authenticateRequests, type CallerOf } from './authenticate-requests.ts';
import { outboxRoutes } from './outbox-routes.ts';
import { requireAdministrator, requireWholeScope } from './require-administrator.ts';

const MOST_BYTES = 256 * 1024;
const MOST_DEPTH = 8;

interface ClientRoute {
  Params: { id: string };
}

const send = (reply: FastifyReply, { client, versionId, lastUpdated }: RegisteredClient): FastifyReply =>
  reply
    .header('etag', `W/"${versionId}"`)
    .header('last-modified', new Date(lastUpdated).toUTCString())
    .header('cache-control', 'no-store')
    .send(client);

/** The version that `If-Match` names; undefined where there is no such header. */
const wantedVersion = (ifMatch: string | undefined): number | undefined => {
  if (ifMatch === undefined) return undefined;
  const [, version] = /^(?:W\/)?"(\d{1,15})"$/.exec(ifMatch) ?? [];
  if (version === undefined) throw refuse('header-malformed', 'If-Match is the ETag of the client as it was read.');
  return Number(version);
};

/** The row and hash that `?noted=ROW:HASH` names. @throws {FhirError} 400 where that is none */
const readNoted = (query: string): { sequence: number; hash: string } | undefined => {
  const noted = new URLSearchParams(query).get('noted');
  if (noted === null) return undefined;
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(noted) ?? [];
  if (hash === undefined) throw refuse('request-malformed', 'noted is the last row and its hash, as ROW:HASH.');
  return { sequence: Number(sequence), hash };
};

/** What the routes need. */
export interface AdminOptions extends Pick<Deps, 'tell' | 'store' | 'now'> {
  clients: ClientRegistry;
  roles: Roles;
  callerOf: CallerOf;
}

/**
 * `/admin/clients`: who may use the server, `/admin/outboxes`: what waits for other systems, and `/admin/audit/verdict`: whether the audit
 * trail is as it was written. Only for clients with the role
 * administrator and a token for everything, whatever KIUNGO_AUTH says.
 */
export const adminRoutes =
  ({ clients, roles, callerOf, tell, store, now }: AdminOptions) =>
  async (app: FastifyInstance): Promise<void> => {
    authenticateRequests(app, callerOf, () => false);
    app.addHook('onRequest', async ({ caller }) => {
      requireAdministrator(caller);
      requireWholeScope(caller!);
    });
    app.register(outboxRoutes(store, now));
    app.get<{ Querystring: string }>('/audit/verdict', async ({ query }, reply) =>
      reply.header('cache-control', 'no-store').send(await verifyAudit(store, readNoted(query))),
    );
    const found = (id: string): RegisteredClient => {
      const registered = clients.find(id);
      if (registered !== undefined) return registered;
      throw refuse('client-unknown', 'No client is registered with this id. GET /admin/clients lists those that are.');
    };
    app.get('/clients', async (_request, reply) =>
      reply.header('cache-control', 'no-store').send({ clients: clients.all().map(({ client }) => client) }),
    );
    app.get<ClientRoute>('/clients/:id', async ({ params: { id } }, reply) => send(reply, found(id)));
    app.put<ClientRoute>('/clients/:id', { bodyLimit: MOST_BYTES }, async (request, reply) => {
      const { id } = request.params;
      const parsed = parseJson(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0), MOST_DEPTH);
      requireUniqueNames(parsed);
      const client = readClient(parsed.value, roles);
      if (client.id !== id) throw refuse('client-invalid', 'The id in the body is not the one in the path.');
      await clients.readOn();
      const over = wantedVersion(request.headers['if-match']) ?? clients.find(id)?.versionId ?? 0;
      const registered = await clients.register(client, over);
      const { role, status } = client;
      tell('Client registered', {
        client: id,
        role,
        status,
        version: registered.versionId,
        by: request.caller!.clientId,
      });
      return send(reply.code(over === 0 ? 201 : 200), registered);
    });
  };
