import type { CapabilityStatementRestResourceOperation, OperationDefinition } from 'fhir/r4.js';
import type { Definitions } from './definitions.ts';

/** A search that has a name: what `_query` stands for. */
export interface NamedQuery {
  /** What it takes, by name, and whether it must be given. */
  parameters: ReadonlyMap<string, { isRequired: boolean }>;
  /** Search parameters of the type; `{number}` in a value is what was given for `number`. */
  search: readonly (readonly [name: string, value: string])[];
}

/** Where an OperationDefinition of kind query has the search that it stands for, as it would be written after `Type?`. */
const QUERY_SEARCH = 'https://kiungo.example/fhir/StructureDefinition/query-search';

/** The places of a search that are filled in. */
export const PLACE = /\{([\w-]+)\}/g;

const isQueryOf = (definition: OperationDefinition | undefined, resourceType: string): boolean =>
  definition?.kind === 'query' && definition.resource?.some(type => type === resourceType) === true;

/** Whether an entry of a capability file is a named query, and not an operation. */
export const isNamedQuery = (
  { definition }: CapabilityStatementRestResourceOperation,
  definitions: Pick<Definitions, 'operationDefinition'>,
): boolean => definitions.operationDefinition(definition)?.kind === 'query';

/**
 * The named queries that a list of operations in a capability file enables on a type, by name.
 * Throws an Error naming the element where name, definition and type do not fit together, or the definition does not say what to search.
 * https://hl7.org/fhir/R4/search.html#query
 */
export const namedQueries = (
  operations: readonly CapabilityStatementRestResourceOperation[],
  {
    element,
    resourceType,
    definitions,
  }: { element: string; resourceType: string; definitions: Pick<Definitions, 'operationDefinition'> },
): ReadonlyMap<string, NamedQuery> => {
  const queries = new Map<string, NamedQuery>();
  for (const [index, { name, definition: url }] of operations.entries()) {
    const definition = definitions.operationDefinition(url);
    if (definition?.kind !== 'query') continue;
    const refuse = (reason: string): never => {
      throw new Error(`${element}.operation[${index}].definition: ${url} ${reason}`);
    };
    if (definition.code !== name || !isQueryOf(definition, resourceType))
      refuse(`is not query ${name} of ${resourceType}`);
    if (queries.has(name)) refuse('is there twice');
    const text = definition.extension?.find(each => each.url === QUERY_SEARCH)?.valueString;
    const search = [...new URLSearchParams(text)];
    if (search.length === 0) refuse(`has no extension ${QUERY_SEARCH} that says what it searches`);
    const places = new Set(search.flatMap(([, value]) => [...value.matchAll(PLACE)].map(([, place]) => place!)));
    const taken = (definition.parameter ?? []).filter(({ use }) => use === 'in');
    for (const place of places) {
      if (!taken.some(parameter => parameter.name === place)) refuse(`has no parameter ${place} to fill in {${place}}`);
    }
    for (const parameter of taken) {
      if (!places.has(parameter.name)) refuse(`has a parameter ${parameter.name} that its search has no place for`);
    }
    const parameters = new Map(taken.map(({ name: taking, min }) => [taking, { isRequired: min > 0 }]));
    queries.set(name, { parameters, search });
  }
  return queries;
};
