import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { TypeCapability } from '../definitions/capability.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { Software } from '../interactions/capabilities.ts';
import { type Deps, toldBy } from '../interactions/context.ts';
import { enabledType } from '../interactions/enabled-type.ts';
import { isSubsetParameter } from '../interactions/read-subset.ts';
import { operations } from '../operations/operations.ts';
import type { Caller } from '../security/caller.ts';
import type { XmlForm } from '../xml/xml-form.ts';
import { allow } from './allow.ts';
import { requesterOf } from './audit-request.ts';
import { contentOf } from './binary-content.ts';
import { bodyTooLarge } from './body-too-large.ts';
import { ALL_METHODS, fhirPaths, type Handler, type Handlers } from './fhir-paths.ts';
import { bodyOf, type FhirRequest, type FhirRoute, handlingOf, NO_BODY } from './fhir-request.ts';
import { namesFhir, requireAcceptable, requireForm, takesContent } from './media-type.ts';
import { refuseMethodOverride } from './method-override.ts';
import { allowOfOperation, operate } from './operate.ts';
import { readPrefer } from './prefer.ts';
import { readPretty } from './pretty.ts';
import { readQueryParameters } from './query-parameters.ts';
import type { RecordRequest } from './record-request.ts';
import { requireId } from './require-id.ts';
import { respond } from './respond.ts';
import { takeBody } from './take-body.ts';

/** `submit` of `$submit`; undefined at a path that is not an operation's. @throws {FhirError} 404 for neither an operation nor a type */
const calledBy = ({ operation, within }: Handlers, params: FhirRoute['Params']): string | undefined => {
  if (operation === undefined) return undefined;
  const name = params[operation.at];
  if (name.startsWith('$')) return name.slice(1);
  if (within?.test(name) === false) throw refuse('path-unknown', 'There is nothing at this path.');
  return undefined;
};

/** What the routes need beside what interactions work with. */
export interface RoutesOptions {
  software: Software;
  /** Of a body where a Bundle may come. */
  maxBundleBytes: number;
  /** What interactions work with for a client that is known. */
  depsOfCaller: (caller: Caller) => Deps;
  /** What is told of who did what; absent where nothing is. */
  trail?: AuditTrail | undefined;
}

/**
 * The FHIR REST API: every path with every method. What the capability file does not enable is refused with 404 or 405 by the
 * same table, so that /metadata and the routes cannot differ.
 * https://hl7.org/fhir/R4/http.html
 */
