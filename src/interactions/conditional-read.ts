import type { InteractionResult } from './context.ts';
import { namesEtag, versionToEtag } from './etag.ts';

/** Headers that say what the client has already. */
export interface ReadConditions {
  /** Entity tags with commas between, or `*`. Goes before `ifModifiedSince`. */
  ifNoneMatch?: string | undefined;
  /** A date of HTTP: `Tue, 24 Nov 2026 07:41:05 GMT`. Anything else is passed over, as HTTP asks. */
  ifModifiedSince?: string | undefined;
}

const HTTP_DATE = /^[A-Z][a-z]+, .* GMT$/;
const SECOND = 1000;

/** Last-Modified is told in whole seconds, so that what was written later in the same second counts as known. */
const isKnownSince = (lastUpdated: number, since: string): boolean =>
  HTTP_DATE.test(since) && Math.floor(lastUpdated / SECOND) * SECOND <= Date.parse(since);

/**
 * What was read, or 304 without the body where the client has that version already. Definitions that the server was started with
 * have no version, and are always answered whole.
 * https://hl7.org/fhir/R4/http.html#cread
 */
export const conditionalRead = (
  result: InteractionResult,
  { ifNoneMatch, ifModifiedSince }: ReadConditions,
): InteractionResult => {
  const { version } = result;
  if (version === undefined) return result;
  const isKnown =
    ifNoneMatch === undefined
      ? ifModifiedSince !== undefined && isKnownSince(version.lastUpdated, ifModifiedSince)
      : namesEtag(ifNoneMatch, versionToEtag(version.versionId));
  return isKnown ? { status: 304, version } : result;
};
