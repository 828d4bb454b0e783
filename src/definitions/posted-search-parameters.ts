import type { SearchParameter } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import { rememberByName } from './remember-by-name.ts';

export type ParametersByCode = ReadonlyMap<string, SearchParameter>;

/**
 * The search parameters that were posted, by type and code. None takes the place of a loaded one; of several with one code that of the
 * least id counts.
 * @param loaded what was loaded for a type
 * @param baseOf what a type is a kind of
 */
export const postedSearchParameters = (
  resources: readonly Resource[],
  loaded: (resourceType: string) => ParametersByCode,
  baseOf: (resourceType: string) => string,
): ((resourceType: string) => ParametersByCode) => {
  const parameters = resources
    .filter(({ resourceType }) => resourceType === 'SearchParameter')
    .map(resource => resource as unknown as SearchParameter)
    .sort((a, b) => (`${a.id}` < `${b.id}` ? 1 : -1));
  return rememberByName(resourceType => {
    const bases = new Set([resourceType, baseOf(resourceType), 'Resource']);
    const known = loaded(resourceType);
    return new Map(
      parameters
        .filter(({ base, code }) => base.some(each => bases.has(each)) && !known.has(code))
        .map(parameter => [parameter.code, parameter]),
    );
  });
};
