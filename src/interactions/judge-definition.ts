import { brokenBy } from '../definitions/broken-by.ts';
import type { PostedDefinition, SearchParameter } from '../definitions/definitions.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { Resource } from '../fhir/resource.ts';
import type { Identity } from '../insurance/insurance-rule.ts';
import { definitionFault } from '../validation/definition-fault.ts';
import type { Deps } from './context.ts';
import type { LocalReference } from './resource-references.ts';
import { searchParameterFault } from './search-parameter-fault.ts';

/** What the commit of a definition must hold it to. */
export interface DefinitionDemands {
  identities: readonly Identity[];
  /** What must not be deleted in the meantime. */
  references: readonly LocalReference[];
}

/**
 * Judges a definition that is to be stored, valid as a resource, by what is known now.
 * @throws {FhirError} 409 `definition-loaded` where it would replace what was loaded at start, 422 `definition-unusable` where it cannot
 * be judged by, 409 `definition-needed` where others could not be any more
 */
export const judgeDefinition = async (deps: Deps, resource: Resource, id: string): Promise<DefinitionDemands> => {
  await deps.readDefinitions();
  const { definitions } = deps;
  requireOwn(deps, resource, id);
  const fault =
    resource.resourceType === 'SearchParameter'
      ? searchParameterFault(definitions, id, resource)
      : definitionFault(definitions, id, resource);
  if (fault !== undefined) throw refuse('definition-unusable', fault.text, { expression: fault.expression });
  requireUnneeded(deps, { resourceType: resource.resourceType, id, resource: { ...resource, id } });
  return { identities: definitionIdentities(resource), references: baseOf(deps, resource, id) };
};

/** Judges the deletion of a definition. @throws {FhirError} 409 `definition-needed` where others build on it */
export const judgeDefinitionDeletion = async (deps: Deps, resourceType: string, id: string): Promise<void> => {
  await deps.readDefinitions();
  requireUnneeded(deps, { resourceType, id });
};

const requireOwn = ({ definitions }: Deps, resource: Resource, id: string): void => {
  const { resourceType, url } = resource;
  if (definitions.loadedFrom(resource) !== undefined) {
    throw refuse(
      'definition-loaded',
      `This server was started with the ${resourceType} ${url}. What is stored adds to that and replaces none of it: give yours a url of its own.`,
      { expression: `${resourceType}.url` },
    );
  }
  if (definitions.conformanceResource(resourceType, id) !== undefined) {
    throw refuse(
      'definition-loaded',
      `${resourceType}/${id} is one that this server was started with. Store yours under another id.`,
      { expression: `${resourceType}.id` },
    );
  }
};

const requireUnneeded = ({ definitions }: Deps, change: PostedDefinition): void => {
  const broken = brokenBy(definitions, change);
  if (broken.length === 0) return;
  throw refuse(
    'definition-needed',
    `These definitions build on ${change.resourceType}/${change.id} and could not after this: ${broken.join(', ')}. Change or delete them first.`,
  );
};

/** What only one stored definition may have. */
export const definitionIdentities = (resource: Resource): Identity[] => {
  const { resourceType, url, version } = resource;
  if (typeof url !== 'string') return [];
  const told = `the url ${url}${version === undefined ? '' : ` and version ${version}`}`;
  const byUrl = { key: `${resourceType} ${url}|${version ?? ''}`, told, expression: `${resourceType}.url` };
  return resourceType === 'SearchParameter' ? [byUrl, ...codesOf(resource as unknown as SearchParameter)] : [byUrl];
};

/** Two that are sent at the same moment cannot have one code either. */
const codesOf = ({ base, code }: SearchParameter): Identity[] =>
  base.map(type => ({
    key: `SearchParameter ${type} ${code}`,
    told: `the code ${code} for ${type}`,
    expression: 'SearchParameter.code',
  }));

/** The stored profile that the snapshot of this one is built on. */
const baseOf = ({ definitions }: Deps, { baseDefinition, snapshot }: Resource, id: string): LocalReference[] => {
  if (typeof baseDefinition !== 'string' || snapshot !== undefined) return [];
  const base = definitions.structureDefinition(baseDefinition);
  const stored = definitions.posted.find(
    ({ resourceType, resource }) =>
      resourceType === 'StructureDefinition' && resource.id === base?.id && resource.url === base?.url,
  );
  if (stored === undefined || stored.id === id) return [];
  const { resourceType } = stored;
  return [{ key: { resourceType, id: stored.id }, expression: 'StructureDefinition.baseDefinition' }];
};
