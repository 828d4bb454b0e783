import type { DefinitionSource } from './definition-source.ts';

/** Definitions by type and url: the versions that there are, the one first that is meant where a reference names none. */
export type Canonicals = ReadonlyMap<string, readonly DefinitionSource[]>;

/** What definitions are told apart by before their version. */
export const canonicalKey = (resourceType: string, url: string): string => `${resourceType} ${url}`;

const only = (versions: readonly DefinitionSource[]): DefinitionSource | undefined =>
  versions.length === 1 ? versions[0] : undefined;

/**
 * The definition that a canonical names, `url` or `url|version`: of the loaded ones before the posted ones. A version that nobody has
 * is ignored where there is but one that can be meant.
 * https://hl7.org/fhir/R4/references.html#canonical
 */
export const findCanonical = (
  loaded: Canonicals,
  posted: Canonicals,
  resourceType: string,
  canonical: string,
): DefinitionSource | undefined => {
  const whole = canonicalKey(resourceType, canonical);
  const exact = loaded.get(whole) ?? posted.get(whole);
  if (exact !== undefined) return exact[0];
  const bar = canonical.indexOf('|');
  if (bar === -1) return undefined;
  const key = canonicalKey(resourceType, canonical.slice(0, bar));
  const version = canonical.slice(bar + 1);
  const hasVersion = (source: DefinitionSource): boolean => source.version === version;
  const [ofLoaded = [], ofPosted = []] = [loaded.get(key), posted.get(key)];
  return ofLoaded.find(hasVersion) ?? ofPosted.find(hasVersion) ?? only(ofLoaded.length === 0 ? ofPosted : ofLoaded);
};
