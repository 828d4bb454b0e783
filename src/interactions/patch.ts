import { parseExact } from '../fhir/exact-json.ts';
import { type FhirError, refuse } from '../fhir/fhir-error.ts';
import { parseJson, requireUniqueNames } from '../fhir/parse-json.ts';
import { type ParsedResource, parseStored } from '../fhir/parse-resource.ts';
import { isJsonObject, type Json, type Resource } from '../fhir/resource.ts';
import { isDeeperThan } from '../patch/json-members.ts';
import type { Patch } from '../patch/patch.ts';
import { patchFormats } from '../patch/patch-formats.ts';
import type { MatchCondition, StoredVersion } from '../store/store.ts';
import { checkIfMatch, requireIfMatch } from './check-if-match.ts';
import type { Deps, InteractionResult } from './context.ts';
import { type Criteria, findMatch, requireCriteria } from './criteria.ts';
import { shapesOf } from './element-shapes.ts';
import { versionResult } from './read.ts';
import { replace } from './replace.ts';
import { requirePermission } from './require-permission.ts';
import { untilUndisturbed } from './until-undisturbed.ts';

/** A patch as it was sent. */
export interface PatchBody {
  /** One that the capability file lists. */
  mediaType: string;
  body: Buffer;
  /** The If-Match header. */
  ifMatch?: string;
}

/** A patch of the resource with this id. */
export interface PatchRequest extends PatchBody {
  resourceType: string;
  id: string;
}

/** A patch of the resource that the criteria match. */
export interface ConditionalPatchRequest extends PatchBody {
  resourceType: string;
  criteria: Criteria;
}

/** Reads the body of a patch. @throws {FhirError} 400 where it is none of its media type */
const readPatch = ({ settings }: Deps, { mediaType, body }: PatchBody): Patch => {
  const parsed = parseJson(body, settings.maxDepth);
  requireUniqueNames(parsed);
  return patchFormats.get(mediaType)!(parsed.text);
};

/** What only the server assigns. Version and time may be missing after the patch, as they may be in an update. */
const requireAssigned = (before: Resource, after: Json): void => {
  const { resourceType } = before;
  const forbidden = (element: string): FhirError =>
    refuse('patch-forbidden', `A patch cannot change ${element}. Leave it as it is.`, {
      expression: `${resourceType}.${element}`,
    });
  if (!isJsonObject(after) || after.resourceType !== resourceType) throw forbidden('resourceType');
  if (after.id !== before.id) throw forbidden('id');
  const { meta } = after;
  if (!isJsonObject(meta)) return;
  for (const element of ['versionId', 'lastUpdated']) {
    const patched = meta[element];
    if (patched !== undefined && patched !== before.meta?.[element]) throw forbidden(`meta.${element}`);
  }
};

/** The resource as the patch makes it of the stored version. */
const patchedResource = ({ settings, definitions }: Deps, { body }: StoredVersion, patch: Patch): ParsedResource => {
  const { maxDepth, maxResourceBytes } = settings;
  const document = patch(parseExact(body) as Json, { maxCopied: maxResourceBytes, maxDepth }, shapesOf(definitions));
  if (isDeeperThan(document, maxDepth)) {
    throw refuse('json-too-deep', `The patched resource is nested deeper than ${maxDepth} levels.`);
  }
  requireAssigned(JSON.parse(body) as Resource, document);
  const text = JSON.stringify(document);
  if (Buffer.byteLength(text) > maxResourceBytes) {
    throw refuse(
      'body-too-large',
      'The patched resource is larger than this server stores (KIUNGO_MAX_RESOURCE_BYTES).',
    );
  }
  return parseStored(text);
};

const patchOnce = async (
  deps: Deps,
  current: StoredVersion,
  { patch, ifMatch, matches }: { patch: Patch; ifMatch?: string | undefined; matches?: MatchCondition },
): Promise<InteractionResult | undefined> => {
  checkIfMatch(ifMatch, current.versionId, true);
  const { id } = current;
  return replace(deps, patchedResource(deps, current, patch), {
    id,
    current,
    ...(matches === undefined ? {} : { matches }),
  });
};

const unknown = (deps: Deps, resourceType: string, id: string) =>
  deps.definitions.conformanceResource(resourceType, id) === undefined
    ? refuse('resource-unknown', `There is no ${resourceType} with id ${id}.`)
    : refuse('definition-loaded', `The server was started with ${resourceType}/${id}, which cannot be changed.`);

/** What a patch tells and tests, and what it answers with, is the resource as it is. */
const requirePatching = (deps: Deps, resourceType: string): void => {
  requirePermission(deps, resourceType, 'update');
  requirePermission(deps, resourceType, 'read');
};

/** As `patchResource`, of any change that can be made again to what is there then. */
export const changeStored = async (
  deps: Deps,
  { resourceType, id, ifMatch }: Pick<PatchRequest, 'resourceType' | 'id' | 'ifMatch'>,
  patch: Patch,
): Promise<InteractionResult> => {
  requirePatching(deps, resourceType);
  return untilUndisturbed(async () => {
    const current = await deps.store.read({ resourceType, id });
    if (current === undefined) throw unknown(deps, resourceType, id);
    versionResult(current);
    return patchOnce(deps, current, { patch, ifMatch });
  });
};

/**
 * Changes a stored resource as a patch says; the result is judged and stored as that of an update. Where another write came between,
 * the patch is applied to what is there then, unless If-Match asks for a version. A patch that changes nothing makes no new version.
 * @throws {FhirError} 400 and 409 for the patch, 404 and 410 where there is no resource, 412 for If-Match, and what `replace` throws
 * https://hl7.org/fhir/R4/http.html#patch
 */
export const patchResource = async (deps: Deps, request: PatchRequest): Promise<InteractionResult> => {
  requireIfMatch(deps, request.ifMatch);
  return changeStored(deps, request, readPatch(deps, request));
};

/**
 * As `patchResource`, for the resource that the criteria match, judged inside the commit.
 * @throws {FhirError} also 404 where the criteria match nothing, 412 where they match several
 */
export const conditionalPatch = async (deps: Deps, request: ConditionalPatchRequest): Promise<InteractionResult> => {
  const { resourceType, criteria, ifMatch } = request;
  requirePatching(deps, resourceType);
  requireIfMatch(deps, ifMatch);
  const query = requireCriteria(deps, resourceType, criteria);
  const patch = readPatch(deps, request);
  return untilUndisturbed(async () => {
    const { current, matches } = await findMatch(deps, query);
    if (current === undefined) {
      throw refuse(
        'resource-unknown',
        `No ${resourceType} matches the search parameters. Correct them, or create it first.`,
      );
    }
    return patchOnce(deps, current, { patch, ifMatch, matches });
  });
};
