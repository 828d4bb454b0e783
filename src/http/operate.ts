import { refuse } from '../fhir/fhir-error.ts';
import { nearestName } from '../fhir/nearest-name.ts';
import type { EntryCall } from '../interactions/beyond-interactions.ts';
import type { Deps, InteractionResult } from '../interactions/context.ts';
import { enabledType } from '../interactions/enabled-type.ts';
import type { Operation, OperationRequest } from '../operations/operation.ts';
import { operations } from '../operations/operations.ts';
import { requireOperation } from '../operations/require-operation.ts';
import { allow } from './allow.ts';
import { bodyTooLarge } from './body-too-large.ts';
import { requireId } from './require-id.ts';

/** The methods that an operation is called with. */
const methodsOf = ({ affectsState }: Operation): readonly string[] => (affectsState ? ['POST'] : ['GET', 'POST']);

/** Where an operation is called. */
type Place = Pick<OperationRequest, 'level' | 'resourceType'>;

const enabledOperation = (deps: Deps, code: string, { level, resourceType }: Place): Operation => {
  const enabled =
    resourceType === undefined
      ? [...deps.capability.operations]
      : [...enabledType(deps, resourceType).operations].flatMap(([name, levels]) => (levels.has(level) ? [name] : []));
  const operation = enabled.includes(code) ? operations.get(code) : undefined;
  if (operation !== undefined) return operation;
  const place = { system: 'this server', type: resourceType, instance: `a single ${resourceType}` }[level];
  const nearest = nearestName(code, enabled);
  const hint = nearest === undefined ? '' : ` Did you mean $${nearest}?`;
  throw refuse(
    'operation-unknown',
    `There is no operation $${code} for ${place}.${hint} GET /metadata lists the operations.`,
  );
};

/** The `Allow` header of an operation. @throws {FhirError} 404 `operation-unknown` where it is not enabled */
export const allowOfOperation = (deps: Deps, code: string, place: Place): string =>
  allow(methodsOf(enabledOperation(deps, code, place)));

/**
 * Calls an operation, as the capability file enables it; `code` is without the dollar sign. One that is not enabled at the level, or nowhere, is 404 naming the
 * nearest one; a method that it cannot be called with is 405.
 * https://hl7.org/fhir/R4/operations.html#executing
 */
export const operate = async (
  deps: Deps,
  method: string,
  code: string,
  request: OperationRequest,
): Promise<InteractionResult> => {
  const { id } = request;
  const operation = enabledOperation(deps, code, request);
  requireOperation(deps, operation, request);
  if (id !== undefined) requireId(id);
  const methods = methodsOf(operation);
  if (!methods.includes(method)) {
    const reason = operation.affectsState
      ? 'changes something, so it must be called with POST'
      : 'is called with GET or POST';
    throw refuse('interaction-not-enabled', `$${code} ${reason}.`, { headers: { allow: allow(methods) } });
  }
  if (request.body.length > deps.settings.maxResourceBytes && !operation.takesBundle) throw bodyTooLarge();
  return operation.run(deps, request);
};

/** The same for an entry of a batch. One that answers with what is no resource cannot be called there. */
export const operateInBatch = async (
  deps: Deps,
  { method, code, resourceType, id, parameters, body, prefer }: EntryCall,
): Promise<InteractionResult> => {
  const level = id !== undefined ? 'instance' : resourceType !== undefined ? 'type' : 'system';
  const place = { level, ...(resourceType === undefined ? {} : { resourceType }), ...(id === undefined ? {} : { id }) };
  if (enabledOperation(deps, code, place as Place).mediaType !== undefined) {
    throw refuse('bundle-entry-refused', `$${code} answers with what is no resource. Call it by itself.`, {
      expression: 'request.url',
    });
  }
  return operate(deps, method, code, { ...place, level, parameters, body, prefer });
};
