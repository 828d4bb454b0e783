import type { OperationDefinition, SearchParameter, StructureDefinition } from 'fhir/r4.js';
import type { Resource } from '../fhir/resource.ts';
import { createTerminology } from '../terminology/create-terminology.ts';
import { buildSnapshot } from './build-snapshot.ts';
import type { DefinitionSource } from './definition-source.ts';
import type { Definitions, StructureWithSnapshot } from './definitions.ts';
import { loadPackages } from './load-packages.ts';
import { readFolder } from './read-folder.ts';

const R4_STRUCTURE = 'http://hl7.org/fhir/StructureDefinition/';

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
}): Definitions => {
  const inFolders = folders.flatMap(readFolder);
  const sources = [...inFolders, ...loadPackages(packages, inFolders, warn)];
  const byUrl = new Map<string, DefinitionSource[]>();
  const byId = new Map<string, DefinitionSource>();
  for (const source of sources) {
    const idKey = `${source.resourceType}/${source.id}`;
    if (!byId.has(idKey)) byId.set(idKey, source);
    if (source.url === undefined) continue;
    const urlKey = `${source.resourceType} ${source.url}`;
    const others = byUrl.get(urlKey);
    if (others === undefined) {
      byUrl.set(urlKey, [source]);
      continue;
    }
    const same = others.find(({ version }) => version === source.version || !version || !source.version);
    if (same !== undefined) {
      throw new Error(`${source.url} is defined twice: in ${same.file} and in ${source.file}`);
    }
    others.push(source);
  }

  const find = (resourceType: string, canonical: string): DefinitionSource | undefined => {
    const exact = byUrl.get(`${resourceType} ${canonical}`);
    if (exact !== undefined) return exact[0];
    const bar = canonical.indexOf('|');
    if (bar === -1) return undefined;
    const versions = byUrl.get(`${resourceType} ${canonical.slice(0, bar)}`);
    return versions?.length === 1 ? versions[0] : versions?.find(({ version }) => version === canonical.slice(bar + 1));
  };

  const baseTypes = new Map(sources.flatMap(({ id, baseType }) => (baseType === undefined ? [] : [[id, baseType]])));
  const parametersByBase = once(() => groupSearchParameters(sources));

  const searchParameters = remember((resourceType: string): ReadonlyMap<string, SearchParameter> => {
    const bases = new Set([resourceType, baseTypes.get(resourceType), 'Resource']);
    return new Map([...bases].flatMap(base => [...(parametersByBase().get(base ?? '') ?? [])]));
  });

  const structureOf = remember((source: DefinitionSource): StructureWithSnapshot => {
    const structure = source.read() as unknown as StructureDefinition;
    return structure.snapshot === undefined
      ? buildSnapshot(structure, definitions.structureDefinition)
      : (structure as StructureWithSnapshot);
  });
  const supplements = Map.groupBy(
    sources.filter(source => source.supplements !== undefined),
    source => source.supplements,
  );
  const terminology = createTerminology({ find, supplements: url => supplements.get(url) ?? [] });

  const definitions: Definitions = {
    resourceTypes: [...baseTypes.keys()].sort(),
    structureDefinition: (urlOrName): StructureWithSnapshot | undefined => {
      const isName = !urlOrName.includes(':');
      const source = find('StructureDefinition', isName ? R4_STRUCTURE + urlOrName : urlOrName);
      const structure = source && structureOf(source);
      return isName && structure?.derivation === 'constraint' ? undefined : structure;
    },
    valueSet: terminology.valueSet,
    codeSystem: terminology.codeSystem,
    operationDefinition: (url): OperationDefinition | undefined =>
      find('OperationDefinition', url)?.read() as unknown as OperationDefinition | undefined,
    searchParameters: resourceType => searchParameters(resourceType) ?? new Map(),
    conformanceResource: (resourceType, id): Resource | undefined => byId.get(`${resourceType}/${id}`)?.read(),
  };
  return definitions;
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

const once = <T>(compute: () => T): (() => T) => {
  let value: { of: T } | undefined;
  return () => {
    value ??= { of: compute() };
    return value.of;
  };
};

/**
 * Computes for each key once. Keys are what is loaded, never what clients write, so that there is an end to them. Asked again while it
 * is still computing, as definitions that refer to each other in a circle do, the answer is undefined.
 */
const remember = <K, T>(compute: (key: K) => T): ((key: K) => T | undefined) => {
  const known = new Map<K, T | undefined>();
  return key => {
    if (known.has(key)) return known.get(key);
    known.set(key, undefined);
    try {
      const value = compute(key);
      known.set(key, value);
      return value;
    } catch (cause) {
      known.delete(key);
      throw cause;
    }
  };
};
