import { buildBundle } from '../fhir/bundle.ts';
import { REQUEST_RULES } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import { operationOutcome } from '../fhir/operation-outcome.ts';
import { parseSearch } from '../search/parse-search.ts';
import type { Condition, SearchQuery, TypedConditions } from '../search/query.ts';
import type { StoredVersion } from '../store/store.ts';
import type { Deps, InteractionResult } from './context.ts';
import { type Included, included } from './included.ts';
import { CURSOR, formOf, pagesOf } from './pages-of.ts';
import { isSubsetParameter, readSubset, type Subset } from './read-subset.ts';
import { requireSearchable } from './require-rows.ts';
import { searchSettings } from './search-settings.ts';
import { showEach } from './show-each.ts';

/** A search: its parameters in the order of the request, percent decoding done. */
export interface SearchRequest {
  resourceType: string;
  /** More types that are searched as well. */
  otherTypes?: readonly string[];
  /** Below the base, without a slash in front. */
  path: string;
  parameters: readonly (readonly [name: string, value: string])[];
  /** Parameters that were read already, for the links. */
  used?: readonly (readonly [name: string, value: string])[];
  /** What resources of a type must be besides. */
  within?: (resourceType: string) => Condition;
  /** `Prefer: handling`: what becomes of parameters that cannot be used. */
  handling: 'strict' | 'lenient';
}

const NOTHING: Included = { versions: [], isCut: false };

const cutIssue = (most: number): Issue => ({
  severity: 'warning',
  code: REQUEST_RULES['includes-cut'].code,
  rule: 'includes-cut',
  diagnostics:
    `Not all that the search includes is in this page: it brings along ${most} resources at most, and not too many bytes. ` +
    'Ask for smaller pages with "_count", or search for the rest by itself.',
});

const entriesOf = async (
  versions: readonly StoredVersion[],
  mode: 'match' | 'include',
  baseUrl: string,
  show: Subset['show'],
): Promise<string[]> => {
  const bodies = await showEach(
    versions.map(({ body }) => body),
    show,
  );
  return versions.map(
    ({ resourceType, id }, index) =>
      `{"fullUrl":"${baseUrl}/${resourceType}/${id}","resource":${bodies[index]},"search":{"mode":"${mode}"}}`,
  );
};

/** The search for those of each type that meet a condition too. */
const restrict = ({ others = [], ...query }: SearchQuery, within: (resourceType: string) => Condition): SearchQuery => {
  const restricted = <T extends TypedConditions>(each: T): T => ({
    ...each,
    where: [...each.where, within(each.resourceType)],
  });
  return { ...restricted(query), ...(others.length > 0 && { others: others.map(restricted) }) };
};

/**
 * Resources that match, page by page, with what they bring along. The self link shows what was asked as it was understood.
 * https://hl7.org/fhir/R4/http.html#search
 */
export const searchBundle = async (deps: Deps, request: SearchRequest): Promise<InteractionResult> => {
  const { resourceType, otherTypes = [], path, handling } = request;
  const { baseUrl } = deps.settings;
  const cursor = request.parameters.find(([name]) => name === CURSOR)?.[1];
  const subset = readSubset(deps, request, true);
  const parameters = request.parameters.filter(each => each[0] !== CURSOR && !isSubsetParameter(each));
  const search = parseSearch({ ...searchSettings(deps, resourceType), otherTypes, parameters, handling });
  const asked = request.within === undefined ? search.query : restrict(search.query, request.within);
  const query: SearchQuery = subset.isCount ? { ...asked, count: 0, total: 'accurate' } : asked;
  const used = [...(request.used ?? []), ...search.used, ...subset.used];
  const ignored = [...search.ignored, ...subset.ignored];
  const pages = pagesOf({
    store: deps.store,
    baseUrl,
    path,
    parameters: [...used, ...formOf(request.parameters)],
    boundTo: used,
    cursor,
  });
  requireSearchable(deps, query);
  const page = await deps.store.search(query, pages.after);
  const more = search.includes.length === 0 ? NOTHING : await included(deps, page.versions, search.includes);
  const entries = [
    ...(await entriesOf(page.versions, 'match', baseUrl, subset.show)),
    ...(await entriesOf(more.versions, 'include', baseUrl, subset.showIncluded)),
  ];
  const issues = more.isCut ? [...ignored, cutIssue(deps.settings.maxIncludes)] : ignored;
  if (issues.length > 0) {
    entries.push(`{"resource":${JSON.stringify(operationOutcome(issues))},"search":{"mode":"outcome"}}`);
  }
  return {
    status: 200,
    body: buildBundle({
      type: 'searchset',
      links: pages.links(page.next, page.previous),
      entries,
      ...(page.total === undefined ? {} : { total: page.total }),
    }),
  };
};
