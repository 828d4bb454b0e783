import type {
  CapabilityStatement,
  CapabilityStatementRest,
  CapabilityStatementRestResource,
  CapabilityStatementRestResourceSearchParam,
} from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import type { SearchParameter } from './definitions.ts';
import type { OperatorChoices, TypeCapability } from './type-capability.ts';

/** What this server says of itself. */
export interface ServedSoftware {
  /** The FHIR base that clients see. */
  baseUrl: string;
  version: string;
  /** Start of the server, in milliseconds since 1970. */
  date: number;
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
  let served: CapabilityStatementRest | undefined;
  return ({ baseUrl, version, date }) => {
    served ??= {
      ...rest,
      resource: (rest.resource ?? []).map(each => servedResource(each, types, choices)),
    };
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
      rest: [served],
    };
    return statement as unknown as Resource;
  };
};

const servedResource = (
  { searchParam: _, operation, referencePolicy, ...said }: CapabilityStatementRestResource,
  types: ReadonlyMap<string, TypeCapability>,
  choices: OperatorChoices,
): CapabilityStatementRestResource => {
  const { searchParameters, interactions, conditionalDelete } = types.get(said.type)!;
  return {
    ...said,
    ...(referencePolicy === undefined ? {} : { referencePolicy: referencePolicy.map(policyUnder(choices)) }),
    ...(said.conditionalDelete === undefined ? {} : { conditionalDelete }),
    ...(interactions.has('read') ? { conditionalRead: 'full-support' } : {}),
    ...(searchParameters.size === 0 ? {} : { searchParam: [...searchParameters.values()].map(servedParameter) }),
    ...(interactions.has('search-type') ? includesOf(said.type, types) : {}),
    ...(operation === undefined ? {} : { operation }),
  };
};

const referencesOf = ({ searchParameters }: TypeCapability): SearchParameter[] =>
  [...searchParameters.values()].filter(({ type }) => type === 'reference');

/** What a search of the type can bring along. */
const includesOf = (
  type: string,
  types: ReadonlyMap<string, TypeCapability>,
): Pick<CapabilityStatementRestResource, 'searchInclude' | 'searchRevInclude'> => {
  const own = referencesOf(types.get(type)!).map(({ code }) => `${type}:${code}`);
  const reverse = [...types.values()].flatMap(other =>
    referencesOf(other)
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
