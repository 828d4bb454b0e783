import { refuse } from '../fhir/fhir-error.ts';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import { changeStored } from '../interactions/patch.ts';
import { metaResult } from './meta.ts';
import { addMeta, deleteMeta, listsOf } from './meta-lists.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';

/**
 * An operation that changes the `meta` of a resource by the Meta that it is given and answers with the new one. What it makes is judged
 * and stored as that of an update, in a new version, since versions are never changed here; where nothing changes there is none.
 * Where another write came between, it is done to what is there then.
 */
const changing = (code: string, change: (meta: JsonObject, given: JsonObject) => JsonObject): Operation => ({
  code,
  levels: new Set(['instance']),
  affectsState: true,
  run: async (deps, request) => {
    const { meta: given } = readOperationInput(request, { meta: 'Meta' }, deps.settings.maxDepth);
    if (given === undefined) {
      throw refuse('operation-parameter-missing', `$${code} needs the parameter meta, as valueMeta in Parameters.`);
    }
    const key = { resourceType: request.resourceType!, id: request.id! };
    const result = await changeStored(deps, key, document => {
      const { meta = {}, ...resource } = document as Resource;
      return { ...resource, meta: change(meta, listsOf(given)) };
    });
    const { body: stored = '', ...told } = result;
    const { body = '' } = metaResult((JSON.parse(stored) as Resource).meta ?? {});
    return { ...told, status: 200, body };
  },
});

/** Adds profiles, security labels and tags. https://hl7.org/fhir/R4/resource-operation-meta-add.html */
export const metaAdd = changing('meta-add', addMeta);

/** Takes profiles, security labels and tags away. https://hl7.org/fhir/R4/resource-operation-meta-delete.html */
export const metaDelete = changing('meta-delete', deleteMeta);
