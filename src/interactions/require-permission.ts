import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Permission } from '../security/role.ts';
import type { Deps } from './context.ts';

const LETTERS: Readonly<Record<Permission, string>> = {
  create: 'c',
  read: 'r',
  update: 'u',
  delete: 'd',
  search: 's',
};

/** The refusal of what a client may not do at all, which says what it needs. */
export const accessDenied = ({ access }: Deps, resourceType: string, needed: readonly Permission[]): FhirError => {
  const letters = needed.map(permission => `system/${resourceType}.${LETTERS[permission]}`).join(' or ');
  return refuse(
    'access-denied',
    `This needs the scope ${letters}, granted to a client whose role may do so. The role of this client is ` +
      `"${access?.caller.role}"${access?.role.types.size === 0 ? ', which is not known here' : ''}. Ask the operator of the server.`,
  );
};

/** Whether whoever asks may do that with resources of the type, if not with all of them. */
export const isPermitted = ({ access }: Deps, resourceType: string, permission: Permission): boolean =>
  access === undefined || access.may(resourceType, permission);

/** Whether who asks may look for resources of the type without naming one. */
export const mayList = ({ access }: Deps, resourceType: string): boolean =>
  access === undefined || (access.may(resourceType, 'search') && (access.rule(resourceType)?.exact.size ?? 0) === 0);

/**
 * Refuses what role or scopes do not let a client do with any resource of the type.
 * @throws {FhirError} 403 `access-denied`
 * https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html
 */
export const requirePermission = (deps: Deps, resourceType: string, permission: Permission): void => {
  if (!isPermitted(deps, resourceType, permission)) throw accessDenied(deps, resourceType, [permission]);
};
