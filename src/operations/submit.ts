import { parseExact } from '../fhir/exact-json.ts';
import { refuse } from '../fhir/fhir-error.ts';
import { type ParsedResource, parseResource, parseStored } from '../fhir/parse-resource.ts';
import { isJsonObject, type Resource } from '../fhir/resource.ts';
import type { Deps, InteractionResult } from '../interactions/context.ts';
import { createParsed } from '../interactions/create.ts';
import { read } from '../interactions/read.ts';

/** A `$submit`: the type that it is called on, and the body as bytes. */
export interface SubmitRequest {
  resourceType: string;
  body: Buffer;
}

/** Where the resource to submit stands in the body: the body itself, or the path to it in a Bundle or Parameters. */
const findSubmitted = (resourceType: string, resource: Resource): (string | number)[] => {
  if (resource.resourceType === resourceType) return [];
  const isBundle = resource.resourceType === 'Bundle';
  if (!isBundle && resource.resourceType !== 'Parameters') {
    throw refuse(
      'resource-type-mismatch',
      `$submit takes a ${resourceType}, or a Bundle or Parameters with one, not a resource of another type.`,
      { expression: 'resourceType' },
    );
  }
  const list = isBundle ? 'entry' : 'parameter';
  const members = Array.isArray(resource[list]) ? resource[list] : [];
  const carried = members.flatMap((member, index) =>
    isJsonObject(member) && isJsonObject(member.resource) ? [{ index, resource: member.resource }] : [],
  );
  const submitted = carried.filter(({ resource: { resourceType: type } }) => type === resourceType);
  if (submitted.length !== 1 || carried.length !== 1) {
    throw refuse(
      'request-malformed',
      `The ${resource.resourceType} must hold one ${resourceType} and no other resource: what it refers to is to be stored before.`,
      { expression: `${resource.resourceType}.${list}` },
    );
  }
  return [list, submitted[0]!.index, 'resource'];
};

/** The resource at a path inside a body, numbers as they were written. */
const carriedAt = (text: string, path: readonly (string | number)[]): ParsedResource => {
  const step = (value: unknown, name: string | number): unknown => (value as Record<string | number, unknown>)[name];
  return parseStored(JSON.stringify(path.reduce(step, parseExact(text))));
};

/**
 * Stores a request of the insurance work (a Claim, a CoverageEligibilityRequest) and answers with the resource that answers it.
 * A resend answers the same again.
 * https://hl7.org/fhir/R4/claim-operation-submit.html
 */
export const submit = async (deps: Deps, { resourceType, body }: SubmitRequest): Promise<InteractionResult> => {
  const answerType = deps.insuranceRules.get(resourceType)?.answer?.resourceType;
  if (answerType === undefined) throw refuse('operation-unknown', `$submit is not offered for ${resourceType}.`);
  const parsed = parseResource(body, deps.settings.maxDepth);
  const path = findSubmitted(resourceType, parsed.resource);
  const submitted = path.length === 0 ? parsed : carriedAt(parsed.text, path);
  const { version, issues } = await createParsed(deps, submitted);
  const answer = await read(deps, answerType, version!.id);
  return { ...answer, ...(issues === undefined ? {} : { issues }) };
};
