import type { CapabilityStatementRestResource, SearchParameter } from 'fhir/r4.js';
import type { Definitions } from './definitions.ts';
import { type NamedQuery, namedQueries } from './named-queries.ts';
import { type ImplementedOperation, type OperationLevel, operationLevels } from './operation-levels.ts';

/** What the code can do; a capability file may ask for no more. */
export interface Implemented {
  /** Interaction codes of R4, for example `read`, `search-type`. */
  interactions: ReadonlySet<string>;
  /** By code without the dollar sign, for example `submit`. */
  operations: ReadonlyMap<string, ImplementedOperation>;
  /** By media type. */
  patchFormats: ReadonlyMap<string, unknown>;
  /** Why a search parameter cannot be used; undefined when it can. */
  whyNotSearchable(parameter: SearchParameter): string | undefined;
}

/** What the operator's settings decide beside the capability file. */
export interface OperatorChoices {
  /** What becomes of a reference to what is not there, of types whose references are to be enforced. */
  references: 'enforce' | 'warn' | 'off';
  /** What becomes of the deletion of a resource that others refer to. */
  deleteReferenced: 'refuse' | 'allow';
  /** What a delete by search parameters may end, of types that allow `single`. */
  conditionalDelete: 'single' | 'multiple';
  /** Whether `$purge` is offered on every type that can be deleted. */
  purge: 'yes' | 'no';
}

/** What is enabled for one resource type. */
export interface TypeCapability {
  resourceType: string;
  interactions: ReadonlySet<string>;
  /** Canonical of the profile that every write must meet; undefined where R4's own definition is all. */
  profile?: string;
  /** Canonicals of the profiles that are known and judged where `meta.profile` claims them. */
  supportedProfiles: readonly string[];
  /** By code; empty where the type cannot be searched. */
  searchParameters: ReadonlyMap<string, SearchParameter>;
  /** The file names the search parameters: those that are posted come not to them. */
  listsSearchParameters: boolean;
  /** Where the operations of the type can be called, by code without the dollar sign: on the type, on an instance, or on both. */
  operations: ReadonlyMap<string, ReadonlySet<OperationLevel>>;
  /** What `_query` may name. */
  queries: ReadonlyMap<string, NamedQuery>;
  /** References to this server must resolve when a resource of the type is stored. */
  enforceReferences: boolean;
  /** Those that do not are told as warnings. */
  warnOfReferences: boolean;
  conditionalCreate: boolean;
  /** Update, and patch where it is enabled, of the resource that search parameters name. */
  conditionalUpdate: boolean;
  /** What a delete by search parameters may end: one resource, or as many as match. */
  conditionalDelete: 'not-supported' | 'single' | 'multiple';
  /** A PUT to an id that is not there creates the resource. */
  updateCreate: boolean;
}

const R4_STRUCTURE = 'http://hl7.org/fhir/StructureDefinition/';

/** What may be said of a type: whatever else has no code behind it. */
const SAID: { [K in keyof CapabilityStatementRestResource]?: readonly unknown[] } = {
  versioning: ['versioned-update', 'versioned'],
  readHistory: [true],
  updateCreate: [true, false],
  conditionalCreate: [true, false],
  // Needs no switch; `servedStatement` says it of every type that is read.
  conditionalRead: ['full-support'],
  conditionalUpdate: [true, false],
  conditionalDelete: ['not-supported', 'single', 'multiple'],
};
const REFERENCE_POLICIES = ['literal', 'local', 'enforced'];

/**
 * What the entry of one resource type in a capability file enables. `element` is where it stands, for messages.
 * Throws an Error naming the element that asks for what is not implemented or not loaded.
 */
