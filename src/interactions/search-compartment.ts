import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import { isId } from '../fhir/reference.ts';
import type { Condition } from '../search/query.ts';
import { requireIndexed } from '../search/read-condition.ts';
import { type Compartment, compartmentOf } from './compartment.ts';
import type { Deps, InteractionResult } from './context.ts';
import { enabledType } from './enabled-type.ts';
import { read } from './read.ts';
import { accessDenied, mayList } from './require-permission.ts';
import { type SearchRequest, searchBundle } from './search-bundle.ts';

/** A search within what belongs to one resource: its type and id, and the type that is searched, or `*` for all. */
export interface CompartmentRequest extends Pick<SearchRequest, 'parameters' | 'handling'> {
  ownerType: string;
  ownerId: string;
  within: string;
}

const ALL = '*';

const notInIt = (deps: Deps, ownerType: string, within: string, compartment: Compartment): FhirError => {
  const known = [...compartment].flatMap(([type, by]) =>
    by.length > 0 && deps.capability.types.has(type) ? [type] : [],
  );
  return refuse(
    'path-unknown',
    `${within} is no type that belongs to a ${ownerType}. These do: ${known.join(', ')}; "*" is all of them.`,
  );
};

/**
 * Resources that belong to one resource, and match, page by page: `Patient/a/Coverage`, `Patient/a/*`.
 * @throws {FhirError} 404 where the resource is not there, or nothing of the type belongs to it
 * https://hl7.org/fhir/R4/search.html#searchcontexts
 */
export const searchCompartment = async (deps: Deps, request: CompartmentRequest): Promise<InteractionResult> => {
  const { ownerType, ownerId, within, parameters, handling } = request;
  const compartment = compartmentOf(deps.definitions, ownerType);
  if (compartment === undefined || !isId(ownerId)) throw refuse('path-unknown', 'There is nothing at this path.');
  const isSearchable = (type: string): boolean =>
    (compartment.get(type) ?? []).length > 0 &&
    deps.capability.types.get(type)?.interactions.has('search-type') === true &&
    mayList(deps, type);
  const [resourceType, ...otherTypes] = within === ALL ? [...compartment.keys()].filter(isSearchable) : [within];
  if (within !== ALL) {
    if (!deps.definitions.resourceTypes.includes(within) || (compartment.get(within) ?? []).length === 0) {
      throw notInIt(deps, ownerType, within, compartment);
    }
    enabledType(deps, within, 'search-type');
  }
  if (resourceType === undefined) throw accessDenied(deps, '*', ['search']);
  await read(deps, ownerType, ownerId);
  const belongs = (type: string): Condition => {
    const anyOf = compartment.get(type)!.map((parameter): Condition => {
      requireIndexed(parameter, type, deps.indexedParameters);
      return { kind: 'reference', parameter, anyOf: [{ type: ownerType, id: ownerId }] };
    });
    if (type === ownerType) anyOf.push({ kind: 'id', anyOf: [ownerId] });
    return anyOf.length === 1 ? anyOf[0]! : { kind: 'any', anyOf };
  };
  return searchBundle(deps, {
    ...{ resourceType, otherTypes, parameters, handling },
    path: `${ownerType}/${ownerId}/${within}`,
    within: belongs,
  });
};
