import type { Deps, InteractionResult } from './context.ts';
import { requirePermission } from './require-permission.ts';
import { type SearchRequest, searchBundle } from './search-bundle.ts';

/**
 * Resources of a type that match, page by page.
 * https://hl7.org/fhir/R4/http.html#search
 */
export const searchType = async (deps: Deps, request: Omit<SearchRequest, 'path'>): Promise<InteractionResult> => {
  requirePermission(deps, request.resourceType, 'search');
  return searchBundle(deps, { ...request, path: request.resourceType });
};
