import type {
  CodeSystem,
  CodeSystemConcept,
  CompartmentDefinition,
  ElementDefinition,
  ElementDefinitionBinding,
  ElementDefinitionConstraint,
  Extension,
  OperationDefinition,
  OperationDefinitionParameter,
  SearchParameter,
  ValueSet,
  ValueSetComposeInclude,
} from 'fhir/r4.js';
import { plainR4Capability } from './plain-r4-capability.ts';
import {
  readPublishedBundle,
  readPublishedResource,
  readPublishedStructures,
  type StructureWithSnapshot,
} from './published-r4.ts';
import { renderFormatted, renderResource } from './render-json.ts';

type ArtefactResource =
  | StructureWithSnapshot
  | ValueSet
  | CodeSystem
  | SearchParameter
  | OperationDefinition
  | CompartmentDefinition;

const FHIR_VERSION = '4.0.1';
const EXTENSION = 'http://hl7.org/fhir/StructureDefinition/';
const FHIR_TYPE = `${EXTENSION}structuredefinition-fhir-type`;
const KEPT_EXTENSIONS = new Set([
  `${EXTENSION}regex`,
  `${EXTENSION}elementdefinition-maxValueSet`,
  `${EXTENSION}elementdefinition-bestpractice`,
]);

/**
 * The files of the R4 artefact: path from the root of the project to text. Structure, bindings, constraints, search parameters,
 * operations, the compartment of patients and the terminology that bindings name; no prose. Everything sorted, so that the same input gives the same bytes.
 */
export const buildR4Artefact = (): Map<string, string> => {
  const structures = readPublishedStructures([
    'profiles-resources.json',
    'profiles-types.json',
    'profiles-others.json',
    'extension-definitions.json',
  ]).map(filterStructure);
  const types = structures.filter(structure => structure.kind === 'resource' && structure.derivation !== 'constraint');
  const typeNames = new Set(types.map(structure => structure.type));
  const searchParameters = filterSearchParameters(typeNames);
  const terminology = boundTerminology(structures);

  const files = new Map<string, string>();
  const rows: string[][] = [];
  const indexed = (file: string, { url, version }: ArtefactResource): void => {
    rows.push([file, url ?? '', ...(version === undefined || version === FHIR_VERSION ? [] : [version])]);
  };
  const others = [...filterOperations(typeNames), patientCompartment()];
  for (const resource of [...structures, ...terminology, ...others].sort(byTypeAndId)) {
    const file = `${resource.resourceType}-${resource.id}.json`;
    files.set(`profiles/r4/${file}`, renderResource(resource));
    indexed(file, resource);
  }
  for (const parameter of searchParameters) indexed(`search-parameters.json#${parameter.id}`, parameter);
  files.set(
    'profiles/r4/search-parameters.json',
    renderResource({
      resourceType: 'Bundle',
      type: 'collection',
      entry: searchParameters.map(resource => ({ resource })),
    }),
  );
  files.set(
    'profiles/r4/index.json',
    renderResource({
      version: FHIR_VERSION,
      resourceTypes: Object.fromEntries(
        types
          .filter(type => !type.abstract)
          .map(type => [type.type, type.baseDefinition?.replace(EXTENSION, '')])
          .sort(([a], [b]) => compare(a ?? '', b ?? '')),
      ),
      files: rows,
    }),
  );
  files.set('capability-statements/r4.json', `${renderFormatted(plainR4Capability(types))}\n`);
  return files;
};

const byTypeAndId = (a: ArtefactResource, b: ArtefactResource): number =>
  compare(a.resourceType, b.resourceType) || compare(a.id ?? '', b.id ?? '');

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What is kept of every conformance resource. */
const CANONICAL = ['resourceType', 'id', 'url', 'version', 'name', 'title', 'status'] as const;

/** Only the named members that are there, in the order of the names. */
const pick = <T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> =>
  Object.fromEntries(
    names.filter(name => from[name] !== undefined && from[name] !== false).map(name => [name, from[name]]),
  ) as Pick<T, K>;

const keptExtensions = (extensions: readonly Extension[] | undefined): { extension?: Extension[] } => {
  const extension = (extensions ?? []).filter(({ url }) => KEPT_EXTENSIONS.has(url));
  return extension.length === 0 ? {} : { extension };
};

