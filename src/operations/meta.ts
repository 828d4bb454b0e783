import { setImmediate } from 'node:timers/promises';
import type { Meta } from 'fhir/r4.js';
import { refuse } from '../fhir/fhir-error.ts';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import type { Deps, InteractionResult } from '../interactions/context.ts';
import { read } from '../interactions/read.ts';
import type { Cursor } from '../store/store.ts';
import { addMeta, listsOf } from './meta-lists.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { parametersResult } from './parameters-result.ts';

/** Resources that are looked at for the answer for a type or the system, and how many before others have a turn. */
const MOST_LOOKED_AT = 10_000;
const TURN = 100;

/** A resource that carries none of these needs not be parsed. */
const HAS_LISTS = /"(?:profile|security|tag)"/;

/** Answers a Meta; Parameters without one where there is nothing in it, since R4 allows no empty element. */
export const metaResult = (meta: JsonObject): InteractionResult =>
  parametersResult([
    Object.keys(meta).length === 0 ? undefined : { name: 'return', valueMeta: meta as unknown as Meta },
  ]);

const metaOf = (body: string): JsonObject => (JSON.parse(body) as Resource).meta ?? {};

/** The profiles, labels and tags that resources of these types carry, each once. @throws {FhirError} 422 beyond a bound */
const usedMeta = async (deps: Deps, resourceTypes: Iterable<string>): Promise<JsonObject> => {
  let found: JsonObject = {};
  let lookedAt = 0;
  for (const resourceType of resourceTypes) {
    const query = { resourceType, where: [], sort: [], count: TURN, total: 'none' as const };
    let after: Cursor | undefined;
    do {
      const page = await deps.store.search(query, after);
      lookedAt += page.versions.length;
      if (lookedAt > MOST_LOOKED_AT) {
        throw refuse(
          'operation-too-costly',
          `More than ${MOST_LOOKED_AT} resources would have to be looked at. ` +
            'Ask for the meta of a type that has fewer, or of one resource.',
        );
      }
      for (const { body } of page.versions) if (HAS_LISTS.test(body)) found = addMeta(found, listsOf(metaOf(body)));
      after = page.next;
      await setImmediate();
    } while (after !== undefined);
  }
  return found;
};

/**
 * The `meta` of a resource, or the profiles, security labels and tags that the resources of a type or of the system carry.
 * @throws {FhirError} 404 and 410 where there is no resource, 422 where too many would have to be looked at
 * https://hl7.org/fhir/R4/resource-operation-meta.html
 */
export const meta: Operation = {
  code: 'meta',
  levels: new Set(['system', 'type', 'instance']),
  affectsState: false,
  run: async (deps, request) => {
    readOperationInput(request, {}, deps.settings.maxDepth);
    const { resourceType, id } = request;
    if (resourceType === undefined) return metaResult(await usedMeta(deps, deps.capability.types.keys()));
    if (id === undefined) return metaResult(await usedMeta(deps, [resourceType]));
    const { body = '' } = await read(deps, resourceType, id);
    return metaResult(metaOf(body));
  },
};
