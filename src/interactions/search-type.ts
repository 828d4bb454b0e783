import { buildBundle } from '../fhir/bundle.ts';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import { parseSearch } from '../search/parse-search.ts';
import type { SearchQuery } from '../search/query.ts';
import type { Deps, InteractionResult } from './context.ts';
import { CURSOR, formOf, pagesOf } from './pages-of.ts';
import { isSubsetParameter, readSubset } from './read-subset.ts';
import { searchSettings } from './search-settings.ts';
import { showEach } from './show-each.ts';

/** A search of one type: its parameters in the order of the request, percent decoding done. */
export interface SearchRequest {
  resourceType: string;
  parameters: readonly (readonly [name: string, value: string])[];
  /** `Prefer: handling`: what becomes of parameters that cannot be used. */
  handling: 'strict' | 'lenient';
}

/**
 * Resources of a type that match, page by page. The self link shows what was asked as it was understood.
 * https://hl7.org/fhir/R4/http.html#search
 */
export const searchType = async (deps: Deps, request: SearchRequest): Promise<InteractionResult> => {
  const { resourceType, handling } = request;
  const { baseUrl } = deps.settings;
  const cursor = request.parameters.find(([name]) => name === CURSOR)?.[1];
  const subset = readSubset(deps, request, true);
  const parameters = request.parameters.filter(each => each[0] !== CURSOR && !isSubsetParameter(each));
  const search = parseSearch({ ...searchSettings(deps, resourceType), parameters, handling });
  const query: SearchQuery = subset.isCount ? { ...search.query, count: 0, total: 'accurate' } : search.query;
  const used = [...search.used, ...subset.used];
  const ignored = [...search.ignored, ...subset.ignored];
  const pages = pagesOf({
    store: deps.store,
    baseUrl,
    path: resourceType,
    parameters: [...used, ...formOf(request.parameters)],
    boundTo: used,
    cursor,
  });
  const page = await deps.store.search(query, pages.after);
  const bodies = await showEach(
    page.versions.map(({ body }) => body),
    subset.show,
  );
  const entries = page.versions.map(
    ({ id }, index) =>
      `{"fullUrl":"${baseUrl}/${resourceType}/${id}","resource":${bodies[index]},"search":{"mode":"match"}}`,
  );
  if (ignored.length > 0) {
    entries.push(`{"resource":${JSON.stringify(operationOutcome(ignored))},"search":{"mode":"outcome"}}`);
  }
  return {
    status: 200,
    body: buildBundle({
      type: 'searchset',
      links: pages.links(page.next),
      entries,
      ...(page.total === undefined ? {} : { total: page.total }),
    }),
  };
};
