import type { TypeCapability } from '../definitions/capability.ts';
import type { OperationLevel } from '../definitions/operation-levels.ts';
import type { BeyondInteractions } from '../interactions/beyond-interactions.ts';
import { capabilities, type Software } from '../interactions/capabilities.ts';
import { conditionalDelete } from '../interactions/conditional-delete.ts';
import { conditionalRead } from '../interactions/conditional-read.ts';
import { conditionalUpdate } from '../interactions/conditional-update.ts';
import type { Deps, InteractionResult } from '../interactions/context.ts';
import { create } from '../interactions/create.ts';
import { deleteResource } from '../interactions/delete.ts';
import { historyInstance } from '../interactions/history-instance.ts';
import { historySystem } from '../interactions/history-system.ts';
import { historyType } from '../interactions/history-type.ts';
import { dialectOf } from '../interactions/normalize.ts';
import { conditionalPatch, type PatchBody, patchResource } from '../interactions/patch.ts';
import { processBundle } from '../interactions/process-bundle.ts';
import { read } from '../interactions/read.ts';
import { subsetOf } from '../interactions/read-subset.ts';
import { searchCompartment } from '../interactions/search-compartment.ts';
import { searchSystem } from '../interactions/search-system.ts';
import { searchType } from '../interactions/search-type.ts';
import { update } from '../interactions/update.ts';
import { vread } from '../interactions/vread.ts';
import { bodyOf, type FhirRequest, handlingOf } from './fhir-request.ts';
import { requirePatchType } from './media-type.ts';
import { operateInBatch } from './operate.ts';
import { readPrefer } from './prefer.ts';
import type { QueryParameters } from './query-parameters.ts';

/** The methods that paths of the API know, but for HEAD and OPTIONS, which all have. */
export const ALL_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof ALL_METHODS)[number];

/** `deps` are those of whoever asks. */
type Run = (deps: Deps, request: FhirRequest, parameters: QueryParameters) => Promise<InteractionResult>;

/** What a method does at a path: the interaction's R4 code, and how it is carried out once it is known to be enabled. */
export interface Handler {
  interaction: string;
  /** Another interaction that is carried out here; one that is enabled will do. */
  or?: string;
  run?: Run;
  /** What the type must allow besides the interaction. */
  isAllowed?: (type: TypeCapability) => boolean;
}

/** What one path does by method. */
export type Handlers = Partial<Record<Method, Handler>> & {
  /** The level of operations that are called at this path, and where in it their code stands. */
  operation?: { level: OperationLevel; at: 'type' | 'id' | 'operation' };
  /** What may stand in the place of an operation: a type, or what stands for all of them. */
  within?: RegExp;
};

