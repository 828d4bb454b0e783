import { refuse } from '../fhir/fhir-error.ts';
import type { Deps } from './context.ts';
import { versionToEtag } from './etag.ts';

/**
 * The version that If-Match names: a number, or `*` for any that exists.
 * https://hl7.org/fhir/R4/http.html#concurrency
 */
const readIfMatch = (header: string): number | '*' => {
  const value = header.trim();
  if (value === '*') return '*';
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(value)?.[1];
  if (version === undefined) {
    throw refuse('header-malformed', 'If-Match must hold one version as it stands in ETag: W/"3".');
  }
  return Number(version);
};

/** @throws {FhirError} 412 if the stored version is not the one that the client knows */
export const checkIfMatch = (ifMatch: string | undefined, currentVersionId: number, exists: boolean): void => {
  if (ifMatch === undefined) return;
  const wanted = readIfMatch(ifMatch);
  if (wanted === '*' ? exists : wanted === currentVersionId && exists) return;
  throw refuse(
    'precondition-failed',
    exists
      ? `The resource has changed: its version is ${currentVersionId}, not the one in If-Match. Read it again and repeat your change.`
      : 'There is no such resource that If-Match could hold for.',
    { headers: exists ? { etag: versionToEtag(currentVersionId) } : {} },
  );
};

/**
 * Lets an update through whose `If-None-Match: *` says that it is to create.
 * https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 * @throws {FhirError} 412 if there is such a resource; 400 for anything but `*`, which means nothing in an update
 */
export const checkIfNoneMatch = (ifNoneMatch: string | undefined, currentVersionId: number, exists: boolean): void => {
  if (ifNoneMatch === undefined) return;
  if (ifNoneMatch.trim() !== '*') {
    throw refuse(
      'header-malformed',
      'If-None-Match of an update must be *: store it only if there is no such resource.',
    );
  }
  if (!exists) return;
  throw refuse('precondition-failed', 'There is such a resource already, and If-None-Match asks that there be none.', {
    headers: { etag: versionToEtag(currentVersionId) },
  });
};

/** Where the operator wants it: who changes what is stored says which version he knows. @throws {FhirError} 428 */
export const requireIfMatch = ({ settings }: Pick<Deps, 'settings'>, ifMatch: string | undefined): void => {
  if (ifMatch !== undefined || !settings.requireIfMatch) return;
  throw refuse(
    'precondition-required',
    'This server changes and deletes a resource only if told which version of it is meant. ' +
      'Read it, and send its ETag in If-Match.',
  );
};
