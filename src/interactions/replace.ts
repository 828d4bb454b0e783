import { type ParsedResource, parseStored } from '../fhir/parse-resource.ts';
import { sameResource } from '../fhir/same-content.ts';
import type { MatchCondition, StoredVersion } from '../store/store.ts';
import { checkIfMatch } from './check-if-match.ts';
import type { Deps, InteractionResult } from './context.ts';
import { enabledType } from './enabled-type.ts';
import { identityTaken } from './identity-taken.ts';
import { requireVersionWithinRows } from './require-rows.ts';
import { write } from './write.ts';

/** Under which id a resource is stored, and what is there now. */
export interface Replacement {
  id: string;
  /** The current version, a deletion included; undefined where there never was one. */
  current: StoredVersion | undefined;
  /** The If-Match header. */
  ifMatch?: string;
  /** The search that led to the resource: it must find the same when the write is committed. */
  matches?: MatchCondition;
  /** Go the whole way and store nothing. */
  isTrial?: boolean;
}

/**
 * Stores a resource as the version that follows `current`, or nothing where it says the same. Undefined where another write came
 * between, so that the caller has to look again.
 * @throws {FhirError} 412 for If-Match, 409 for a business identity that another resource has, and what `write` throws
 */
export const replace = async (
  deps: Deps,
  parsed: ParsedResource,
  { id, current, ifMatch, matches, isTrial }: Replacement,
): Promise<InteractionResult | undefined> => {
  const type = enabledType(deps, parsed.resource.resourceType);
  const exists = current !== undefined && current.method !== 'DELETE';
  checkIfMatch(ifMatch, current?.versionId ?? 0, exists);
  const stored = exists ? parseStored(current.body) : undefined;
  if (exists) await requireVersionWithinRows(deps, current, 'update');
  if (exists && stored !== undefined && sameResource(stored, parsed)) {
    return { status: 200, version: current, body: current.body };
  }
  const { result, version, text, issues, identities } = await write(deps, type, parsed, {
    id,
    previousVersionId: current?.versionId ?? 0,
    method: 'PUT',
    ...(stored === undefined ? {} : { previous: stored.exact }),
    ...(matches === undefined ? {} : { matches }),
    ...(isTrial ? { isTrial } : {}),
  });
  if (result.outcome === 'identity-taken') throw await identityTaken(deps, identities, result);
  return result.outcome === 'committed' ? { status: exists ? 200 : 201, version, body: text, issues } : undefined;
};
