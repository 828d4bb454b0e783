import { parseExact } from '../fhir/exact-json.ts';
import { refuse } from '../fhir/fhir-error.ts';
import { type ParsedResource, parseStored } from '../fhir/parse-resource.ts';
import { isJsonObject } from '../fhir/resource.ts';
import { createParsed } from '../interactions/create.ts';
import { dialectOf, writeNormalized } from '../interactions/normalize.ts';
import { read } from '../interactions/read.ts';
import { requirePermission } from '../interactions/require-permission.ts';
import type { Operation } from './operation.ts';
import { readOperationInput } from './operation-input.ts';

/** The one resource that a Bundle holds, numbers as they were written. */
const onlyEntry = ({ resource, text }: ParsedResource): ParsedResource | undefined => {
  const entries = Array.isArray(resource.entry) ? resource.entry : [];
  const carrying = entries.flatMap((entry, index) =>
    isJsonObject(entry) && isJsonObject(entry.resource) ? [index] : [],
  );
  if (carrying.length !== 1) return undefined;
  const exact = parseExact(text) as { entry: { resource: unknown }[] };
  return parseStored(JSON.stringify(exact.entry[carrying[0]!]!.resource));
};

/** The resource to submit: the one that was given, or the only one in the Bundle that was. @throws {FhirError} 400 */
const submittedOf = (given: ParsedResource | undefined, resourceType: string): ParsedResource => {
  if (given?.resource.resourceType === resourceType) return given;
  if (given !== undefined && given.resource.resourceType !== 'Bundle') {
    throw refuse(
      'resource-type-mismatch',
      `$submit takes a ${resourceType}, or a Bundle or Parameters with one, not a resource of another type.`,
      { expression: 'resourceType' },
    );
  }
  const submitted = given && onlyEntry(given);
  if (submitted?.resource.resourceType === resourceType) return submitted;
  if (given === undefined) {
    throw refuse(
      'request-malformed',
      `Send one ${resourceType} as the body, or in Parameters as the parameter \`resource\`.`,
    );
  }
  throw refuse(
    'request-malformed',
    `The Bundle must hold one ${resourceType} and no other resource: what it refers to is to be stored before.`,
    { expression: 'Bundle.entry' },
  );
};

/**
 * Stores a request of the insurance work (a Claim, a CoverageEligibilityRequest) and answers with the resource that answers it.
 * A resend answers the same again.
 * https://hl7.org/fhir/R4/claim-operation-submit.html
 */
export const submit: Operation = {
  code: 'submit',
  levels: new Set(['type']),
  affectsState: true,
  run: async (deps, request) => {
    const resourceType = request.resourceType!;
    const answerType = deps.insuranceRules.get(resourceType)?.answer?.resourceType;
    if (answerType === undefined) throw refuse('operation-unknown', `$submit is not offered for ${resourceType}.`);
    requirePermission(deps, answerType, 'read');
    const { resource } = readOperationInput(request, { resource: 'Resource' }, deps.settings.maxDepth);
    const given = { dialect: dialectOf(request.prefer, deps), parsed: submittedOf(resource, resourceType) };
    const stored = await writeNormalized(deps, given, parsed => createParsed(deps, parsed));
    const { version, status: _status, body: _body, bodyBytes: _bytes, ...told } = stored;
    return { ...(await read(deps, answerType, version!.id)), ...told };
  },
};
