import type { OperationDefinition, SearchParameter } from 'fhir/r4.js';
import { type Canonicals, canonicalKey, findCanonical } from './canonicals.ts';
import type { DefinitionSource } from './definition-source.ts';
import type { GrowingDefinitions } from './definitions.ts';
import { growingDefinitions } from './growing-definitions.ts';
import { loadedDefinitions } from './known-definitions.ts';
import { loadPackages } from './load-packages.ts';
import { readFolder } from './read-folder.ts';

/**
 * Makes known what the folders (files `<Type>-<id>.json` or `<id>.json`) and the FHIR packages (`.tgz` files) define. Give
 * `profiles/r4` first: where a url is there in several versions, a reference without a version means the first loaded.
 * Throws an Error naming the file that cannot be read, or both files where two define the same version of one canonical.
 */
export const loadDefinitions = ({
  folders,
  packages,
  warn = () => {},
}: {
  folders: string[];
  packages: string[];
  /** Told what an operator should know of the packages. */
  warn?: (text: string) => void;
}): GrowingDefinitions => {
  const inFolders = folders.flatMap(readFolder);
  const sources = [...inFolders, ...loadPackages(packages, inFolders, warn)];
  const byId = new Map<string, DefinitionSource>();
  for (const source of sources) {
    const key = `${source.resourceType}/${source.id}`;
    if (!byId.has(key)) byId.set(key, source);
  }
  const baseTypes = new Map(sources.flatMap(({ id, baseType }) => (baseType === undefined ? [] : [[id, baseType]])));
  const canonicals = canonicalsOf(sources);
  return growingDefinitions(loadedDefinitions(canonicals), {
    resourceTypes: [...baseTypes.keys()].sort(),
    operationDefinition: url =>
      findCanonical(canonicals, new Map(), 'OperationDefinition', url)?.read() as OperationDefinition | undefined,
    searchParameters: searchParametersOf(sources, baseTypes),
    conformanceResource: (resourceType, id) => byId.get(`${resourceType}/${id}`)?.read(),
    baseOf: resourceType => baseTypes.get(resourceType) ?? 'Resource',
  });
};

const canonicalsOf = (sources: readonly DefinitionSource[]): Canonicals => {
  const byUrl = new Map<string, DefinitionSource[]>();
  for (const source of sources) {
    if (source.url === undefined) continue;
    const key = canonicalKey(source.resourceType, source.url);
    const others = byUrl.get(key);
    if (others === undefined) {
      byUrl.set(key, [source]);
      continue;
    }
    const same = others.find(({ version }) => version === source.version || !version || !source.version);
    if (same !== undefined) {
      throw new Error(`${source.url} is defined twice: in ${same.file} and in ${source.file}`);
    }
    others.push(source);
  }
  return byUrl;
};

type ParametersByCode = ReadonlyMap<string, SearchParameter>;

const searchParametersOf = (
  sources: readonly DefinitionSource[],
  baseTypes: ReadonlyMap<string, string>,
): ((resourceType: string) => ParametersByCode) => {
  const known = new Map<string, ParametersByCode>();
  let byBase: ReadonlyMap<string, ParametersByCode> | undefined;
  return resourceType => {
    let parameters = known.get(resourceType);
    if (parameters === undefined) {
      byBase ??= groupSearchParameters(sources);
      const bases = new Set([resourceType, baseTypes.get(resourceType) ?? 'Resource', 'Resource']);
      parameters = new Map([...bases].flatMap(base => [...(byBase?.get(base) ?? [])]));
      known.set(resourceType, parameters);
    }
    return parameters;
  };
};

/** Per base type its parameters by code. The first loaded stays, so that none of R4's is replaced. */
const groupSearchParameters = (sources: readonly DefinitionSource[]): Map<string, Map<string, SearchParameter>> => {
  const byBase = new Map<string, Map<string, SearchParameter>>();
  for (const source of sources) {
    if (source.resourceType !== 'SearchParameter') continue;
    const parameter = source.read() as unknown as SearchParameter;
    for (const base of parameter.base) {
      const byCode = byBase.get(base) ?? new Map<string, SearchParameter>();
      byBase.set(base, byCode);
      if (!byCode.has(parameter.code)) byCode.set(parameter.code, parameter);
    }
  }
  return byBase;
};
