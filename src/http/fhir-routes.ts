import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { TypeCapability } from '../definitions/capability.ts';
import type { OperationLevel } from '../definitions/operation-levels.ts';
import { refuse } from '../fhir/fhir-error.ts';
import { capabilities } from '../interactions/capabilities.ts';
import { conditionalDelete } from '../interactions/conditional-delete.ts';
import { conditionalRead } from '../interactions/conditional-read.ts';
import { conditionalUpdate } from '../interactions/conditional-update.ts';
import type { Deps, InteractionResult, Prefer } from '../interactions/context.ts';
import { create } from '../interactions/create.ts';
import { deleteResource } from '../interactions/delete.ts';
import { enabledType } from '../interactions/enabled-type.ts';
import { historyInstance } from '../interactions/history-instance.ts';
import { historySystem } from '../interactions/history-system.ts';
import { historyType } from '../interactions/history-type.ts';
import { dialectOf } from '../interactions/normalize.ts';
import { conditionalPatch, type PatchBody, patchResource } from '../interactions/patch.ts';
import { read } from '../interactions/read.ts';
import { subsetOf } from '../interactions/read-subset.ts';
import { searchType } from '../interactions/search-type.ts';
import { update } from '../interactions/update.ts';
import { vread } from '../interactions/vread.ts';
import { operations } from '../operations/operations.ts';
import { allow } from './allow.ts';
import { bodyTooLarge } from './body-too-large.ts';
import { requireAcceptable, requireContentType, requirePatchType } from './media-type.ts';
import { refuseMethodOverride } from './method-override.ts';
import { allowOfOperation, createOperate } from './operate.ts';
import { readPrefer } from './prefer.ts';
import { readPretty } from './pretty.ts';
import { type QueryParameters, readQueryParameters } from './query-parameters.ts';
import type { RecordRequest } from './record-request.ts';
import { requireId } from './require-id.ts';
import { respond } from './respond.ts';

interface FhirRoute {
  Params: { type: string; id: string; versionId: string; operation: string };
  /** As it was sent. */
  Querystring: string;
}
type Request = FastifyRequest<FhirRoute>;

const ALL_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof ALL_METHODS)[number];

type Run = (request: Request, parameters: QueryParameters) => Promise<InteractionResult>;

/** What a method does at a path: the interaction's R4 code, and how it is carried out once it is known to be enabled. */
interface Handler {
  interaction: string;
  run?: Run;
  /** What the type must allow besides the interaction. */
  isAllowed?: (type: TypeCapability) => boolean;
}

/** What one path does by method. */
type Handlers = Partial<Record<Method, Handler>> & {
  /** The level of operations that are called at this path, and where in it their code stands. */
  operation?: { level: OperationLevel; at: 'type' | 'id' | 'operation' };
};

