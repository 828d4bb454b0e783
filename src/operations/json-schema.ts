import { createHash } from 'node:crypto';
import type { StructureDefinition } from '../definitions/definitions.ts';
import { read } from '../interactions/read.ts';
import { buildJsonSchema } from '../json-schema/build-json-schema.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { withSnapshot } from './with-snapshot.ts';

/**
 * The JSON Schema of a StructureDefinition, stored or loaded. It is made anew for each call, since what it builds on may change; its entity
 * tag tells whether it did.
 * @throws {FhirError} 404 or 410 where there is no such StructureDefinition, 422 where it has no snapshot and none can be made
 */
export const jsonSchema: Operation = {
  code: 'json-schema',
  mediaType: 'application/schema+json',
  levels: new Set(['instance']),
  affectsState: false,
  run: async (deps, request) => {
    readOperationInput(request, {}, deps.settings.maxDepth);
    const { body } = await read(deps, 'StructureDefinition', request.id!);
    const structure = withSnapshot(JSON.parse(body!) as StructureDefinition, deps.definitions);
    const text = `${JSON.stringify(buildJsonSchema(structure, deps.definitions), null, 2)}\n`;
    const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
    return { status: 200, body: text, etag };
  },
};
