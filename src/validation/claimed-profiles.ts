import { isJsonObject, type JsonObject } from '../fhir/resource.ts';

const none: readonly string[] = [];

/** The profiles that `meta.profile` claims, as far as they are text. */
export function claimedProfiles(resource: JsonObject): readonly string[] {
  const { meta } = resource;
  if (!isJsonObject(meta) || !Array.isArray(meta.profile)) return none;
  return meta.profile.filter(url => typeof url === 'string');
}
