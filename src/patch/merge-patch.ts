import { parseExact } from '../fhir/exact-json.ts';
import { refuse } from '../fhir/fhir-error.ts';
import type { Json, JsonObject } from '../fhir/resource.ts';
import { isObject, setMember } from './json-members.ts';
import type { Patch } from './patch.ts';

const merge = (target: Json | undefined, patch: Json): Json => {
  if (!isObject(patch)) return patch;
  const merged: JsonObject = isObject(target) ? target : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else setMember(merged, name, merge(Object.hasOwn(merged, name) ? merged[name] : undefined, value));
  }
  return merged;
};

/**
 * Reads a JSON Merge Patch: objects are merged member by member, null removes a member, all else (arrays too) replaces what is there.
 * @throws {FhirError} 400 where the text, which must be JSON, is no object: it would replace the whole resource
 * https://www.rfc-editor.org/rfc/rfc7396
 */
export const readMergePatch = (text: string): Patch => {
  if (!isObject(parseExact(text))) {
    throw refuse(
      'patch-malformed',
      'A JSON Merge Patch must be an object with the elements to change, like {"active": false}.',
    );
  }
  return document => merge(document, parseExact(text) as Json);
};
