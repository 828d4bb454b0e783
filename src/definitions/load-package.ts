import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type ParsedTarFileItem, parseTar } from 'nanotar';
import { isJsonObject, type Resource } from '../fhir/resource.ts';
import type { DefinitionSource } from './definition-source.ts';

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
const PACKAGE_FILES = /\/(?:package|\.index)\.json$/;

/**
 * The conformance resources of a published FHIR package: a gzipped tar whose resources are `package/*.json`.
 * Throws an Error with the name of the file and what is wrong with it.
 * https://hl7.org/fhir/R4/downloads.html
 */
export const loadPackage = (file: string): DefinitionSource[] => {
  const names = unpack(file).filter(({ name }) => RESOURCE_FILE.test(name));
  if (names.length === 0) throw new Error(`${file}: is not a FHIR package, it has no package/*.json`);
  return names
    .filter(({ name }) => !PACKAGE_FILES.test(name))
    .map(entry => ({ place: `${file}: ${entry.name}`, resource: parseEntry(file, entry) }))
    .filter(({ resource }) => CONFORMANCE_TYPES.has(resource.resourceType))
    .map(({ place, resource }) => {
      const { resourceType, id, url, version } = resource;
      return {
        file: place,
        resourceType,
        id: `${id}`,
        ...(typeof url === 'string' ? { url } : {}),
        ...(typeof version === 'string' ? { version } : {}),
        read: () => resource,
      };
    });
};

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

const parseEntry = (file: string, { name, text }: ParsedTarFileItem): Resource => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file}: ${name} is not JSON, ${reasonOf(cause)}`, { cause });
  }
  if (!isJsonObject(value) || typeof value.resourceType !== 'string') {
    throw new Error(`${file}: ${name} is not a FHIR resource`);
  }
  return value as Resource;
};

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