const header = (request: FhirRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

/** `{ [name]: value }` for a header that was sent, nothing for one that was not. */
const given = <Name extends string>(name: Name, value: string | undefined): { [N in Name]?: string } =>
  (value === undefined ? {} : { [name]: value }) as { [N in Name]?: string };

const search: Run = (deps, request, parameters) =>
  searchType(deps, {
    resourceType: request.params.type,
    parameters,
    handling: handlingOf(request),
  });

const searchAll: Run = (deps, request, parameters) =>
  searchSystem(deps, { path: '', parameters, handling: handlingOf(request) });

/** What was read, as far as the client does not have it already, or the part of it that was asked for. */
const answerRead = (
  deps: Deps,
  request: FhirRequest,
  parameters: QueryParameters,
  found: Promise<InteractionResult>,
): Promise<InteractionResult> => {
  const { 'if-none-match': ifNoneMatch, 'if-modified-since': ifModifiedSince } = request.headers;
  if (parameters.length === 0 && ifNoneMatch === undefined && ifModifiedSince === undefined) return found;
  const asked = { resourceType: request.params.type, parameters, handling: handlingOf(request) };
  return found.then(result => subsetOf(deps, asked, conditionalRead(result, { ifNoneMatch, ifModifiedSince })));
};

/** `{ normalize }` for a write whose resource is to be rewritten first. */
const normalizing = (deps: Deps, { headers: { prefer } }: FhirRequest): { normalize?: 'openimis' } => {
  const normalize = dialectOf(readPrefer(prefer), deps);
  return normalize === undefined ? {} : { normalize };
};

const patchOf = (deps: Deps, request: FhirRequest): PatchBody => ({
  mediaType: requirePatchType(request.headers, deps.capability.patchFormats),
  body: bodyOf(request),
  ...given('ifMatch', header(request, 'if-match')),
});

/** What entries of a batch may ask for beside interactions. */
const beyondOf = (software: Software): BeyondInteractions => ({
  operate: operateInBatch,
  capabilities: deps => capabilities(deps, software),
});

/**
 * Every path of the FHIR REST API, below its base, with what each method does there.
 * https://hl7.org/fhir/R4/http.html
 */
export const fhirPaths = (software: Software): Record<string, Handlers> => ({
  '/metadata': { GET: { interaction: 'capabilities', run: async deps => capabilities(deps, software) } },
  '/': {
    GET: { interaction: 'search-system', run: searchAll },
    POST: {
      interaction: 'transaction',
      or: 'batch',
      run: (deps, request) =>
        processBundle(deps, {
          body: bodyOf(request),
          prefer: readPrefer(request.headers.prefer),
          beyond: beyondOf(software),
        }),
    },
  },
  '/_search': { POST: { interaction: 'search-system', run: searchAll } },
  '/_history': {
    GET: { interaction: 'history-system', run: (deps, _request, parameters) => historySystem(deps, parameters) },
  },
  '/:type': {
    operation: { level: 'system', at: 'type' },
    GET: { interaction: 'search-type', run: search },
    POST: {
      interaction: 'create',
      run: (deps, request) =>
        create(deps, {
          resourceType: request.params.type,
          body: bodyOf(request),
          ...given('ifNoneExist', header(request, 'if-none-exist')),
          ...normalizing(deps, request),
        }),
    },
    PUT: {
      interaction: 'update',
      isAllowed: type => type.conditionalUpdate,
      run: (deps, request, criteria) =>
        conditionalUpdate(deps, {
          resourceType: request.params.type,
          criteria,
          body: bodyOf(request),
          ...given('ifMatch', header(request, 'if-match')),
          ...given('ifNoneMatch', header(request, 'if-none-match')),
          ...normalizing(deps, request),
        }),
    },
    PATCH: {
      interaction: 'patch',
      isAllowed: type => type.conditionalUpdate,
      run: (deps, request, criteria) =>
        conditionalPatch(deps, { resourceType: request.params.type, criteria, ...patchOf(deps, request) }),
    },
    DELETE: {
      interaction: 'delete',
      isAllowed: type => type.conditionalDelete !== 'not-supported',
      run: (deps, request, criteria) =>
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
      run: (deps, { params }, parameters) => historyType(deps, { resourceType: params.type, parameters }),
    },
  },
  '/:type/_search': {
    POST: { interaction: 'search-type', run: search },
  },
  '/:type/:id': {
    operation: { level: 'type', at: 'id' },
    GET: {
      interaction: 'read',
      run: (deps, request, parameters) =>
        answerRead(deps, request, parameters, read(deps, request.params.type, request.params.id)),
    },
    PUT: {
      interaction: 'update',
      run: (deps, request) =>
        update(deps, {
          resourceType: request.params.type,
          id: request.params.id,
          body: bodyOf(request),
          ...given('ifMatch', header(request, 'if-match')),
          ...given('ifNoneMatch', header(request, 'if-none-match')),
          ...normalizing(deps, request),
        }),
    },
    PATCH: {
      interaction: 'patch',
      run: (deps, request) =>
        patchResource(deps, {
          resourceType: request.params.type,
          id: request.params.id,
          ...patchOf(deps, request),
        }),
    },
    DELETE: {
      interaction: 'delete',
      run: (deps, request) =>
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
      run: (deps, { params }, parameters) =>
        historyInstance(deps, { resourceType: params.type, id: params.id, parameters }),
    },
  },
  '/:type/:id/:operation': {
    operation: { level: 'instance', at: 'operation' },
    within: /^(?:[A-Z][A-Za-z]*|\*)$/,
    GET: {
      interaction: 'search-type',
      run: (deps, request, parameters) => {
        const { type: ownerType, id: ownerId, operation: within } = request.params;
        return searchCompartment(deps, { ownerType, ownerId, within, parameters, handling: handlingOf(request) });
      },
    },
  },
  '/:type/:id/_history/:versionId': {
    GET: {
      interaction: 'vread',
      run: (deps, request, parameters) => {
        const { type, id, versionId } = request.params;
        return answerRead(deps, request, parameters, vread(deps, type, id, versionId));
      },
    },
  },
});
