import type { SearchParameter, StructureDefinition } from 'fhir/r4.js';
import type { GrowingDefinitions, PostedDefinition } from './definitions.ts';
import { usableStructure } from './usable-structure.ts';

const withoutVersion = (canonical: string): string => canonical.replace(/\|.*$/, '');

const canonicalOf = ({ url, version }: StructureDefinition): string =>
  version === undefined ? url : `${url}|${version}`;

/**
 * Posted profiles whose snapshot can be built now and could not be after a change of another one: by canonical, those that build on it
 * directly or over others. Of a search parameter, the composites that are made of it and could not be after the change.
 */
export const brokenBy = (definitions: GrowingDefinitions, change: PostedDefinition): string[] => {
  const { resourceType, id, resource } = change;
  if (resourceType === 'SearchParameter') return compositesWithout(definitions, change);
  if (resourceType !== 'StructureDefinition') return [];
  const stored = definitions.posted.filter(each => each.resourceType === resourceType);
  const before = stored.find(each => each.id === id)?.resource;
  const others = stored.filter(each => each.id !== id).map(each => each.resource as unknown as StructureDefinition);
  const bases = new Set([before?.url, resource?.url]);
  const building: StructureDefinition[] = [];
  // A set hands out what is added while it is gone through.
  for (const url of bases) {
    for (const other of others) {
      if (other.baseDefinition === undefined || withoutVersion(other.baseDefinition) !== url) continue;
      building.push(other);
      bases.add(other.url);
    }
  }
  if (building.length === 0) return [];
  const after = definitions.after(change);
  return building
    .map(canonicalOf)
    .filter(url => usableStructure(definitions, url) !== undefined && usableStructure(after, url) === undefined);
};

const compositesWithout = (
  { posted }: GrowingDefinitions,
  { resourceType, id, resource }: PostedDefinition,
): string[] => {
  const before = posted.find(each => each.resourceType === resourceType && each.id === id)?.resource;
  if (before === undefined || (before.url === resource?.url && before.type === resource?.type)) return [];
  return posted.flatMap(({ resource: other }) => {
    const { url, component = [] } = other as unknown as SearchParameter;
    const isMade = other.resourceType === resourceType && component.some(({ definition }) => definition === before.url);
    return isMade ? [url] : [];
  });
};