const header = (request: Request, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

const handlingOf = ({ headers }: Request): Prefer['handling'] => readPrefer(headers.prefer).handling;

/** `{ [name]: value }` for a header that was sent, nothing for one that was not. */
const given = <Name extends string>(name: Name, value: string | undefined): { [N in Name]?: string } =>
  (value === undefined ? {} : { [name]: value }) as { [N in Name]?: string };

/** `submit` of `$submit`; undefined for a name that is not an operation's. */
const operationCode = (name: string): string | undefined => (name.startsWith('$') ? name.slice(1) : undefined);

const NO_BODY = Buffer.alloc(0);

const bodyOf = (request: Request): Buffer => (Buffer.isBuffer(request.body) ? request.body : NO_BODY);

/**
 * The FHIR REST API: every path with every method. What the capability file does not enable is refused with 404 or 405 by the
 * same table, so that /metadata and the routes cannot differ.
 * https://hl7.org/fhir/R4/http.html
 */
export const fhirRoutes =
  (
    deps: Deps,
    { software, maxBundleBytes }: { software: { version: string; started: number }; maxBundleBytes: number },
    record: RecordRequest,
  ) =>
  async (app: FastifyInstance): Promise<void> => {
    const search = (request: Request, parameters: QueryParameters): Promise<InteractionResult> =>
      searchType(deps, {
        resourceType: request.params.type,
        parameters,
        handling: handlingOf(request),
      });

    const operate = createOperate(deps);

    /** What was read, as far as the client does not have it already, or the part of it that was asked for. */
    const answerRead = (
      request: Request,
      parameters: QueryParameters,
      found: Promise<InteractionResult>,
    ): Promise<InteractionResult> => {
      const { 'if-none-match': ifNoneMatch, 'if-modified-since': ifModifiedSince } = request.headers;
      if (parameters.length === 0 && ifNoneMatch === undefined && ifModifiedSince === undefined) return found;
      const asked = { resourceType: request.params.type, parameters, handling: handlingOf(request) };
      return found.then(result => subsetOf(deps, asked, conditionalRead(result, { ifNoneMatch, ifModifiedSince })));
    };

    /** `{ normalize }` for a write whose resource is to be rewritten first. */
    const normalizing = ({ headers: { prefer } }: Request): { normalize?: 'openimis' } => {
      if (prefer === undefined && deps.settings.normalize === 'off') return {};
      const normalize = dialectOf(readPrefer(prefer), deps);
      return normalize === undefined ? {} : { normalize };
    };

    const patchOf = (request: Request): PatchBody => ({
      mediaType: requirePatchType(request.headers, deps.capability.patchFormats),
      body: bodyOf(request),
      ...given('ifMatch', header(request, 'if-match')),
    });

    const paths: Record<string, Handlers> = {
      '/metadata': { GET: { interaction: 'capabilities', run: async () => capabilities(deps, software) } },
      '/': { GET: { interaction: 'search-system' }, POST: { interaction: 'batch' } },
      '/_history': {
        GET: { interaction: 'history-system', run: (_request, parameters) => historySystem(deps, parameters) },
      },
      '/:type': {
        operation: { level: 'system', at: 'type' },
        GET: { interaction: 'search-type', run: search },
        POST: {
          interaction: 'create',
          run: request =>
            create(deps, {
              resourceType: request.params.type,
              body: bodyOf(request),
              ...given('ifNoneExist', header(request, 'if-none-exist')),
              ...normalizing(request),
            }),
        },
        PUT: {
          interaction: 'update',
          isAllowed: type => type.conditionalUpdate,
          run: (request, criteria) =>
            conditionalUpdate(deps, {
              resourceType: request.params.type,
              criteria,
              body: bodyOf(request),
              ...given('ifMatch', header(request, 'if-match')),
              ...normalizing(request),
            }),
        },
        PATCH: {
          interaction: 'patch',
          isAllowed: type => type.conditionalUpdate,
          run: (request, criteria) =>
            conditionalPatch(deps, { resourceType: request.params.type, criteria, ...patchOf(request) }),
        },
        DELETE: {
          interaction: 'delete',
          isAllowed: type => type.conditionalDelete,
          run: (request, criteria) =>
            conditionalDelete(deps, {
              resourceType: request.params.type,
              criteria,
              ...given('ifMatch', header(request, 'if-match')),
            }),
        },
      },
      '/:type/_history': {
        GET: {
          interaction: 'history-type',
          run: ({ params }, parameters) => historyType(deps, { resourceType: params.type, parameters }),
        },
      },
      '/:type/_search': {
        POST: { interaction: 'search-type', run: search },
      },
      '/:type/:id': {
        operation: { level: 'type', at: 'id' },
        GET: {
          interaction: 'read',
          run: (request, parameters) =>
            answerRead(request, parameters, read(deps, request.params.type, request.params.id)),
        },
        PUT: {
          interaction: 'update',
          run: request =>
            update(deps, {
              resourceType: request.params.type,
              id: request.params.id,
              body: bodyOf(request),
              ...given('ifMatch', header(request, 'if-match')),
              ...normalizing(request),
            }),
        },
        PATCH: {
          interaction: 'patch',
          run: request =>
            patchResource(deps, {
              resourceType: request.params.type,
              id: request.params.id,
              ...patchOf(request),
            }),
        },
        DELETE: {
          interaction: 'delete',
          run: request =>
            deleteResource(deps, {
              resourceType: request.params.type,
              id: request.params.id,
              ...given('ifMatch', header(request, 'if-match')),
            }),
        },
      },
      '/:type/:id/_history': {
        GET: {
          interaction: 'history-instance',
          run: ({ params }, parameters) =>
            historyInstance(deps, { resourceType: params.type, id: params.id, parameters }),
        },
      },
      '/:type/:id/:operation(^\\$.*)': { operation: { level: 'instance', at: 'operation' } },
      '/:type/:id/_history/:versionId': {
        GET: {
          interaction: 'vread',
          run: (request, parameters) => {
            const { type, id, versionId } = request.params;
            return answerRead(request, parameters, vread(deps, type, id, versionId));
          },
        },
      },
    };

    const { maxResourceBytes } = deps.settings;
    for (const [url, handlers] of Object.entries(paths)) {
      const takesBundle = url === '/' || handlers.operation !== undefined;
      const isForm = url === '/:type/_search';
      const isOffered = (
        { interaction, isAllowed }: Handler,
        enabled: TypeCapability | Pick<TypeCapability, 'interactions'>,
      ): boolean =>
        enabled.interactions.has(interaction) && (!('resourceType' in enabled) || (isAllowed?.(enabled) ?? true));
      const allowed = (enabled: TypeCapability | Pick<TypeCapability, 'interactions'>): string =>
        allow(
          ALL_METHODS.filter(method => {
            const handler = handlers[method];
            return handler?.run !== undefined && isOffered(handler, enabled);
          }),
        );
      for (const method of ALL_METHODS) {
        const { interaction = method.toLowerCase(), run, isAllowed } = handlers[method] ?? {};
        app.route<FhirRoute>({
          method,
          url,
          config: { interaction },
          bodyLimit: method === 'POST' && takesBundle ? Math.max(maxBundleBytes, maxResourceBytes) : maxResourceBytes,
          handler: async (request: Request, reply: FastifyReply) => {
            const body = bodyOf(request);
            const query = readQueryParameters(request.query);
            const parameters = isForm ? [...query, ...readQueryParameters(body.toString())] : query;
            const { type, id } = request.params;
            const { operation } = handlers;
            const called = operation === undefined ? undefined : operationCode(request.params[operation.at]);
            const mediaType = called === undefined ? undefined : operations.get(called)?.mediaType;
            const isPretty = parameters.length > 0 && readPretty(parameters, () => handlingOf(request));
            if (method === 'POST') refuseMethodOverride(request.headers);
            const format = parameters.find(([name]) => name === '_format')?.[1];
            requireAcceptable(request.headers.accept, format, mediaType);
            const requireBodyType = (): void => {
              if (body.length > 0) requireContentType(request.headers, isForm ? 'form' : 'json');
            };
            if (operation !== undefined && called !== undefined) {
              requireBodyType();
              const prefer = readPrefer(request.headers.prefer);
              const result = await operate(method, called, {
                level: operation.level,
                ...(operation.level === 'system' ? {} : { resourceType: type }),
                ...(operation.level === 'instance' ? { id } : {}),
                parameters,
                body: method === 'GET' ? NO_BODY : body,
                prefer,
              });
              // What was done is told instead of a stored answer; any other result is the answer itself.
              const told = result.version !== undefined && prefer.return === 'OperationOutcome';
              return respond(request, reply, result, {
                baseUrl: deps.settings.baseUrl,
                record,
                mediaType,
                isPretty,
                ...(told ? { prefer: prefer.return } : {}),
              });
            }
            if (body.length > maxResourceBytes && url !== '/') throw bodyTooLarge();
            const enabled = type === undefined ? deps.capability : enabledType(deps, type, interaction, allowed);
            if ('resourceType' in enabled && isAllowed?.(enabled) === false) {
              throw refuse('interaction-not-enabled', `${interaction} of ${type} needs an id in the path here.`, {
                headers: { allow: allowed(enabled) },
              });
            }
            if (id !== undefined) requireId(id);
            if (run === undefined || !enabled.interactions.has(interaction)) {
              throw refuse('interaction-not-enabled', `${interaction} is not offered at this path.`, {
                headers: { allow: allowed(enabled) },
              });
            }
            if (method !== 'PATCH') requireBodyType();
            const result = await run(request, parameters);
            const { baseUrl } = deps.settings;
            if (method === 'GET' || interaction === 'search-type') {
              return respond(request, reply, result, { baseUrl, record, isPretty });
            }
            const prefer = readPrefer(request.headers.prefer).return;
            return respond(request, reply, result, { baseUrl, record, prefer, isPretty });
          },
        });
      }
      app.route<FhirRoute>({
        method: 'OPTIONS',
        url,
        config: { interaction: 'options' },
        handler: async (request: Request, reply: FastifyReply) => {
          const { type, id } = request.params;
          const { operation } = handlers;
          const called = operation === undefined ? undefined : operationCode(request.params[operation.at]);
          const methods = (): string => {
            if (operation !== undefined && called !== undefined) {
              const { level } = operation;
              return allowOfOperation(deps, called, level === 'system' ? { level } : { level, resourceType: type });
            }
            const enabled = type === undefined ? deps.capability : enabledType(deps, type);
            if (id !== undefined) requireId(id);
            return allowed(enabled);
          };
          return reply.code(204).header('allow', methods()).send();
        },
      });
    }
  };