const filterStructure = (structure: StructureWithSnapshot): StructureWithSnapshot => ({
  ...pick(structure, [
    ...CANONICAL,
    'fhirVersion',
    'kind',
    'context',
    'contextInvariant',
    'type',
    'baseDefinition',
    'derivation',
  ]),
  abstract: structure.abstract,
  snapshot: { element: structure.snapshot.element.map(filterElement) },
});

const VALUE_MEMBER = /^(fixed|pattern|defaultValue|minValue|maxValue)[A-Z]/;

const filterElement = (element: ElementDefinition): ElementDefinition => ({
  ...pick(element, ['id', 'path', 'representation', 'sliceName', 'sliceIsConstraining']),
  ...(element.slicing === undefined
    ? {}
    : {
        slicing: {
          ...pick(element.slicing, ['discriminator', 'ordered', 'rules']),
          rules: element.slicing.rules,
        },
      }),
  ...pick(element, ['min', 'max', 'base', 'contentReference']),
  ...(element.type === undefined ? {} : { type: element.type.map(type => filterType(element, type)) }),
  ...Object.fromEntries(Object.entries(element).filter(([name]) => VALUE_MEMBER.test(name))),
  ...pick(element, ['maxLength']),
  ...(element.constraint === undefined ? {} : { constraint: element.constraint.map(filterConstraint) }),
  ...pick(element, ['mustSupport', 'isModifier', 'isSummary']),
  ...(element.binding?.valueSet === undefined ? {} : { binding: filterBinding(element.binding) }),
});

/** R4 types ids and urls by a FHIRPath type; an extension has the FHIR type, which for the id of a resource is too wide. */
const filterType = (element: ElementDefinition, type: NonNullable<ElementDefinition['type']>[number]) => {
  const fhirType = type.extension?.find(({ url }) => url === FHIR_TYPE)?.valueUrl;
  const isResourceId = element.base?.path === 'Resource.id';
  const isValueOfPrimitive = element.path.endsWith('.value') && type.code.includes('fhirpath');
  const code = isResourceId ? 'id' : isValueOfPrimitive ? type.code : (fhirType ?? type.code);
  return {
    ...keptExtensions(type.extension),
    code,
    ...pick(type, ['profile', 'targetProfile', 'aggregation', 'versioning']),
  };
};

const filterConstraint = (constraint: ElementDefinitionConstraint): ElementDefinitionConstraint => ({
  ...keptExtensions(constraint.extension),
  ...pick(constraint, ['key', 'severity', 'human', 'expression']),
});

const filterBinding = (binding: ElementDefinitionBinding): ElementDefinitionBinding => ({
  ...keptExtensions(binding.extension),
  ...pick(binding, ['strength', 'valueSet']),
});

const filterSearchParameters = (types: ReadonlySet<string>): SearchParameter[] =>
  readPublishedBundle('search-parameters.json')
    .filter(resource => resource.resourceType === 'SearchParameter')
    .filter(({ version, base }) => version === FHIR_VERSION && base.every(type => types.has(type)))
    .map(parameter => ({
      ...pick(parameter, [
        'resourceType',
        'id',
        'url',
        'version',
        'name',
        'status',
        'code',
        'base',
        'type',
        'expression',
        'target',
        'multipleOr',
        'multipleAnd',
        'comparator',
        'modifier',
        'chain',
        'component',
      ]),
      // All others are searched as their type says.
      ...(parameter.xpathUsage === 'normal' ? {} : pick(parameter, ['xpathUsage'])),
      description: `${parameter.code} of ${parameter.base.join(', ')}`,
    }))
    .sort(byTypeAndId);

const filterOperations = (types: ReadonlySet<string>): OperationDefinition[] =>
  readPublishedBundle('profiles-resources.json')
    .filter(resource => resource.resourceType === 'OperationDefinition')
    .filter(({ version, resource = [] }) => version === FHIR_VERSION && resource.every(type => types.has(type)))
    .map(operation => {
      const { kind, code, system, type, instance } = operation;
      return {
        ...pick(operation, CANONICAL),
        kind,
        ...pick(operation, ['affectsState']),
        code,
        ...pick(operation, ['base', 'resource']),
        system,
        type,
        instance,
        ...(operation.parameter === undefined ? {} : { parameter: operation.parameter.map(filterParameter) }),
      };
    });

