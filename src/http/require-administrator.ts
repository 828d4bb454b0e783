import { refuse } from '../fhir/fhir-error.ts';
import type { Caller, Scope } from '../security/caller.ts';

const isWhole = ({ resourceType, query, ...may }: Scope): boolean =>
  resourceType === '*' && query === undefined && Object.values(may).every(each => each);

/**
 * An administrator's token that was asked for with less than all (`system/*.cruds`) does not register clients.
 * @throws {FhirError} 403
 */
export const requireWholeScope = ({ scopes }: Pick<Caller, 'scopes'>): void => {
  if (scopes.some(isWhole)) return;
  throw refuse('administrator-required', 'For this the token must be one for system/*.cruds.');
};

/** @throws {FhirError} 403 for anybody but a client with the role administrator */
export const requireAdministrator = (caller: Caller | undefined): void => {
  if (caller?.role === 'administrator') return;
  throw refuse('administrator-required', 'Only a client with the role administrator may do this.');
};