export const fhirRoutes =
  (deps: Deps, { software, maxBundleBytes, depsOfCaller, trail }: RoutesOptions, record: RecordRequest, xml: XmlForm) =>
  async (app: FastifyInstance): Promise<void> => {
    const { maxResourceBytes } = deps.settings;
    /** A read writes nothing, so nothing of it is told but the request itself. */
    const depsOf = (request: FhirRequest, isRead = false): Deps => {
      const { caller } = request;
      const bounded = caller === undefined ? deps : depsOfCaller(caller);
      if (trail === undefined) return bounded;
      trail.requireRoom();
      if (isRead) return bounded;
      request.audit = trail.of(requesterOf(request));
      return toldBy(bounded, request.audit);
    };
    const { formats } = deps.capability;
    const { validationProcesses: processes } = deps;
    for (const [url, handlers] of Object.entries(fhirPaths(software))) {
      const takesBundle = url === '/' || handlers.operation !== undefined;
      const isForm = url.endsWith('/_search');
      const isOffered = (
        { interaction, or = interaction, isAllowed }: Handler,
        enabled: TypeCapability | Pick<TypeCapability, 'interactions'>,
      ): boolean =>
        (enabled.interactions.has(interaction) || enabled.interactions.has(or)) &&
        (!('resourceType' in enabled) || (isAllowed?.(enabled) ?? true));
      const allowed = (enabled: TypeCapability | Pick<TypeCapability, 'interactions'>): string =>
        allow(
          ALL_METHODS.filter(method => {
            const handler = handlers[method];
            return handler?.run !== undefined && isOffered(handler, enabled);
          }),
        );
      for (const method of ALL_METHODS) {
        const { interaction = method.toLowerCase(), or = interaction, run, isAllowed } = handlers[method] ?? {};
        const bodyLimit =
          method === 'POST' && takesBundle ? Math.max(maxBundleBytes, maxResourceBytes) : maxResourceBytes;
        const isRead = interaction === 'read' || interaction === 'vread';
        app.route<FhirRoute>({
          method,
          url,
          config: { interaction },
          bodyLimit,
          handler: async (request: FhirRequest, reply: FastifyReply) => {
            const body = bodyOf(request);
            const query = readQueryParameters(request.query);
            const parameters = isForm ? [...query, ...readQueryParameters(body.toString())] : query;
            const { type, id } = request.params;
            const { operation } = handlers;
            const called = calledBy(handlers, request.params);
            const mediaType = called === undefined ? undefined : operations.get(called)?.mediaType;
            const isPretty = parameters.length > 0 && readPretty(parameters, () => handlingOf(request));
            if (method === 'POST') refuseMethodOverride(request.headers);
            const format = parameters.find(([name]) => name === '_format')?.[1];
            const { accept } = request.headers;
            const wantsContent =
              isRead && type === 'Binary' && !namesFhir(accept, format) && !parameters.some(isSubsetParameter);
            const form = wantsContent ? 'json' : requireAcceptable(formats, accept, format, mediaType);
            if (operation !== undefined && called !== undefined) {
              await takeBody(request, { formats, xml, processes, limit: bodyLimit, isContent: false });
              const prefer = readPrefer(request.headers.prefer);
              const result = await operate(depsOf(request), method, called, {
                level: operation.level,
                ...(operation.level === 'system' ? {} : { resourceType: type }),
                ...(operation.level === 'instance' ? { id } : {}),
                parameters,
                body: method === 'GET' ? NO_BODY : bodyOf(request),
                prefer,
              });
              // What was done is told instead of a stored answer; any other result is the answer itself.
              const told = result.version !== undefined && prefer.return === 'OperationOutcome';
              return respond(request, reply, result, {
                baseUrl: deps.settings.baseUrl,
                record,
                mediaType,
                isPretty,
                xml: form === 'xml' ? xml : undefined,
                processes,
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
            if (run === undefined || !(enabled.interactions.has(interaction) || enabled.interactions.has(or))) {
              throw refuse('interaction-not-enabled', `${interaction} is not offered at this path.`, {
                headers: { allow: allowed(enabled) },
              });
            }
            if (isForm && body.length > 0) requireForm(request.headers);
            else if (method !== 'PATCH' && !isForm) {
              const isContent = type === 'Binary' && (interaction === 'create' || interaction === 'update');
              await takeBody(request, {
                formats,
                xml,
                processes,
                limit: url === '/' ? bodyLimit : maxResourceBytes,
                isContent,
              });
            }
            const result = await run(depsOf(request, isRead), request, parameters);
            const { baseUrl } = deps.settings;
            if (wantsContent && result.body !== undefined) {
              const content = contentOf(result.body);
              const isTaken = takesContent(content.mediaType, accept);
              const asked = !isTaken && requireAcceptable(formats, accept) === 'xml' ? xml : undefined;
              return respond(request, reply, result, {
                baseUrl,
                record,
                isPretty,
                xml: asked,
                processes,
                content: isTaken ? content : undefined,
              });
            }
            const asked = form === 'xml' ? xml : undefined;
            if (method === 'GET' || interaction === 'search-type' || url === '/') {
              return respond(request, reply, result, { baseUrl, record, isPretty, xml: asked, processes });
            }
            const prefer = readPrefer(request.headers.prefer).return;
            return respond(request, reply, result, { baseUrl, record, prefer, isPretty, xml: asked, processes });
          },
        });
      }
      app.route<FhirRoute>({
        method: 'OPTIONS',
        url,
        config: { interaction: 'options' },
        handler: async (request: FhirRequest, reply: FastifyReply) => {
          const { type, id } = request.params;
          const { operation } = handlers;
          const called = calledBy(handlers, request.params);
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