/** By which search parameters of which types a resource belongs to a patient. */
const patientCompartment = (): CompartmentDefinition => {
  const compartment = readPublishedResource('compartmentdefinition-patient.json') as CompartmentDefinition;
  return {
    ...pick(compartment, ['resourceType', 'id', 'url', 'version', 'name', 'status', 'code', 'search']),
    resource: (compartment.resource ?? [])
      .filter(({ param }) => param !== undefined)
      .map(member => pick(member, ['code', 'param'])),
  } as CompartmentDefinition;
};

const filterParameter = (parameter: OperationDefinitionParameter): OperationDefinitionParameter => {
  const { name, use, min, max } = parameter;
  return {
    name,
    use,
    min,
    max,
    ...pick(parameter, ['type', 'targetProfile', 'searchType', 'binding']),
    ...(parameter.part === undefined ? {} : { part: parameter.part.map(filterParameter) }),
  };
};

/** The value sets that elements are bound to, those that they include, and the code systems of all of them. */
const boundTerminology = (structures: readonly StructureWithSnapshot[]): (ValueSet | CodeSystem)[] => {
  const published = new Map<string, ValueSet | CodeSystem>();
  for (const resource of ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json'].flatMap(readPublishedBundle)) {
    if (resource.resourceType !== 'ValueSet' && resource.resourceType !== 'CodeSystem') continue;
    const key = `${resource.resourceType} ${resource.url}`;
    if (!published.has(key)) published.set(key, resource);
  }
  const kept = new Map<string, ValueSet | CodeSystem>();
  const keep = (key: string): void => {
    const resource = published.get(key);
    if (resource === undefined || kept.has(key)) return;
    kept.set(key, resource.resourceType === 'ValueSet' ? filterValueSet(resource) : filterCodeSystem(resource));
    if (resource.resourceType === 'CodeSystem') return;
    for (const include of [...(resource.compose?.include ?? []), ...(resource.compose?.exclude ?? [])]) {
      keep(`CodeSystem ${include.system}`);
      for (const url of include.valueSet ?? []) keep(`ValueSet ${withoutVersion(url)}`);
    }
  };
  for (const { binding } of structures.flatMap(structure => structure.snapshot.element)) {
    const widest = binding?.extension?.map(extension => extension.valueCanonical) ?? [];
    for (const url of [binding?.valueSet, ...widest]) if (url !== undefined) keep(`ValueSet ${withoutVersion(url)}`);
  }
  return [...kept.values()];
};

const withoutVersion = (canonical: string): string => canonical.split('|', 1)[0]!;

const filterValueSet = ({ expansion, ...valueSet }: ValueSet): ValueSet => ({
  ...pick(valueSet, CANONICAL),
  ...(valueSet.compose === undefined
    ? {}
    : {
        compose: {
          ...(valueSet.compose.inactive === undefined ? {} : { inactive: valueSet.compose.inactive }),
          include: valueSet.compose.include.map(filterInclude),
          ...(valueSet.compose.exclude === undefined ? {} : { exclude: valueSet.compose.exclude.map(filterInclude) }),
        },
      }),
  ...(valueSet.compose === undefined && expansion !== undefined ? { expansion } : {}),
});

const filterInclude = (include: ValueSetComposeInclude): ValueSetComposeInclude => ({
  ...pick(include, ['system', 'version']),
  ...(include.concept === undefined
    ? {}
    : { concept: include.concept.map(concept => pick(concept, ['code', 'display', 'designation'])) }),
  ...pick(include, ['filter', 'valueSet']),
});

const filterCodeSystem = (codeSystem: CodeSystem): CodeSystem => ({
  ...pick(codeSystem, CANONICAL),
  ...(codeSystem.caseSensitive === undefined ? {} : { caseSensitive: codeSystem.caseSensitive }),
  ...pick(codeSystem, ['valueSet', 'hierarchyMeaning', 'compositional']),
  content: codeSystem.content,
  ...pick(codeSystem, ['supplements']),
  ...(codeSystem.property === undefined || codeSystem.concept === undefined
    ? {}
    : { property: codeSystem.property.map(property => pick(property, ['code', 'uri', 'type'])) }),
  ...(codeSystem.concept === undefined ? {} : { concept: codeSystem.concept.map(filterConcept) }),
});

const filterConcept = (concept: CodeSystemConcept): CodeSystemConcept => ({
  ...pick(concept, ['code', 'display', 'designation', 'property']),
  ...(concept.concept === undefined ? {} : { concept: concept.concept.map(filterConcept) }),
});
