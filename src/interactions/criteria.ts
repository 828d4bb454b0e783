import { refuse } from '../fhir/fhir-error.ts';
import { parseSearch } from '../search/parse-search.ts';
import type { SearchQuery } from '../search/query.ts';
import type { MatchCondition, StoredVersion } from '../store/store.ts';
import type { Deps } from './context.ts';
import { requireSearchable } from './require-rows.ts';
import { searchSettings } from './search-settings.ts';

/** Search parameters as in a URL, percent decoding done. */
export type Criteria = readonly (readonly [name: string, value: string])[];

/**
 * The search that criteria stand for; undefined where they would match every resource of the type.
 * @throws {FhirError} 400 for a parameter that cannot be used, 403 for a client that may not search so
 */
export const readCriteria = (deps: Deps, resourceType: string, parameters: Criteria): SearchQuery | undefined => {
  const { query } = parseSearch({ ...searchSettings(deps, resourceType), parameters, handling: 'strict' });
  requireSearchable(deps, query);
  return query.where.length === 0 ? undefined : query;
};

/** As `readCriteria`, for the query of a URL. @throws {FhirError} 400 also where it would match every resource */
export const requireCriteria = (deps: Deps, resourceType: string, parameters: Criteria): SearchQuery => {
  const query = readCriteria(deps, resourceType, parameters);
  if (query !== undefined) return query;
  throw refuse(
    'criteria-missing',
    `Say which ${resourceType} is meant: by its id, /${resourceType}/id, or by search parameters, ` +
      `like /${resourceType}?_id=123.`,
  );
};

/** The one resource that a search finds, if there is one, and the condition that holds as long as it finds no other. */
export interface Match {
  current: StoredVersion | undefined;
  matches: MatchCondition;
}

/** Looks up what criteria match now. @throws {FhirError} 412 where that is more than one resource */
export const findMatch = async (deps: Deps, query: SearchQuery): Promise<Match> => {
  const { versions } = await deps.store.search({ ...query, sort: [], count: 2, total: 'none' });
  if (versions.length > 1) {
    throw refuse(
      'multiple-matches',
      `More than one ${query.resourceType} matches the search parameters. Narrow them until they name one.`,
    );
  }
  const [current] = versions;
  return { current, matches: current === undefined ? { query } : { query, id: current.id } };
};