export const typeCapability = (
  resource: CapabilityStatementRestResource,
  element: string,
  definitions: Definitions,
  implemented: Implemented,
  choices: OperatorChoices,
): TypeCapability => {
  const { type, profile, supportedProfile = [], interaction = [], operation = [] } = resource;
  const refuse = (member: string, reason: string): never => {
    throw new Error(`${element}.${member}: ${reason}`);
  };

  if (!definitions.resourceTypes.includes(type)) refuse('type', `${type} is not a resource type of R4`);
  const own = profile === R4_STRUCTURE + type ? undefined : profile;
  if (own !== undefined && !isProfileOf(own, type, definitions)) refuse('profile', notAProfile(own, type));
  for (const [index, url] of supportedProfile.entries()) {
    if (!isProfileOf(url, type, definitions)) refuse(`supportedProfile[${index}]`, notAProfile(url, type));
  }
  for (const [index, { code }] of interaction.entries()) {
    if (!implemented.interactions.has(code)) refuse(`interaction[${index}]`, `${code} is not implemented`);
  }
  for (const [member, values] of Object.entries(SAID) as [keyof CapabilityStatementRestResource, unknown[]][]) {
    const said = resource[member];
    if (said !== undefined && !values.includes(said)) refuse(member, `${said} is not implemented`);
  }
  for (const member of ['searchInclude', 'searchRevInclude'] as const) {
    if (resource[member] !== undefined) refuse(member, 'is not implemented');
  }
  for (const [index, policy] of (resource.referencePolicy ?? []).entries()) {
    if (!REFERENCE_POLICIES.includes(policy)) refuse(`referencePolicy[${index}]`, `${policy} is not implemented`);
  }

  const interactions = new Set<string>(interaction.map(({ code }) => code));
  const isEnforced = resource.referencePolicy?.includes('enforced') ?? false;
  return {
    resourceType: type,
    interactions,
    ...(own === undefined ? {} : { profile: own }),
    supportedProfiles: supportedProfile,
    searchParameters: interactions.has('search-type')
      ? searchParametersOf(resource, element, definitions, implemented)
      : new Map(),
    listsSearchParameters: resource.searchParam !== undefined,
    operations: operationLevels(operation, { element, resourceType: type, definitions, implemented }),
    queries: namedQueries(operation, { element, resourceType: type, definitions }),
    enforceReferences: isEnforced && choices.references === 'enforce',
    warnOfReferences: isEnforced && choices.references === 'warn',
    conditionalCreate: resource.conditionalCreate ?? false,
    conditionalUpdate: resource.conditionalUpdate ?? false,
    conditionalDelete:
      resource.conditionalDelete === 'single'
        ? choices.conditionalDelete
        : (resource.conditionalDelete ?? 'not-supported'),
    updateCreate: resource.updateCreate ?? false,
  };
};

const notAProfile = (url: string, type: string): string => `${url} is not loaded, or not a profile of ${type}`;

/** Files that are read at start are asked by id, so that no snapshot is built before it is needed. */
const isProfileOf = (url: string, type: string, definitions: Definitions): boolean => {
  const byId = definitions.conformanceResource('StructureDefinition', lastStep(url));
  const structure = byId?.url === url ? byId : definitions.structureDefinition(url);
  return structure?.type === type;
};

const lastStep = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

const searchParametersOf = (
  { type, searchParam }: CapabilityStatementRestResource,
  element: string,
  definitions: Definitions,
  implemented: Implemented,
): ReadonlyMap<string, SearchParameter> => {
  const loaded = definitions.searchParameters(type);
  const isImplemented = (parameter: SearchParameter): boolean => implemented.whyNotSearchable(parameter) === undefined;
  if (searchParam === undefined) {
    return new Map(
      [...loaded].filter(([, parameter]) => isImplemented(parameter)).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }
  return new Map(
    searchParam.map(({ name, definition }, index) => {
      const parameter = loaded.get(name);
      const at = `${element}.searchParam[${index}]`;
      if (parameter === undefined) throw new Error(`${at}: ${type} has no search parameter ${name}`);
      if (definition !== undefined && definition !== parameter.url) {
        throw new Error(`${at}.definition: ${name} of ${type} is ${parameter.url}`);
      }
      if (!isImplemented(parameter)) throw new Error(`${at}: ${name} of type ${parameter.type} is not implemented`);
      return [name, parameter];
    }),
  );
};
