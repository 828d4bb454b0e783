import { isJsonObject, type JsonObject } from '../fhir/resource.ts';

const none: readonly string[] = [];

/** What stands in `meta.profile`, text or not. */
export function profileClaims({ meta }: JsonObject): readonly unknown[] {
  return isJsonObject(meta) && Array.isArray(meta.profile) ? meta.profile : none;
}

/** The profiles that `meta.profile` claims, as far as they are text. */
export function claimedProfiles(resource: JsonObject): readonly string[] {
  return profileClaims(resource).filter(url => typeof url === 'string');
}
