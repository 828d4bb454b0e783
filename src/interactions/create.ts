import type { TypeCapability } from '../definitions/capability.ts';
import { refuse } from '../fhir/fhir-error.ts';
import { type ParsedResource, parseStored } from '../fhir/parse-resource.ts';
import { sameContent } from '../fhir/same-content.ts';
import type { SearchQuery } from '../search/query.ts';
import type { ResourceKey, StoredVersion } from '../store/store.ts';
import type { Deps, InteractionResult } from './context.ts';
import { readCriteria } from './criteria.ts';
import { enabledType } from './enabled-type.ts';
import { identityTaken } from './identity-taken.ts';
import { writeNormalized } from './normalize.ts';
import { read, versionResult } from './read.ts';
import { readBody } from './read-body.ts';
import { requirePermission } from './require-permission.ts';
import { untilUndisturbed } from './until-undisturbed.ts';
import { type WriteTarget, write } from './write.ts';

/** A resource to create: its type and its JSON as bytes. */
export interface CreateRequest {
  resourceType: string;
  body: Buffer;
  /** The If-None-Exist header: search parameters as in a URL. */
  ifNoneExist?: string;
  /** Rewrites the forms of this dialect first. */
  normalize?: 'openimis';
}

/** How a resource that was read already is created. */
export interface CreateOptions {
  ifNoneExist?: string;
  /** Go the whole way and store nothing. */
  isTrial?: boolean;
}

/** The search of an If-None-Exist. @throws {FhirError} 400 where it is none, or is not offered for the type */
export const readIfNoneExist = (
  deps: Deps,
  { resourceType, conditionalCreate }: TypeCapability,
  header: string,
): SearchQuery => {
  if (!conditionalCreate) {
    throw refuse('header-malformed', `If-None-Exist is not offered for ${resourceType}. Send the resource without it.`);
  }
  const parameters = [...new URLSearchParams(header.replace(/^[^?]*\?/, ''))];
  const query = readCriteria(deps, resourceType, parameters);
  if (query !== undefined) return query;
  throw refuse(
    'header-malformed',
    'If-None-Exist must hold search parameters that narrow the search, like identifier=http://example.org|123.',
  );
};

const hasContent = (version: StoredVersion | undefined, parsed: ParsedResource): boolean =>
  version !== undefined && version.method !== 'DELETE' && sameContent(parseStored(version.body).exact, parsed.exact);

/**
 * The answer to a resource whose business identity is there already: the stored one if this is the same again, as when a client
 * lost the first answer and sends once more.
 */
const resend = async (deps: Deps, key: ResourceKey, parsed: ParsedResource): Promise<InteractionResult | undefined> => {
  const stored = await deps.store.read(key);
  const same = hasContent(stored, parsed) || hasContent(await deps.store.readVersion(key, 1), parsed);
  return stored !== undefined && same ? versionResult(stored) : undefined;
};

/** Creates the resource, or undefined where what it is judged by, or what changes with it, changed meanwhile. */
const createOnce = async (
  deps: Deps,
  parsed: ParsedResource,
  { ifNoneExist, isTrial }: CreateOptions,
): Promise<InteractionResult | undefined> => {
  const { resourceType } = parsed.resource;
  const type = enabledType(deps, resourceType);
  const target: WriteTarget = { id: deps.newId(), previousVersionId: 0, method: 'POST' };
  if (ifNoneExist !== undefined) target.ifNoneExist = readIfNoneExist(deps, type, ifNoneExist);
  if (isTrial) target.isTrial = true;
  const { result, version, text, issues, identities } = await write(deps, type, parsed, target);
  switch (result.outcome) {
    case 'committed':
      return { status: 201, version, body: text, issues };
    case 'exists':
      return read(deps, resourceType, result.key.id);
    case 'multiple-matches':
      throw refuse('multiple-matches', 'More than one resource matches If-None-Exist. Narrow it until it names one.');
    case 'identity-taken': {
      const first = await resend(deps, result.key, parsed);
      if (first === undefined) throw await identityTaken(deps, identities, result);
      return first;
    }
    default:
      return undefined;
  }
};

/** As `create`, for a resource that was read already and is of the type. */
export const createParsed = async (
  deps: Deps,
  parsed: ParsedResource,
  options: CreateOptions = {},
): Promise<InteractionResult> => {
  requirePermission(deps, parsed.resource.resourceType, 'create');
  const attempt = async (): Promise<InteractionResult> =>
    (await createOnce(deps, parsed, options)) ?? untilUndisturbed(() => createOnce(deps, parsed, options));
  const { resource } = parsed;
  const turn = deps.inTurn && deps.insuranceRules.get(resource.resourceType)?.turn?.(resource, deps.settings);
  return turn === undefined || deps.inTurn === undefined ? attempt() : deps.inTurn(turn, attempt);
};

/**
 * Stores a new resource under an id of the server's. A resend of one that is stored already, told by its business identity or by
 * If-None-Exist, answers 200 with the stored one and changes nothing.
 * https://hl7.org/fhir/R4/http.html#create
 */
export const create = async (
  deps: Deps,
  { resourceType, body, ifNoneExist, normalize }: CreateRequest,
): Promise<InteractionResult> => {
  const parsed = readBody(deps, resourceType, body);
  const options = ifNoneExist === undefined ? {} : { ifNoneExist };
  if (normalize === undefined) return createParsed(deps, parsed, options);
  return writeNormalized(deps, { dialect: normalize, parsed }, rewritten => createParsed(deps, rewritten, options));
};
