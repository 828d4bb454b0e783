import type { StructureDefinition } from '../definitions/definitions.ts';
import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { ParsedResource } from '../fhir/parse-resource.ts';
import type { Resource } from '../fhir/resource.ts';
import type { Deps } from '../interactions/context.ts';
import { read } from '../interactions/read.ts';
import type { Operation, OperationRequest } from './operation.ts';
import { readOperationInput } from './operation-input.ts';
import { orUnusable, withSnapshot } from './with-snapshot.ts';

const TYPE = 'StructureDefinition';

/** The definition that is sent, valid as a resource. @throws {FhirError} 400, or 422 with its faults */
const sentDefinition = ({ validator }: Deps, { resource }: ParsedResource): Resource => {
  if (resource.resourceType !== TYPE) {
    throw refuse('resource-type-mismatch', `$snapshot takes a ${TYPE}, not a resource of another type.`, {
      expression: 'resourceType',
    });
  }
  const faults = validator.validate(resource, []).filter(({ severity }) => severity === 'error');
  if (faults.length > 0) throw new FhirError(422, faults);
  return resource;
};

/** The definition that a call names: by its id, by its url, or by sending it. @throws {FhirError} 400, 404, 410, 422 */
const definitionOf = async (deps: Deps, request: OperationRequest): Promise<Resource> => {
  const { maxDepth } = deps.settings;
  if (request.id !== undefined) {
    readOperationInput(request, {}, maxDepth);
    const { body = '' } = await read(deps, TYPE, request.id);
    return JSON.parse(body) as Resource;
  }
  const { definition, url } = readOperationInput(request, { definition: 'Resource', url: 'text' }, maxDepth);
  if (definition !== undefined) return sentDefinition(deps, definition);
  if (url === undefined) {
    throw refuse('request-malformed', `Name a ${TYPE} by the parameter \`url\`, or send one as the body.`);
  }
  const known = orUnusable(() => deps.definitions.structureDefinition(url));
  if (known === undefined) throw refuse('resource-unknown', `There is no ${TYPE} with the url ${url}.`);
  return known as unknown as Resource;
};

/**
 * A StructureDefinition with its snapshot, made of its differential where it has one. Nothing is stored.
 * @throws {FhirError} 404 or 410 where there is none, 422 where it is not valid or no snapshot can be made
 * https://hl7.org/fhir/R4/structuredefinition-operation-snapshot.html
 */
export const snapshot: Operation = {
  code: 'snapshot',
  levels: new Set(['type', 'instance']),
  affectsState: false,
  run: async (deps, request) => {
    const found = await definitionOf(deps, request);
    const { snapshot: _, ...rest } = found;
    const isMade = rest.derivation === 'constraint' && rest.differential !== undefined;
    const structure = (isMade ? rest : found) as unknown as StructureDefinition;
    return { status: 200, body: JSON.stringify(withSnapshot(structure, deps.definitions)) };
  },
};
