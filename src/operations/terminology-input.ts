import type { CodeSystem, ValueSet } from 'fhir/r4.js';
import { FhirError, refuse } from '../fhir/fhir-error.ts';
import type { ParsedResource } from '../fhir/parse-resource.ts';
import { isJsonObject, type JsonObject, type Resource } from '../fhir/resource.ts';
import type { Deps } from '../interactions/context.ts';
import { read } from '../interactions/read.ts';
import { type CodeSystemConcepts, codeSystemConcepts } from '../terminology/code-system-concepts.ts';
import type { AskedCoding } from '../terminology/judge-coding.ts';
import type { ValueSetCodes } from '../terminology/terminology.ts';
import { valueSetCodes } from '../terminology/value-set-codes.ts';
import type { OperationRequest } from './operation.ts';

/** How a value set or code system is named: by its url, or by being sent along; on an instance by neither. */
interface Named {
  url: string | undefined;
  version: string | undefined;
  sent: ParsedResource | undefined;
}

/** A definition that was sent along is judged as one that is stored would be, since code relies on its form. */
const validSent = (deps: Deps, { resource }: ParsedResource, resourceType: string): Resource => {
  if (resource.resourceType !== resourceType) {
    throw refuse('resource-type-mismatch', `Send a ${resourceType}, not a resource of another type.`);
  }
  const errors = deps.validator.validate(resource, []).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new FhirError(422, errors);
  return resource;
};

const storedOrLoaded = async (deps: Deps, resourceType: string, id: string): Promise<Resource> =>
  JSON.parse((await read(deps, resourceType, id)).body!) as Resource;

const unknown = (what: string, url: string): FhirError =>
  refuse('terminology-unknown', `${what} ${url} is not loaded here. Correct its url, or send it along.`);

const versioned = (url: string, version: string | undefined): string =>
  version === undefined ? url : `${url}|${version}`;

/** Elsewhere any version will do where there is but one; who asks for a version wants to know that it is another. */
const requireVersion = (what: string, canonical: string, { version }: { version?: string | undefined }): void => {
  const [url, asked] = canonical.split('|', 2);
  if (asked === undefined || version === undefined || asked === version) return;
  throw refuse('terminology-unknown', `Of ${what} ${url} version ${version} is loaded here, not ${asked}.`);
};

/** A loaded code system; undefined where there is none of this url. @throws {FhirError} 404 where it is of another version */
export const loadedCodeSystem = (
  { definitions }: Deps,
  url: string,
  version: string | undefined,
): CodeSystemConcepts | undefined => {
  const canonical = versioned(url, version);
  const found = definitions.codeSystem(canonical);
  if (found !== undefined) requireVersion('code system', canonical, found.definition);
  return found;
};

/** The definition that a request names, or undefined where it names a url. @throws {FhirError} 400 where it names none or several */
const givenDefinition = async (
  deps: Deps,
  { resourceType, id }: OperationRequest,
  { url, sent }: Named,
  parameter: string,
): Promise<Resource | undefined> => {
  if ([url, sent, id].filter(each => each !== undefined).length > 1) {
    throw refuse(
      'operation-parameter-invalid',
      `Name the ${resourceType} in one way: by id, \`url\` or \`${parameter}\`.`,
    );
  }
  if (id !== undefined) return storedOrLoaded(deps, resourceType!, id);
  return sent === undefined ? undefined : validSent(deps, sent, resourceType!);
};

/**
 * The value set of an operation: the instance that it is called on, the one of `url`, or the one sent as `valueSet`.
 * @throws {FhirError} 400 where none or several are named, 404 where it is not there, 422 where what was sent is not valid
 */
export const valueSetOf = async (deps: Deps, request: OperationRequest, named: Named): Promise<ValueSetCodes> => {
  const given = await givenDefinition(deps, request, named, 'valueSet');
  if (given !== undefined) return valueSetCodes(given as unknown as ValueSet, deps.definitions);
  const { url, version } = named;
  if (url === undefined) {
    throw refuse('operation-parameter-missing', 'Name the value set by `url`, or send it as `valueSet`.');
  }
  const codes = deps.definitions.valueSet(versioned(url, version));
  if (codes === undefined) throw unknown('Value set', versioned(url, version));
  requireVersion('value set', versioned(url, version), codes.definition);
  return codes;
};

/**
 * The code system of an operation: the instance that it is called on, or the one sent as `codeSystem`; undefined where the request
 * names it by url only.
 */
export const codeSystemOf = async (
  deps: Deps,
  request: OperationRequest,
  named: Named,
): Promise<CodeSystemConcepts | undefined> => {
  const given = (await givenDefinition(deps, request, named, 'codeSystem')) as unknown as CodeSystem | undefined;
  if (given === undefined) return undefined;
  const loaded = given.url === undefined ? undefined : deps.definitions.codeSystem(versioned(given.url, given.version));
  return request.id !== undefined && loaded?.definition.id === given.id ? loaded : codeSystemConcepts(given);
};

/** Codings of one concept: no concept has more. */
const MOST_CODINGS = 100;

/** What an operation was given to judge. */
interface GivenCodes {
  code: string | undefined;
  display: string | undefined;
  coding: JsonObject | undefined;
  codeableConcept: JsonObject | undefined;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const codingOf = (coding: unknown, system: string | undefined): AskedCoding[] => {
  if (!isJsonObject(coding)) return [];
  const code = textOf(coding.code);
  if (code === undefined) return [];
  return [{ system: textOf(coding.system) ?? system, code, display: textOf(coding.display) }];
};

/**
 * The codes to judge: `code`, or those of `coding` or `codeableConcept`. `system` is that of a code that names none.
 * @throws {FhirError} 400 where none or several of the three are given, or hold no code
 */
export const askedCodings = (
  { code, display, coding, codeableConcept }: GivenCodes,
  system: string | undefined,
): AskedCoding[] => {
  const given = [code, coding, codeableConcept].filter(each => each !== undefined);
  if (given.length > 1) {
    throw refuse('operation-parameter-invalid', 'Give one of `code`, `coding` and `codeableConcept`, not several.');
  }
  const codings = codeableConcept?.coding;
  const asked =
    code === undefined
      ? [coding, ...(Array.isArray(codings) ? codings : [])].flatMap(each => codingOf(each, system))
      : [{ system, code, display }];
  if (asked.length === 0) {
    throw refuse('operation-parameter-missing', 'Give a code to judge: `code`, `coding` or `codeableConcept`.');
  }
  if (asked.length > MOST_CODINGS) {
    throw refuse('operation-parameter-invalid', `Give at most ${MOST_CODINGS} codings at once.`);
  }
  return asked;
};
