import { purge as purgeResource } from '../interactions/purge.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';

/** Erases a resource with all its versions. Only where the operator allows it (`KIUNGO_PURGE`). Our own operation. */
export const purge: Operation = {
  code: 'purge',
  levels: new Set(['instance']),
  affectsState: true,
  run: async (deps, request) => {
    readOperationInput(request, {}, deps.settings.maxDepth);
    return purgeResource(deps, { resourceType: request.resourceType!, id: request.id! });
  },
};
