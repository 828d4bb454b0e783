import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type Resource } from '../fhir/resource.ts';
import { type DefinitionSource, sourceOf } from './definition-source.ts';

/**
 * What `scripts/build-definitions.ts` writes beside the resources: the resource types with the type that each specializes, and
 * per file its canonical url, and its version where that differs.
 */
interface FolderIndex {
  version: string;
  resourceTypes: Record<string, string>;
  files: [file: string, url: string, version?: string][];
}

/**
 * The conformance resources of a folder of files named `<Type>-<id>.json`, or `<id>.json` in a folder for one type. With an `index.json` no file is read until it is
 * needed (`bundle.json#id` names a resource in a Bundle); without one all files are read now.
 * Throws an Error that names the file when one cannot be read, is not a resource, or is named otherwise than its type and id.
 */
export const readFolder = (folder: string): DefinitionSource[] => {
  const names = readdirSync(folder).filter(name => name.endsWith('.json'));
  if (names.includes('index.json')) return readIndexedFolder(folder);
  return names.sort().map(name => {
    const file = join(folder, name);
    const resource = readResource(file);
    const { resourceType, id } = resource;
    if (name !== `${resourceType}-${id}.json` && name !== `${id}.json`) {
      throw new Error(`${file}: holds ${resourceType} with id ${id}, so its name must be ${resourceType}-${id}.json`);
    }
    return sourceOf(file, resource);
  });
};

const readIndexedFolder = (folder: string): DefinitionSource[] => {
  const index = readJson(join(folder, 'index.json')) as FolderIndex;
  const bundles = new Map<string, Map<string, Resource>>();
  const bundle = (name: string): Map<string, Resource> => {
    let resources = bundles.get(name);
    if (resources === undefined) {
      resources = readBundle(join(folder, name));
      bundles.set(name, resources);
    }
    return resources;
  };
  return index.files.map(([name, url, version = index.version]) => {
    const file = join(folder, name);
    const hash = name.indexOf('#');
    if (hash === -1) {
      const dash = name.indexOf('-');
      const resourceType = name.slice(0, dash);
      const id = name.slice(dash + 1, -'.json'.length);
      const baseType = resourceType === 'StructureDefinition' ? index.resourceTypes[id] : undefined;
      const read = (): Resource => readResource(file);
      const source = { file, resourceType, id, url, version, published: true as const, read };
      return baseType === undefined ? source : { ...source, baseType };
    }
    const id = name.slice(hash + 1);
    const read = (): Resource => bundle(name.slice(0, hash)).get(id)!;
    return { file, resourceType: 'SearchParameter', id, url, version, published: true as const, read };
  });
};

const readBundle = (file: string): Map<string, Resource> => {
  const { entry } = readJson(file) as unknown as { entry: { resource: Resource }[] };
  return new Map(entry.map(({ resource }) => [`${resource.id}`, resource]));
};

const readResource = (file: string): Resource => {
  const value = readJson(file);
  if (!isJsonObject(value) || typeof value.resourceType !== 'string')
    throw new Error(`${file}: is not a FHIR resource`);
  return value as Resource;
};

const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
};
