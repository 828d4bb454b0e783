import type { Definitions } from '../definitions/definitions.ts';
import { SnapshotError } from '../definitions/snapshot-error.ts';
import type { Issue } from '../fhir/issue.ts';
import type { Resource } from '../fhir/resource.ts';
import { claimedProfiles } from './claimed-profiles.ts';
import { issueRules } from './issue-rules.ts';

/** Why a profile was applied. */
export interface ProfilesToApply {
  /** The one that this server requires of the type. */
  required: string | undefined;
  /** Those that the client asked for. */
  asked: readonly string[];
}

/** The type that a profile constrains; undefined where it is not loaded or cannot be used. */
const typeOf = (definitions: Definitions, url: string): string | undefined => {
  try {
    return definitions.structureDefinition(url)?.type;
  } catch (error) {
    if (error instanceof SnapshotError) return undefined;
    throw error;
  }
};

/**
 * Says which definitions a resource was judged by. Those that are not loaded or cannot be used are left out, since issues of their own
 * name them.
 */
export const appliedProfiles = (
  resource: Resource,
  { required, asked }: ProfilesToApply,
  definitions: Definitions,
): Issue => {
  const { resourceType } = resource;
  const isApplied = (url: string): boolean => typeOf(definitions, url) === resourceType;
  const named = [
    ...(required === undefined ? [] : [`${required} (required here)`]),
    ...asked.filter(isApplied).map(url => `${url} (asked for)`),
    ...claimedProfiles(resource)
      .filter(url => isApplied(url) && url !== required && !asked.includes(url))
      .map(url => `${url} (claimed by meta.profile)`),
  ];
  const known = definitions.resourceTypes.includes(resourceType);
  return {
    severity: 'information',
    code: issueRules['profiles-applied'].code,
    rule: 'profiles-applied',
    diagnostics: known
      ? `Judged by R4's definition of ${resourceType}${named.map(name => `, by ${name}`).join('')}.`
      : 'Not judged by any definition.',
    ...(known ? { expression: resourceType } : {}),
  };
};
