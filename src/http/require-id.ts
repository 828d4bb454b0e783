import { refuse } from '../fhir/fhir-error.ts';
import { isId } from '../fhir/reference.ts';

/** Lets a path pass whose id can be one. @throws {FhirError} 400 `id-malformed` */
export const requireId = (id: string): void => {
  if (!isId(id)) throw refuse('id-malformed', 'An id has 1 to 64 characters out of A-Z, a-z, 0-9, - and a point.');
};
