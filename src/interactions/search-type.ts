import type { Deps, InteractionResult } from './context.ts';
import { type SearchRequest, searchBundle } from './search-bundle.ts';

/**
 * Resources of a type that match, page by page.
 * https://hl7.org/fhir/R4/http.html#search
 */
export const searchType = (deps: Deps, request: Omit<SearchRequest, 'path'>): Promise<InteractionResult> =>
  searchBundle(deps, { ...request, path: request.resourceType });
