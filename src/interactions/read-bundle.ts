import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { Issue } from '../fhir/issue.ts';
import type { JsonObject } from '../fhir/resource.ts';
import { splitBundle } from '../fhir/split-bundle.ts';
import type { BundleEntry } from './bundle-entry.ts';
import type { Deps } from './context.ts';
import { placeInBundle } from './place-in-bundle.ts';
import { readBundleEntry } from './read-bundle-entry.ts';

export type BundleType = 'batch' | 'transaction';

/** A batch or transaction as it was read: each entry, or why it cannot be carried out. */
export interface RequestBundle {
  type: BundleType;
  entries: readonly (BundleEntry | FhirError)[];
}

const requireType = (deps: Deps, { resourceType, type }: JsonObject): BundleType => {
  if (resourceType !== 'Bundle') {
    throw refuse('bundle-malformed', 'The body is not a Bundle. POST a single resource to the path of its type.', {
      expression: 'resourceType',
    });
  }
  if (type !== 'batch' && type !== 'transaction') {
    throw refuse(
      'bundle-malformed',
      'The type of the Bundle must be batch (each entry on its own) or transaction (all or nothing).',
      { expression: 'Bundle.type' },
    );
  }
  if (!deps.capability.interactions.has(type)) {
    throw refuse('interaction-not-enabled', `${type} is not enabled on this server.`);
  }
  return type;
};

const isError = ({ severity }: Issue): boolean => severity === 'error';

/** What R4 asks of the Bundle and its entries, their resources left out. @param index of the one entry that there is */
const faultsOf = ({ validator }: Deps, bundle: JsonObject, index?: number): FhirError | undefined => {
  const faults = validator.validate({ ...bundle, resourceType: 'Bundle' }, []).filter(isError);
  if (faults.length === 0) return undefined;
  const placed = faults.map(issue => {
    const expression = issue.expression?.replace(/^Bundle\.entry\[0\]/, `Bundle.entry[${index}]`);
    return expression === undefined ? issue : { ...issue, expression };
  });
  return new FhirError(422, placed);
};

const tooMany = (most: number): FhirError =>
  refuse(
    'bundle-too-many-entries',
    `The Bundle has more than ${most} entries, the most that this server takes at once (KIUNGO_MAX_BUNDLE_ENTRIES). Send several.`,
    { expression: 'Bundle.entry' },
  );

const sameFullUrl = (first: number, index: number): FhirError =>
  refuse('bundle-entry-malformed', `Bundle.entry[${first}] has the same fullUrl. Give each entry its own.`, {
    expression: placeInBundle('fullUrl', index),
  });

/**
 * Reads a batch or transaction, entry by entry. What is wrong with an entry stands in its place.
 * @param turn lets other requests have their turn
 * @throws {FhirError} 400 where the body is no such Bundle, 405 where that is not enabled, 422 where it is not valid or has too many entries
 * https://hl7.org/fhir/R4/http.html#transaction
 */
export const readRequestBundle = async (
  deps: Deps,
  body: Buffer,
  turn: () => Promise<void>,
): Promise<RequestBundle> => {
  const { maxDepth, maxBundleEntries } = deps.settings;
  const split = await splitBundle(body, maxDepth, turn);
  const type = requireType(deps, split.bundle);
  const { entry: _read, ...head } = split.bundle;
  const fault = faultsOf(deps, head);
  if (fault !== undefined) throw fault;
  if (split.count > maxBundleEntries) throw tooMany(maxBundleEntries);
  const entries: (BundleEntry | FhirError)[] = [];
  const fullUrls = new Map<string, number>();
  for (let next = split.next(); next !== undefined; next = split.next()) {
    const index = entries.length;
    await turn();
    try {
      const entry = readBundleEntry(deps, next, index, split.malformed);
      const malformed = faultsOf(deps, { type, entry: [next.entry] }, index);
      if (malformed !== undefined) throw malformed;
      const { fullUrl } = entry;
      const first = fullUrl === undefined ? undefined : fullUrls.get(fullUrl);
      if (first !== undefined) throw sameFullUrl(first, index);
      if (fullUrl !== undefined) fullUrls.set(fullUrl, index);
      entries.push(entry);
    } catch (error) {
      if (!(error instanceof FhirError) || error.issues[0]?.rule === 'json-malformed') throw error;
      entries.push(error);
    }
  }
  return { type, entries };
};
