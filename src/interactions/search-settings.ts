import type { Definitions, SearchParameter } from '../definitions/definitions.ts';
import type { NamedQuery } from '../definitions/named-queries.ts';
import type { Deps } from './context.ts';
import { enabledType } from './enabled-type.ts';
import type { IndexedParameters } from './indexed-parameters.ts';

/** What `parseSearch` needs to know of this server to read a search on a type. */
export const searchSettings = (
  deps: Deps,
  resourceType: string,
): {
  resourceType: string;
  parametersOf: (resourceType: string) => ReadonlyMap<string, SearchParameter> | undefined;
  percentIndexed: (resourceType: string, code: string) => number | undefined;
  hasFullText: (resourceType: string) => boolean;
  queries: ReadonlyMap<string, NamedQuery>;
  definitions: Definitions;
  baseUrl: string;
  timeZone: string;
  now: number;
  defaultCount: number;
  maxCount: number;
} => {
  const { queries } = enabledType(deps, resourceType);
  const { access, indexedParameters } = deps;
  const shownOf: IndexedParameters['parametersOf'] = type => {
    const parameters = indexedParameters.parametersOf(type);
    return parameters && access!.shownParameters(type, parameters);
  };
  return {
    resourceType,
    parametersOf: access === undefined ? indexedParameters.parametersOf : shownOf,
    percentIndexed: indexedParameters.percentIndexed,
    hasFullText: indexedParameters.hasFullText,
    queries,
    definitions: deps.definitions,
    baseUrl: deps.settings.baseUrl,
    timeZone: deps.settings.timeZone,
    now: deps.now(),
    defaultCount: deps.settings.pageSize,
    maxCount: deps.settings.maxPageSize,
  };
};
