import { refuse } from '../fhir/fhir-error.ts';
import type { Deps } from '../interactions/context.ts';
import { accessDenied, isPermitted } from '../interactions/require-permission.ts';
import type { Permission } from '../security/role.ts';
import type { Operation, OperationRequest } from './operation.ts';

/** Operations that read definitions only, or what they are given: any client may call them. */
const OPEN: ReadonlySet<string> = new Set([
  ...['expand', 'json-schema', 'lookup', 'snapshot', 'subsumes', 'validate', 'validate-code'],
]);

/** What a scope must allow with the type, any of it. */
const neededFor = ({ code, affectsState }: Operation, level: OperationRequest['level']): readonly Permission[] => {
  if (code === 'purge') return ['delete'];
  if (affectsState) return [level === 'instance' ? 'update' : 'create'];
  return ['read', 'search'];
};

/**
 * Refuses an operation that the role or the scopes of a client do not let it call. What it reads and writes is judged besides.
 * @throws {FhirError} 403 `access-denied`
 */
export const requireOperation = (
  deps: Deps,
  operation: Operation,
  { level, resourceType }: Pick<OperationRequest, 'level' | 'resourceType'>,
): void => {
  const { access } = deps;
  const { code } = operation;
  if (access === undefined || OPEN.has(code)) return;
  const allowed = resourceType === undefined ? access.role.operations : access.rule(resourceType)?.operations;
  if (allowed?.has(code) !== true && allowed?.has('*') !== true) {
    throw refuse(
      'access-denied',
      `The role "${access.role.name}" of this client does not call $${code} here. Ask the operator of the server.`,
    );
  }
  const needed = neededFor(operation, level);
  if (resourceType === undefined || needed.some(permission => isPermitted(deps, resourceType, permission))) return;
  throw accessDenied(deps, resourceType, needed);
};
