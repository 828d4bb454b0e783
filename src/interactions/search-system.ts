import { refuse } from '../fhir/fhir-error.ts';
import { nearestName } from '../fhir/nearest-name.ts';
import type { Deps, InteractionResult } from './context.ts';
import { accessDenied, isPermitted, mayList } from './require-permission.ts';
import { type SearchRequest, searchBundle } from './search-bundle.ts';

const TYPE = '_type';

/**
 * Resources of several types that match: of those that `_type` names, or of all. A parameter must be one of each of them.
 * https://hl7.org/fhir/R4/http.html#search
 */
export const searchSystem = async (
  deps: Deps,
  { path, parameters, handling }: Pick<SearchRequest, 'path' | 'parameters' | 'handling'>,
): Promise<InteractionResult> => {
  const used = parameters.filter(([name]) => name === TYPE);
  // Of types that are named, those are refused that are to be searched for one resource alone.
  const isMeant = (type: string): boolean =>
    used.length === 0 ? mayList(deps, type) : isPermitted(deps, type, 'search');
  const permitted = readTypes(deps, used).filter(isMeant);
  const [resourceType, ...otherTypes] = permitted;
  if (resourceType === undefined) throw accessDenied(deps, '*', ['search']);
  return searchBundle(deps, {
    resourceType,
    otherTypes,
    path,
    parameters: parameters.filter(([name]) => name !== TYPE),
    used,
    handling,
  });
};

const readTypes = ({ capability }: Deps, asked: SearchRequest['parameters']): string[] => {
  const searchable = [...capability.types.values()]
    .filter(({ interactions }) => interactions.has('search-type'))
    .map(({ resourceType }) => resourceType);
  if (asked.length === 0) return searchable;
  if (asked.length > 1)
    throw refuse('search-parameter-invalid', '"_type" must be given once, with commas between types.');
  const types = [...new Set(asked[0]![1].split(','))];
  const strange = types.find(type => !searchable.includes(type));
  if (strange !== undefined) {
    const nearest = nearestName(strange, searchable);
    const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
    throw refuse('search-parameter-invalid', `"_type" must name types that can be searched here; one is none.${hint}`);
  }
  return types;
};
