import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type ParsedTarFileItem, parseTar } from 'nanotar';
import { isJsonObject, type JsonObject, type Resource } from '../fhir/resource.ts';
import { type DefinitionSource, sourceOf } from './definition-source.ts';

/** The resource types of a package that define something; the others are its examples. */
const CONFORMANCE_TYPES = new Set([
  'StructureDefinition',
  'ValueSet',
  'CodeSystem',
  'ConceptMap',
  'NamingSystem',
  'SearchParameter',
  'OperationDefinition',
  'CompartmentDefinition',
  'CapabilityStatement',
]);

const RESOURCE_FILE = /^(?:\.\/)?package\/[^/]+\.json$/;
const MANIFEST = /\/package\.json$/;
const INDEX = /\/\.index\.json$/;

/** A published package, with what its `package.json` says of it; the name is empty where that file is not there. */
export interface FhirPackage {
  file: string;
  name: string;
  version: string;
  /** Version by name of the packages that it builds on. */
  dependencies: ReadonlyMap<string, string>;
  /** Empty where it does not say. */
  fhirVersions: readonly string[];
  sources: readonly DefinitionSource[];
}

/**
 * A published FHIR package with its conformance resources: a gzipped tar whose resources are `package/*.json`.
 * Throws an Error with the name of the file and what is wrong with it.
 * https://hl7.org/fhir/R4/downloads.html
 */
export const loadPackage = (file: string): FhirPackage => {
  const entries = unpack(file).filter(({ name }) => RESOURCE_FILE.test(name));
  if (entries.length === 0) throw new Error(`${file}: is not a FHIR package, it has no package/*.json`);
  const manifest = entries.find(({ name }) => MANIFEST.test(name));
  const said = manifest === undefined ? {} : parseEntry(file, manifest);
  return { file, ...readManifest(said), sources: sourcesOf(file, entries) };
};

const readManifest = ({ name, version, dependencies, fhirVersions, ...said }: JsonObject) => {
  // Early packages have a list under a name with dashes.
  const versions = fhirVersions ?? said['fhir-version-list'];
  return {
    name: typeof name === 'string' ? name : '',
    version: typeof version === 'string' ? version : '',
    dependencies: new Map(
      Object.entries(isJsonObject(dependencies) ? dependencies : {}).map(([key, value]) => [key, `${value}`]),
    ),
    fhirVersions: Array.isArray(versions) ? versions.map(String) : [],
  };
};

const sourcesOf = (file: string, entries: readonly ParsedTarFileItem[]): DefinitionSource[] =>
  entries
    .filter(({ name }) => !MANIFEST.test(name) && !INDEX.test(name))
    .map(entry => ({ place: `${file}: ${entry.name}`, resource: parseResource(file, entry) }))
    .filter(({ resource }) => CONFORMANCE_TYPES.has(resource.resourceType))
    .map(({ place, resource }) => sourceOf(place, resource));

const unpack = (file: string): ParsedTarFileItem[] => {
  let tar: Uint8Array;
  try {
    // A copy, because parseTar reads the whole buffer that lies under a view, and small results share one.
    tar = new Uint8Array(gunzipSync(readFileSync(file)));
  } catch (cause) {
    throw new Error(`${file}: cannot be unpacked, ${reasonOf(cause)}`, { cause });
  }
  try {
    return parseTar(tar);
  } catch (cause) {
    throw new Error(`${file}: is not a tar archive, ${reasonOf(cause)}`, { cause });
  }
};

const parseEntry = (file: string, { name, text }: ParsedTarFileItem): JsonObject => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file}: ${name} is not JSON, ${reasonOf(cause)}`, { cause });
  }
  if (!isJsonObject(value)) throw new Error(`${file}: ${name} is not a JSON object`);
  return value;
};

const parseResource = (file: string, entry: ParsedTarFileItem): Resource => {
  const value = parseEntry(file, entry);
  if (typeof value.resourceType !== 'string') throw new Error(`${file}: ${entry.name} is not a FHIR resource`);
  return value as Resource;
};

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
