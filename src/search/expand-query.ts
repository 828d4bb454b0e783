import { type NamedQuery, PLACE } from '../definitions/named-queries.ts';
import { refuse } from '../fhir/fhir-error.ts';
import { nearestName } from '../fhir/nearest-name.ts';

type Parameters = readonly (readonly [name: string, value: string])[];

/** The parameters of a search by a named query, told apart. */
export interface ExpandedQuery {
  /** `_query` and what it takes, as they were given. */
  asked: Parameters;
  /** The parameters that these stand for. */
  standsFor: Parameters;
  /** All others. */
  others: Parameters;
}

const QUERY = '_query';
const NONE: ReadonlyMap<string, NamedQuery> = new Map();

const invalid = (text: string) => refuse('search-parameter-invalid', text);

const chosen = (name: string, queries: ReadonlyMap<string, NamedQuery>, resourceType: string): NamedQuery => {
  const query = queries.get(name);
  if (query !== undefined) return query;
  const near = nearestName(name, [...queries.keys()]);
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  throw refuse('search-parameter-unknown', `${resourceType} has no query "${name.slice(0, 100)}".${hint}`);
};

/**
 * Puts the search that a named query stands for in the place of its parameters; what depends on one that was not given is left out.
 * How the result is shown (`_sort`, `_count`, ...) is the client's to say, where it does.
 * @throws {FhirError} 400 `search-parameter-unknown` for a name that the type has no query of, 400 `search-parameter-invalid` where what the
 * query takes is missing or given twice
 * https://hl7.org/fhir/R4/search.html#query
 */
export const expandQuery = ({
  resourceType,
  parameters,
  queries = NONE,
}: {
  resourceType: string;
  parameters: Parameters;
  queries?: ReadonlyMap<string, NamedQuery>;
}): ExpandedQuery => {
  const named = parameters.filter(([name]) => name === QUERY);
  if (named.length === 0) return { asked: [], standsFor: [], others: parameters };
  if (named.length > 1) throw invalid('"_query" must be given once.');
  const [[, name]] = named as [[string, string]];
  const query = chosen(name, queries, resourceType);
  const given = new Map<string, string>();
  for (const [key, value] of parameters) {
    if (!query.parameters.has(key)) continue;
    if (given.has(key)) throw invalid(`"${key}" must be given once: the query "${name}" takes one value.`);
    given.set(key, value);
  }
  for (const [key, { isRequired }] of query.parameters) {
    if (isRequired && !given.has(key)) throw invalid(`The query "${name}" needs "${key}". Add it as a parameter.`);
  }
  const others = parameters.filter(([key]) => key !== QUERY && !query.parameters.has(key));
  const isSaid = (key: string): boolean => key.startsWith('_') && others.some(([other]) => other === key);
  const standsFor = query.search.flatMap(([key, value]): Parameters => {
    const places = [...value.matchAll(PLACE)].map(([, place]) => place!);
    if (isSaid(key) || places.some(place => !given.has(place))) return [];
    return [[key, value.replace(PLACE, (_whole, place: string) => given.get(place)!)]];
  });
  return { asked: parameters.filter(each => !others.includes(each)), standsFor, others };
};
