import type {
  CapabilityStatement,
  CapabilityStatementRest,
  CapabilityStatementRestResource,
  CapabilityStatementRestResourceSearchParam,
  CapabilityStatementRestSecurity,
  Extension,
} from 'fhir/r4.js';
import type { JsonObject, Resource } from '../fhir/resource.ts';
import type { SearchParameter } from './definitions.ts';
import type { OperatorChoices, TypeCapability } from './type-capability.ts';

/** What can be searched by at the moment. */
export interface ServedSearch {
  /** Stays while the parameters of all types are the same and all are indexed; undefined while some are not. */
  state: unknown;
  /** Those of a type that can be searched by. */
  parametersOf(resourceType: string): ReadonlyMap<string, SearchParameter>;
  /** Those that are still being indexed, with how many percent of the resources are. */
  indexing(resourceType: string): readonly (readonly [code: string, percent: number])[];
}

/** What this server says of itself. */
export interface ServedSoftware {
  search: ServedSearch;
  /** The FHIR base that clients see. */
  baseUrl: string;
  version: string;
  /** Start of the server, in milliseconds since 1970. */
  date: number;
  /** `rest.security`. */
  security?: JsonObject | undefined;
}

/**
 * The CapabilityStatement that is served: what the file asks for, with the search parameters that there are and what reads do
 * without being asked for, told of this server and not of its kind.
 */
export const servedStatement = (
  file: CapabilityStatement,
  rest: CapabilityStatementRest,
  types: ReadonlyMap<string, TypeCapability>,
  choices: OperatorChoices,
): ((software: ServedSoftware) => Resource) => {
  let served: { rest: CapabilityStatementRest; state: unknown } | undefined;
  return ({ baseUrl, version, date, search, security }) => {
    if (served === undefined || search.state === undefined || served.state !== search.state) {
      const resource = (rest.resource ?? []).map(each => servedResource(each, types, choices, search));
      served = { rest: { ...rest, resource }, state: search.state };
    }
    const statement: CapabilityStatement = {
      resourceType: 'CapabilityStatement',
      id: 'kiungo',
      url: `${baseUrl}/metadata`,
      version,
      name: 'Kiungo',
      title: file.title ?? 'Kiungo',
      status: 'active',
      date: new Date(date).toISOString(),
      kind: 'instance',
      ...(file.url === undefined ? {} : { instantiates: [file.url] }),
      software: { name: 'Kiungo', version },
      implementation: { description: file.description ?? 'Kiungo', url: baseUrl },
      fhirVersion: file.fhirVersion,
      format: file.format,
      ...(file.patchFormat === undefined ? {} : { patchFormat: file.patchFormat }),
      rest: [
        { ...served.rest, ...(security !== undefined && { security: security as CapabilityStatementRestSecurity }) },
      ],
    };
    return statement as unknown as Resource;
  };
};

const servedResource = (
  { searchParam: _, operation, referencePolicy, ...said }: CapabilityStatementRestResource,
  types: ReadonlyMap<string, TypeCapability>,
  choices: OperatorChoices,
  search: ServedSearch,
): CapabilityStatementRestResource => {
  const { interactions, conditionalDelete } = types.get(said.type)!;
  const searchParameters = search.parametersOf(said.type);
  const indexing = search.indexing(said.type).map(indexingExtension);
  return {
    ...said,
    ...(indexing.length === 0 ? {} : { extension: [...(said.extension ?? []), ...indexing] }),
    ...(referencePolicy === undefined ? {} : { referencePolicy: referencePolicy.map(policyUnder(choices)) }),
    ...(said.conditionalDelete === undefined ? {} : { conditionalDelete }),
    ...(interactions.has('read') ? { conditionalRead: 'full-support' } : {}),
    ...(searchParameters.size === 0 ? {} : { searchParam: [...searchParameters.values()].map(servedParameter) }),
    ...(interactions.has('search-type') ? includesOf(said.type, types, search) : {}),
    ...(operation === undefined ? {} : { operation }),
  };
};

const INDEXING = 'https://kiungo.example/fhir/StructureDefinition/search-parameter-indexing';

const indexingExtension = ([code, percent]: readonly [string, number]): Extension => ({
  url: INDEXING,
  extension: [
    { url: 'code', valueCode: code },
    { url: 'percent', valueInteger: percent },
  ],
});

const referencesOf = (resourceType: string, { parametersOf }: ServedSearch): SearchParameter[] =>
  [...parametersOf(resourceType).values()].filter(({ type }) => type === 'reference');

/** What a search of the type can bring along. */
const includesOf = (
  type: string,
  types: ReadonlyMap<string, TypeCapability>,
  search: ServedSearch,
): Pick<CapabilityStatementRestResource, 'searchInclude' | 'searchRevInclude'> => {
  const own = referencesOf(type, search).map(({ code }) => `${type}:${code}`);
  const reverse = [...types.values()].flatMap(other =>
    referencesOf(other.resourceType, search)
      .filter(({ target = [] }) => (target as string[]).includes(type))
      .map(({ code }) => `${other.resourceType}:${code}`),
  );
  return {
    ...(own.length === 0 ? {} : { searchInclude: ['*', ...own] }),
    ...(reverse.length === 0 ? {} : { searchRevInclude: ['*', ...reverse] }),
  };
};

type ReferencePolicy = NonNullable<CapabilityStatementRestResource['referencePolicy']>[number];

/** References that may lead nowhere, or whose targets may be deleted, are not held together. */
const policyUnder =
  ({ references, deleteReferenced }: OperatorChoices) =>
  (policy: ReferencePolicy): ReferencePolicy =>
    policy === 'enforced' && (references !== 'enforce' || deleteReferenced === 'allow') ? 'literal' : policy;

const servedParameter = ({ code, url, type }: SearchParameter): CapabilityStatementRestResourceSearchParam => ({
  name: code,
  definition: url,
  type,
});
