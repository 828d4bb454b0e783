import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { ParsedResource } from '../fhir/parse-resource.ts';
import type { BundleEntry } from './bundle-entry.ts';
import { conditionalDelete } from './conditional-delete.ts';
import { conditionalRead } from './conditional-read.ts';
import { conditionalUpdateParsed } from './conditional-update.ts';
import type { Deps, InteractionResult, Prefer } from './context.ts';
import { createParsed } from './create.ts';
import { requireCriteria } from './criteria.ts';
import { deleteResource } from './delete.ts';
import { patchOfEntry } from './entry-patch.ts';
import { meantId } from './find-targets.ts';
import { historyInstance } from './history-instance.ts';
import { historySystem } from './history-system.ts';
import { historyType } from './history-type.ts';
import { dialectOf, writeNormalized } from './normalize.ts';
import { conditionalPatch, patchResource } from './patch.ts';
import { read } from './read.ts';
import { subsetOf } from './read-subset.ts';
import { searchSystem } from './search-system.ts';
import { searchType } from './search-type.ts';
import { updateParsed } from './update.ts';
import { vread } from './vread.ts';

/** The resource of an entry, its references resolved, and what the whole Bundle prefers. */
export interface EntryRun {
  entry: BundleEntry;
  /** Present where the entry creates or updates. */
  parsed?: ParsedResource;
  prefer: Prefer;
}

/** Says of a refusal that comes of an If-None-Match alone where that stands in the entry. */
const placed = ({ ifMatch, ifNoneMatch }: BundleEntry['conditions'], error: unknown): unknown =>
  error instanceof FhirError && ifMatch === undefined && ifNoneMatch !== undefined
    ? new FhirError(
        error.status,
        error.issues.map(issue =>
          issue.expression === undefined && ['precondition-failed', 'header-malformed'].includes(issue.rule)
            ? { ...issue, expression: 'request.ifNoneMatch' }
            : issue,
        ),
        { headers: error.headers, cause: error.cause },
      )
    : error;

const writeEntry = async (
  deps: Deps,
  { entry, prefer }: EntryRun,
  parsed: ParsedResource,
): Promise<InteractionResult> => {
  const { resourceType, conditions, parameters } = entry;
  const { ifNoneExist, ifMatch, ifNoneMatch } = conditions;
  const dialect = dialectOf(prefer, deps);
  if (entry.interaction === 'create') {
    const options = ifNoneExist === undefined ? {} : { ifNoneExist };
    return writeNormalized(deps, { dialect, parsed }, each => createParsed(deps, each, options));
  }
  const options = {
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
  };
  const named = entry.id ?? parsed.resource.id;
  const id = dialect === undefined || typeof named !== 'string' ? named : await meantId(deps, resourceType, named);
  const normalized = { dialect, parsed, ...(typeof id === 'string' ? { id } : {}) };
  try {
    if (entry.id !== undefined) {
      return await writeNormalized(deps, normalized, each => updateParsed(deps, { id: id!, parsed: each, ...options }));
    }
    const query = requireCriteria(deps, resourceType, parameters);
    return await writeNormalized(deps, normalized, each =>
      conditionalUpdateParsed(deps, { parsed: each, query, ...options }),
    );
  } catch (error) {
    throw placed(conditions, error);
  }
};

/** An instant of FHIR as a date of HTTP. */
const httpDate = (instant: string | undefined): string | undefined =>
  instant === undefined ? undefined : new Date(instant).toUTCString();

const readEntry = async (deps: Deps, { entry, prefer }: EntryRun): Promise<InteractionResult> => {
  const { resourceType, parameters, conditions } = entry;
  const id = entry.id!;
  const { handling } = prefer;
  switch (entry.interaction) {
    case 'search-type':
      return searchType(deps, { resourceType, parameters, handling });
    case 'search-system':
      return searchSystem(deps, { path: '', parameters, handling });
    case 'history-instance':
      return historyInstance(deps, { resourceType, id, parameters });
    case 'history-type':
      return historyType(deps, { resourceType, parameters });
    case 'history-system':
      return historySystem(deps, parameters);
  }
  const found =
    entry.versionId === undefined
      ? await read(deps, resourceType, id)
      : await vread(deps, resourceType, id, entry.versionId);
  const { ifNoneMatch } = conditions;
  return subsetOf(
    deps,
    { resourceType, parameters, handling },
    conditionalRead(found, { ifNoneMatch, ifModifiedSince: httpDate(conditions.ifModifiedSince) }),
  );
};

/**
 * Carries out one entry by the interaction that a request of its own would call. @throws {FhirError} as that does
 * https://hl7.org/fhir/R4/http.html#transaction
 */
export const runEntry = async (deps: Deps, run: EntryRun): Promise<InteractionResult> => {
  const { entry, parsed } = run;
  const { resourceType, id, interaction, parameters: criteria, conditions } = entry;
  if (parsed !== undefined) return writeEntry(deps, run, parsed);
  if (interaction !== 'patch' && interaction !== 'delete') return readEntry(deps, run);
  const options = conditions.ifMatch === undefined ? {} : { ifMatch: conditions.ifMatch };
  if (interaction === 'delete') {
    return id === undefined
      ? conditionalDelete(deps, { resourceType, criteria, ...options })
      : deleteResource(deps, { resourceType, id, ...options });
  }
  const patch = patchOfEntry(deps, entry);
  if (!deps.capability.patchFormats.has(patch.mediaType)) {
    const formats = [...deps.capability.patchFormats].join(', ');
    throw refuse('content-type-not-served', `The contentType of the patch must be one of these: ${formats}.`, {
      expression: 'resource.contentType',
    });
  }
  return id === undefined
    ? conditionalPatch(deps, { resourceType, criteria, ...patch, ...options })
    : patchResource(deps, { resourceType, id, ...patch, ...options });
};
