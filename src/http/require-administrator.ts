import { refuse } from '../fhir/fhir-error.ts';
import type { Caller } from '../security/caller.ts';

/** @throws {FhirError} 403 for anybody but a client with the role administrator */
export const requireAdministrator = (caller: Caller | undefined): void => {
  if (caller?.role === 'administrator') return;
  throw refuse('administrator-required', 'Only a client with the role administrator may do this.');
};
